# Every public header compiles alone, with nothing but the standard library and its own kind: one object library
# of one-line sources, built with the tests. No include folder of Boost, curl or YAML is among its own; those that
# come with the system are caught by the test of the same name.
file(GLOB_RECURSE headers RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}/include" CONFIGURE_DEPENDS
  "${CMAKE_CURRENT_SOURCE_DIR}/include/openstack/*.hpp")
set(sources)
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "${header}" name)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include <${header}>\n")
  list(APPEND sources "${source}")
endforeach()
add_library(openstack_headers_alone OBJECT ${sources})
target_compile_options(openstack_headers_alone PRIVATE ${OPENSTACK_WARNINGS} -O0 -g0)
target_include_directories(openstack_headers_alone PRIVATE include)
set_target_properties(openstack_headers_alone PROPERTIES CXX_EXTENSIONS OFF)
