# Every public header compiles alone, with nothing but the standard library and its own kind: a test, which hands the
# compiler one-line sources and needs no code from it. No include folder of Boost, curl or YAML is among its own; those
# that come with the system are caught by the test sdk_headers_are_clean.
file(GLOB_RECURSE headers RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}/include" CONFIGURE_DEPENDS
  "${CMAKE_CURRENT_SOURCE_DIR}/include/openstack/*.hpp")
set(sources)
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "${header}" name)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include <${header}>\n")
  list(APPEND sources "${source}")
endforeach()
separate_arguments(flags NATIVE_COMMAND "${CMAKE_CXX_FLAGS}")
add_test(NAME sdk_headers_alone
  COMMAND ${CMAKE_CXX_COMPILER} ${flags} -std=c++20 ${OPENSTACK_WARNINGS} -fsyntax-only
          -I "${CMAKE_CURRENT_SOURCE_DIR}/include" ${sources})
# Half a minute of compiling: not among the quick ones.
set_tests_properties(sdk_headers_alone PROPERTIES LABELS integration TIMEOUT 600)
