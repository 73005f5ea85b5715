# What makes a clean build quick, and what to do without where each file shall be compiled as it stands, so that a missing
# include is found: in Debug. Presets with sanitizers have both.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(quickly ON)
else()
  set(quickly OFF)
endif()
option(COMPILE_TOGETHER "Compile a few files of a target as one" ${quickly})
option(PRECOMPILE_HEADERS "Compile the headers that most files need only once" ${quickly})

# A few files of a target are compiled as one: templates that all of them use are then instantiated once, which saves a
# third of a clean build.
set(CMAKE_UNITY_BUILD ${COMPILE_TOGETHER})
# More would save little, and a file that was changed would take longer than a person likes to wait.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 3)
# Of tests, which are not optimised.
set(OPENSTACK_TEST_BATCH_SIZE 4)

# The price: what files keep to themselves must not have one name in two files of a target. Files that follow one pattern
# with the same names on purpose say so with openstack_compile_alone().
function(openstack_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# Private classes with members from an anonymous namespace are none of another file's business; g++ only knows that while
# they stand in the file that it was asked to compile.
if(COMPILE_TOGETHER)
  list(APPEND OPENSTACK_WARNINGS -Wno-subobject-linkage)
endif()
