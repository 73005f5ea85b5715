# How a folder declares what it holds.

# For libraries whose code runs in loops. For all others the preset "release" has -O1: they wait for networks, disks and
# databases, and -O2 would only take a fifth more of the build's time.
set(OPENSTACK_FAST_OPTIONS -O2)

# openstack_library(name SOURCES a.cpp … [PUBLIC libs…] [PRIVATE libs…] [INCLUDE dir] [FAST])
# A static library. Headers of the repository are included by their path from the
# repository's root ("common/httpd/server.hpp"); INCLUDE adds a public include folder.
function(openstack_library name)
  cmake_parse_arguments(arg "FAST" "INCLUDE" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${OPENSTACK_WARNINGS})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  if(arg_FAST AND CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_FLAGS_RELEASE MATCHES "-O1")
    target_compile_options(${name} PRIVATE ${OPENSTACK_FAST_OPTIONS})
  endif()
  if(arg_INCLUDE)
    target_include_directories(${name} PUBLIC
      $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${arg_INCLUDE}>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endif()
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY OPENSTACK_TARGETS ${name})
endfunction()

# openstack_program(name SOURCES a.cpp … LIBS libs…)
function(openstack_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${OPENSTACK_WARNINGS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  set_property(GLOBAL APPEND PROPERTY OPENSTACK_TARGETS ${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# What is under test is optimised; optimising the tests themselves would only cost build time.
set(OPENSTACK_TEST_OPTIONS -O0)

# openstack_test_objects(name SOURCES a.cpp … LIBS libs…)
# What several test programs have in common, compiled once: they name $<TARGET_OBJECTS:name> among their SOURCES.
function(openstack_test_objects name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  find_package(GTest REQUIRED)
  add_library(${name} OBJECT ${arg_SOURCES})
  # As programs are compiled, since that is where they go.
  target_compile_options(${name} PRIVATE ${OPENSTACK_WARNINGS} ${OPENSTACK_TEST_OPTIONS} -fPIE)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}" BUILD_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF OPENSTACK_TEST ON)
  set_property(GLOBAL APPEND PROPERTY OPENSTACK_TARGETS ${name})
endfunction()

# openstack_test(name SOURCES a_test.cpp … LIBS libs… [LABEL unit] [TIMEOUT 60] [ENVIRONMENT a=b …] [NEEDS images] [STORY])
# One GoogleTest program; ctest knows each of its tests by name and runs each in a process of its own. With STORY the
# program is one test to ctest: its tests share something that is expensive to make, and run in their order.
# NEEDS images: ctest makes localcloud's Debian images first, unless they are there.
# LABEL is unit (no program outside the process), integration (real servers or instances on loopback) or acceptance.
function(openstack_test name)
  cmake_parse_arguments(arg "STORY" "LABEL;TIMEOUT;NEEDS" "SOURCES;LIBS;ENVIRONMENT" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  find_package(GTest REQUIRED)
  include(GoogleTest)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${OPENSTACK_WARNINGS} ${OPENSTACK_TEST_OPTIONS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}" BUILD_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests"
    OPENSTACK_TEST ON UNITY_BUILD_BATCH_SIZE ${OPENSTACK_TEST_BATCH_SIZE})
  set_property(GLOBAL APPEND PROPERTY OPENSTACK_TARGETS ${name})
  set(properties LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
  if(arg_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT "${arg_ENVIRONMENT}")
  endif()
  if(arg_NEEDS)
    list(APPEND properties FIXTURES_REQUIRED ${arg_NEEDS})
  endif()
  if(arg_STORY)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
  endif()
endfunction()
