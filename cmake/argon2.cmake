# hawser_argon2: the reference library of Argon2 (Debian: libargon2-dev), which has no CMake package.
find_path(HAWSER_ARGON2_INCLUDE argon2.h REQUIRED)
find_library(HAWSER_ARGON2_LIBRARY argon2 REQUIRED)
add_library(hawser_argon2 INTERFACE)
target_include_directories(hawser_argon2 SYSTEM INTERFACE ${HAWSER_ARGON2_INCLUDE})
target_link_libraries(hawser_argon2 INTERFACE ${HAWSER_ARGON2_LIBRARY})
