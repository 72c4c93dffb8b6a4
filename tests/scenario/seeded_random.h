// Randomness that is the same in every run: a session made with it can be replayed byte for byte.
#pragma once

#include "hawser/crypto/engine.h"

namespace hawser::scenario {

// splitmix64: small, and good enough to cut streams and to pad packets in tests.
class SeededRandom final : public crypto::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  Status fill(ByteSpan out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
    return {};
  }

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

  // 0 to limit - 1. Requires: limit > 0.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

 private:
  std::uint64_t state_;
};

// The engine on OpenSSL with its randomness replaced; `random` outlives it.
inline crypto::Engine engine_with(crypto::Random& random) {
  crypto::Engine engine = crypto::openssl_engine();
  engine.random = &random;
  return engine;
}

}  // namespace hawser::scenario
