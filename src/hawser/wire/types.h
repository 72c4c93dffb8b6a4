// The field types of the wire grammar (RFC 4251 5). Each is a view that borrows from the payload it
// was decoded from, or from the caller's memory when it is to be encoded.
//
//   bool     one byte, 0 or not        Text      string, shown to people or compared as a name
//   uint8    one byte                  Blob      string of arbitrary bytes
//   uint32   four bytes, big-endian    Mpint     two's complement number as string
//   uint64   eight bytes, big-endian   NameList  string of names between commas
//                                      Fixed<N>  N bytes without a length
//                                      Rest      all bytes that are left
#pragma once

#include <optional>

#include "hawser/base/bytes.h"

namespace hawser::wire {

struct Blob {
  ByteView bytes;
  Blob() = default;
  explicit Blob(ByteView from) : bytes(from) {}
  bool operator==(const Blob& other) const { return equal(bytes, other.bytes); }
};

struct Text {
  ByteView bytes;
  Text() = default;
  Text(std::string_view text) : bytes(as_bytes(text)) {}    // NOLINT(google-explicit-constructor)
  Text(const char* text) : Text(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] std::string_view view() const { return as_text(bytes); }
  bool operator==(const Text& other) const { return view() == other.view(); }
};

// A non-negative number. `magnitude` is big-endian and may have leading zeros; on the wire it has
// none, and a zero byte before a set top bit (RFC 4251 5). Negative numbers do not decode: SSH has
// no use for them.
struct Mpint {
  ByteView magnitude;
  Mpint() = default;
  explicit Mpint(ByteView from) : magnitude(from) {}
  [[nodiscard]] ByteView trimmed() const {
    std::size_t zeros = 0;
    while (zeros < magnitude.size() && magnitude[zeros] == 0) ++zeros;
    return magnitude.subspan(zeros);
  }
  bool operator==(const Mpint& other) const { return equal(trimmed(), other.trimmed()); }
};

// A list of names, in order. Iterate with any(); nothing is allocated.
struct NameList {
  std::string_view joined;
  NameList() = default;
  explicit NameList(std::string_view names) : joined(names) {}

  // Calls visit(name) for each name until it returns true; returns whether it did. Passes over
  // names that are empty: libssh 0.10.6 of Debian 12 ends its lists of ciphers with a comma.
  template <typename Visit>
  bool any(Visit&& visit) const {
    std::string_view rest = joined;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      const std::string_view name = rest.substr(0, comma);
      if (!name.empty() && visit(name)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    return false;
  }
  [[nodiscard]] bool contains(std::string_view name) const {
    return any([name](std::string_view each) { return each == name; });
  }
  [[nodiscard]] std::string_view first() const { return joined.substr(0, joined.find(',')); }
  bool operator==(const NameList& other) const = default;
};

template <std::size_t N>
struct Fixed {
  std::array<std::uint8_t, N> bytes{};
  bool operator==(const Fixed& other) const = default;
};

struct Rest {
  ByteView bytes;
  bool operator==(const Rest& other) const { return equal(bytes, other.bytes); }
};

}  // namespace hawser::wire
