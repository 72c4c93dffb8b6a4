// Views of bytes and big-endian loads and stores. Owns nothing, checks nothing: whoever calls a
// load or a store has made sure that the bytes are there.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawser {

using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

// The bytes of a text, for as long as the text lives.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The bytes as text, for as long as the bytes live. They may be any bytes: see display.h before
// showing them to anyone.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView view) {
  return {view.begin(), view.end()};
}

inline bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

// Copies `from` to the start of `to`. Requires: to.size() >= from.size().
inline void copy(ByteView from, ByteSpan to) {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

inline void append(Bytes& to, ByteView from) {
  to.insert(to.end(), from.begin(), from.end());
}

namespace detail {
template <typename Unsigned>
constexpr Unsigned big_endian(Unsigned value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(value) == 1) return value;
  return std::byteswap(value);
}
template <typename Unsigned>
Unsigned load(const std::uint8_t* from) {
  Unsigned value;
  std::memcpy(&value, from, sizeof(value));
  return big_endian(value);
}
template <typename Unsigned>
void store(std::uint8_t* to, Unsigned value) {
  value = big_endian(value);
  std::memcpy(to, &value, sizeof(value));
}
}  // namespace detail

inline std::uint32_t load_be32(const std::uint8_t* from) {
  return detail::load<std::uint32_t>(from);
}
inline std::uint64_t load_be64(const std::uint8_t* from) {
  return detail::load<std::uint64_t>(from);
}
inline void store_be32(std::uint8_t* to, std::uint32_t value) {
  detail::store(to, value);
}
inline void store_be64(std::uint8_t* to, std::uint64_t value) {
  detail::store(to, value);
}

}  // namespace hawser
