// For functions whose loops the compiler makes vectors of: they are compiled a second time for
// AVX2, and which of both runs is found out when the program is loaded. Where that cannot be done
// the word means nothing. Sanitizers are not ready yet when the choice is made.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HAWSER_VECTORIZED __attribute__((target_clones("avx2", "default")))
#else
#define HAWSER_VECTORIZED
#endif
