# Headers that most files need are compiled once per kind of target, which halves the time of a clean build. In Release
# and, by their presets, with sanitizers: Debug compiles each file with its own includes alone, so that a missing one is
# found.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(precompile ON)
else()
  set(precompile OFF)
endif()
option(PRECOMPILE_HEADERS "Compile the headers that most files need only once" ${precompile})

# In headers that were precompiled g++ 12 also gives the false warnings that it keeps to itself elsewhere.
if(PRECOMPILE_HEADERS)
  list(APPEND OPENSTACK_WARNINGS -Wno-stringop-overread)
endif()

# What g++ and ccache need to be told to keep what was compiled with them. And what is read from them counts as the
# compiler's garbage to be looked through, again and again, unless it may have some memory first.
if(PRECOMPILE_HEADERS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND OPENSTACK_WARNINGS -fpch-preprocess --param=ggc-min-heapsize=1000000)
endif()
if(PRECOMPILE_HEADERS AND CCACHE_PROGRAM AND CMAKE_CXX_COMPILER_LAUNCHER STREQUAL CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()

# What a precompiled header was compiled with must hold for all who use it, hence one for each set of libraries that
# define macros. A new kind is made when the first target of its kind is met.
set(OPENSTACK_PRECOMPILED_LIBRARIES Boost::json spdlog::spdlog)

# openstack_usage(target variable): which of those libraries it compiles with.
function(openstack_usage target variable)
  set(seen)
  get_target_property(queue ${target} LINK_LIBRARIES)
  while(queue)
    list(POP_FRONT queue library)
    if(library IN_LIST seen OR NOT TARGET "${library}")
      continue()
    endif()
    list(APPEND seen ${library})
    # "$<LINK_ONLY:…>" gives no definitions, and is no target's name.
    get_target_property(next ${library} INTERFACE_LINK_LIBRARIES)
    if(next)
      list(APPEND queue ${next})
    endif()
  endwhile()
  set(found)
  foreach(library IN LISTS OPENSTACK_PRECOMPILED_LIBRARIES)
    if(library IN_LIST seen)
      list(APPEND found ${library})
    endif()
  endforeach()
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

# Called at the end of the root's CMakeLists.txt, when every target knows what it links.
function(openstack_precompile_all)
  # Imported targets are known only where they were looked for.
  find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)
  find_package(fmt REQUIRED)
  find_package(spdlog REQUIRED)
  if(BUILD_TESTING)
    find_package(GTest REQUIRED)
  endif()
  get_property(targets GLOBAL PROPERTY OPENSTACK_TARGETS)
  foreach(target IN LISTS targets)
    # With options of its own (say, for floating point) it could not use what was compiled without them.
    get_target_property(options ${target} COMPILE_OPTIONS)
    set(fast ${options})
    list(FILTER fast INCLUDE REGEX "^${OPENSTACK_FAST_OPTIONS}$")
    list(REMOVE_ITEM options ${OPENSTACK_WARNINGS} ${OPENSTACK_TEST_OPTIONS} ${OPENSTACK_FAST_OPTIONS} -fPIE)
    if(options)
      continue()
    endif()
    openstack_usage(${target} libraries)
    get_target_property(is_test ${target} OPENSTACK_TEST)
    if(is_test)
      list(REMOVE_ITEM libraries spdlog::spdlog)  # what few tests include
    endif()
    set(headers standard)
    if(is_test)
      list(APPEND headers gmock)
    endif()
    foreach(library IN LISTS libraries)
      string(REGEX REPLACE "::.*" "" header "${library}")
      list(APPEND headers ${header})
    endforeach()
    list(JOIN headers "_" name)
    set(precompiled precompiled_${name})
    if(fast)
      string(APPEND precompiled _fast)
    endif()
    if(NOT TARGET ${precompiled})
      add_library(${precompiled} OBJECT "${PROJECT_SOURCE_DIR}/cmake/precompiled/empty.cpp")
      target_link_libraries(${precompiled} PRIVATE ${libraries})
      list(TRANSFORM headers PREPEND "${PROJECT_SOURCE_DIR}/cmake/precompiled/")
      list(TRANSFORM headers APPEND ".hpp")
      target_precompile_headers(${precompiled} PRIVATE ${headers})
      # Some warnings define macros.
      target_compile_options(${precompiled} PRIVATE ${OPENSTACK_WARNINGS} ${fast})
      if(is_test)
        target_compile_options(${precompiled} PRIVATE ${OPENSTACK_TEST_OPTIONS} -fPIE)
        set_target_properties(${precompiled} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
        target_link_libraries(${precompiled} PRIVATE GTest::gmock)
      endif()
    endif()
    target_precompile_headers(${target} REUSE_FROM ${precompiled})
    # What programs are made of is compiled as for libraries; tests, as programs are by default.
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE AND NOT is_test)
      set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_compile_options(${target} PRIVATE -fPIC)
    endif()
  endforeach()
endfunction()
