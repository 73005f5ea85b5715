// Something has to be compiled with a header for CMake to precompile it.
