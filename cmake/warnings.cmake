# Every floor is compiled with these. In the presets of who works on it, and so in CI, a warning is
# an error (CMAKE_COMPILE_WARNING_AS_ERROR); for who only builds it, perhaps with a compiler that
# warns of more than ours, it is a warning.
add_library(hawser_warnings INTERFACE)
target_compile_options(hawser_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wvla -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 misjudges the memmove inside vector::insert and string::assign at -O2 and above (GCC bugs
  # 105329 and 105651, mended in 13).
  target_compile_options(hawser_warnings INTERFACE
    -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict)
endif()
