# cmake -DBUILD=… -DSOURCE=… -DSTAGE=… [-DFLAGS=…] -P run.cmake: installs the SDK into a folder of its own, builds the
# consumer against that, runs it.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGV}")
  endif()
endfunction()

file(REMOVE_RECURSE "${STAGE}")
run(${CMAKE_COMMAND} --install "${BUILD}" --component sdk --prefix "${STAGE}/prefix")
run(${CMAKE_COMMAND} -S "${SOURCE}" -B "${STAGE}/build" -G Ninja "-DCMAKE_PREFIX_PATH=${STAGE}/prefix"
    -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS=${FLAGS}" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run(${CMAKE_COMMAND} --build "${STAGE}/build")
run("${STAGE}/build/everything")
run("${STAGE}/build/one_service")
# Nothing of the source tree may be needed by what was installed.
file(GLOB_RECURSE files "${STAGE}/prefix/*.cmake")
foreach(file IN LISTS files)
  file(STRINGS "${file}" leaks REGEX "${SOURCE}|${BUILD}")
  if(leaks)
    message(FATAL_ERROR "${file} names the source or build folder: ${leaks}")
  endif()
endforeach()
