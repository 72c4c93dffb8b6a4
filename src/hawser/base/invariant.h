// HAWSER_INVARIANT: what only a bug of ours can break. It aborts in every build: going on with a
// broken invariant next to a hostile peer is worse than stopping. Never used on what a peer or a
// caller can cause.
#pragma once

#include <cstdio>
#include <cstdlib>

#define HAWSER_INVARIANT(condition)                                       \
  do {                                                                    \
    if (!(condition)) [[unlikely]]                                        \
      ::hawser::detail::invariant_broken(#condition, __FILE__, __LINE__); \
  } while (false)

namespace hawser::detail {
[[noreturn]] inline void invariant_broken(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "hawser: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::abort();
}
}  // namespace hawser::detail
