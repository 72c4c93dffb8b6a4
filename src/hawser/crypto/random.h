// Randomness, handed in so that a session can be replayed in a test.
#pragma once

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::crypto {

class Random {
 public:
  virtual ~Random() = default;
  // Fills all of `out`, or fails and leaves it unspecified.
  virtual Status fill(ByteSpan out) = 0;
};

}  // namespace hawser::crypto
