# Every floor is compiled with these; a warning is an error, here and in CI.
add_library(hawser_warnings INTERFACE)
target_compile_options(hawser_warnings INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wvla -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 misjudges the memmove inside vector::insert and string::assign at -O2 and above (GCC bugs
  # 105329 and 105651, mended in 13).
  target_compile_options(hawser_warnings INTERFACE
    -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict)
endif()
