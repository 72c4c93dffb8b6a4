// Tools for code whose time and memory accesses must not depend on secrets: masks instead of
// branches, and a word about what is a secret no longer.
//
// A mask is all ones for yes and all zeros for no. hide() keeps the compiler from finding out that
// it is one of just two values, and from making a branch of it.
#pragma once

#include <type_traits>

#include "hawser/base/bytes.h"

#ifdef HAWSER_CHECK_CONSTANT_TIME
#include <valgrind/memcheck.h>
#endif

namespace hawser::crypto::constant_time {

template <typename Integer>
Integer hide(Integer value) {
  asm volatile("" : "+r"(value));
  return value;
}

// Says that these bytes may be known from here on, because they are published or thrown away. What
// follows may branch on them. valgrind (HAWSER_CHECK_CONSTANT_TIME) takes our word for it.
inline void declassify([[maybe_unused]] const void* bytes, [[maybe_unused]] std::size_t size) {
#ifdef HAWSER_CHECK_CONSTANT_TIME
  VALGRIND_MAKE_MEM_DEFINED(bytes, size);
#endif
}

// Whether both are the same, as a mask. Sizes are public. Requires: they are the same.
inline std::uint8_t equal_mask(ByteView a, ByteView b) {
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<std::uint32_t>(a[i] ^ b[i]);
  // Only zero becomes negative.
  return static_cast<std::uint8_t>(hide((difference - 1) >> 8));
}

// Puts `from` over `to` where the mask is set. Requires: the sizes are the same.
inline void copy_if(std::uint8_t mask, ByteView from, ByteSpan to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = static_cast<std::uint8_t>(to[i] ^ (mask & (to[i] ^ from[i])));
  }
}

}  // namespace hawser::crypto::constant_time
