# What holds for every target: C++20, warnings as errors, where results land, sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
include(GNUInstallDirs)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# g++ 12 warns falsely in libstdc++'s own vector and string code when it inlines them.
set(OPENSTACK_WARNINGS -Wall -Wextra -Wpedantic -Werror
    -Wno-error=stringop-overflow -Wno-error=restrict -Wno-error=maybe-uninitialized
    -Wno-error=array-bounds -Wno-missing-field-initializers)

set(SANITIZE "" CACHE STRING "address (with undefined), thread, or nothing")
if(SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  set(sanitizer_libraries -static-libasan -static-libubsan)
elseif(SANITIZE STREQUAL "thread")
  # Asio uses atomic_thread_fence, which ThreadSanitizer does not model.
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
  set(sanitizer_libraries -static-libtsan)
endif()
# Our programs also run where no sanitizer's library is: in instances, and in trees of essential packages. Clang links
# them statically by itself.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(${sanitizer_libraries})
endif()
