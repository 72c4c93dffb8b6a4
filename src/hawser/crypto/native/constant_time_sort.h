// Sorting in an order of comparisons that depends on the number of elements alone.
#pragma once

#include <bit>
#include <span>

#include "hawser/crypto/native/constant_time.h"

namespace hawser::crypto::constant_time {

inline void order(std::uint32_t& low, std::uint32_t& high) {
  const std::uint64_t difference = std::uint64_t{high} - low;
  const auto is_wrong = hide(static_cast<std::uint32_t>(difference >> 32));  // all ones or zero
  const std::uint32_t change = is_wrong & (low ^ high);
  low ^= change;
  high ^= change;
}

// Batcher's network of merges (Knuth, The Art of Computer Programming 5.2.2, algorithm M).
// Requires: at least two numbers.
inline void sort(std::span<std::uint32_t> numbers) {
  const std::size_t half = std::bit_ceil(numbers.size()) / 2;
  for (std::size_t run = half; run > 0; run /= 2) {
    std::size_t remainder = 0;
    std::size_t distance = run;
    for (std::size_t width = half;; width /= 2) {
      for (std::size_t i = 0; i + distance < numbers.size(); ++i) {
        if ((i & run) == remainder) order(numbers[i], numbers[i + distance]);
      }
      if (width == run) break;
      distance = width - run;
      remainder = run;
    }
  }
}

}  // namespace hawser::crypto::constant_time
