// SFTP packets written by hand, so that an error of the engine's encoding does not hide behind its
// own decoding.
#pragma once

#include <cstdint>
#include <string_view>

#include "hawser/base/bytes.h"

namespace hawser::testing {

class Packet {
 public:
  explicit Packet(std::uint8_t type) { bytes_.push_back(type); }
  Packet& u32(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    return *this;
  }
  Packet& u64(std::uint64_t value) {
    return u32(static_cast<std::uint32_t>(value >> 32)).u32(static_cast<std::uint32_t>(value));
  }
  Packet& string(std::string_view text) {
    u32(static_cast<std::uint32_t>(text.size()));
    append(bytes_, as_bytes(text));
    return *this;
  }
  Packet& raw(std::string_view text) {
    append(bytes_, as_bytes(text));
    return *this;
  }
  // With its length in front.
  [[nodiscard]] Bytes framed() const {
    Bytes out(4);
    store_be32(out.data(), static_cast<std::uint32_t>(bytes_.size()));
    append(out, bytes_);
    return out;
  }

 private:
  Bytes bytes_;
};

inline Packet version(std::uint32_t number = 3) {
  return Packet(2).u32(number);
}
inline Packet status(std::uint32_t id, std::uint32_t code, std::string_view text = "") {
  return Packet(101).u32(id).u32(code).string(text).string("");
}

}  // namespace hawser::testing
