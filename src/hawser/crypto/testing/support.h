// What the tests of this floor share: hex, and sources of randomness that say what they are told.
// For tests only.
#pragma once

#include <cctype>

#include "hawser/base/secret.h"
#include "hawser/crypto/engine.h"

namespace hawser::crypto::testing {

// Bytes of hex digits; white space between them is skipped.
inline Bytes unhex(std::string_view text) {
  Bytes bytes;
  unsigned value = 0;
  bool is_half = false;
  for (char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    const unsigned digit = c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                      : static_cast<unsigned>(c - 'a' + 10);
    value = value << 4 | (digit & 0xf);
    if (is_half) bytes.push_back(static_cast<std::uint8_t>(value));
    is_half = !is_half;
  }
  return bytes;
}

// `size` bytes that are all different from their neighbours.
inline Bytes pattern(std::size_t size, std::uint8_t seed = 1) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(seed + i * 7 + (i >> 8) * 13);
  }
  return bytes;
}

// Gives out the bytes it was made with, then fails.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}

  Status fill(ByteSpan out) override {
    if (bytes_.size() - used_ < out.size()) return fail(Errc::no_randomness, "script");
    copy(ByteView(bytes_).subspan(used_, out.size()), out);
    used_ += out.size();
    return {};
  }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  Bytes bytes_;
  std::size_t used_ = 0;
};

// Always the same byte: a generator that is stuck.
class StuckRandom final : public Random {
 public:
  explicit StuckRandom(std::uint8_t byte) : byte_(byte) {}
  Status fill(ByteSpan out) override {
    for (std::uint8_t& place : out) place = byte_;
    return {};
  }

 private:
  std::uint8_t byte_;
};

}  // namespace hawser::crypto::testing
