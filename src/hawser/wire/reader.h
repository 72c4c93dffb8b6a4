// A cursor over a payload that fails once and stays failed: read all fields, then ask ok(). Every
// length is compared with what is left before it is used; nothing is copied or allocated.
#pragma once

#include "hawser/base/limits.h"
#include "hawser/wire/types.h"

namespace hawser::wire {

class Reader {
 public:
  explicit Reader(ByteView input) : rest_(input) {}

  [[nodiscard]] bool ok() const { return ok_; }
  // For what a caller finds wrong in the values that it read.
  void set_failed() {
    ok_ = false;
    rest_ = {};
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] ByteView rest() const { return rest_; }

  // The next `size` bytes, or empty and failed.
  ByteView take(std::size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::uint8_t uint8() {
    const ByteView bytes = take(1);
    return bytes.empty() ? std::uint8_t{0} : bytes[0];
  }
  std::uint32_t uint32() {
    const ByteView bytes = take(4);
    return bytes.empty() ? 0 : load_be32(bytes.data());
  }
  std::uint64_t uint64() {
    const ByteView bytes = take(8);
    return bytes.empty() ? 0 : load_be64(bytes.data());
  }
  ByteView string() { return take(uint32()); }

  void field(bool& value) { value = uint8() != 0; }
  void field(std::uint8_t& value) { value = uint8(); }
  void field(std::uint32_t& value) { value = uint32(); }
  void field(std::uint64_t& value) { value = uint64(); }
  void field(Text& value) { value.bytes = string(); }
  void field(Blob& value) { value.bytes = string(); }
  void field(Mpint& value) {
    const ByteView bytes = string();
    if (!bytes.empty() && (bytes[0] & 0x80) != 0) ok_ = false;
    value.magnitude = bytes;
  }
  void field(NameList& value) {
    value.joined = as_text(string());
    if (!is_name_list(value)) ok_ = false;
  }
  template <std::size_t N>
  void field(Fixed<N>& value) {
    const ByteView bytes = take(N);
    if (ok_) copy(bytes, value.bytes);
  }
  void field(Rest& value) {
    value.bytes = rest_;
    rest_ = {};
  }

 private:
  // RFC 4251 5 and 6: names are printable US-ASCII, without commas. That they are not empty is not
  // asked for: servers break it, OpenSSH lets them, and no name of ours is empty.
  static bool is_name_list(const NameList& list) {
    if (list.joined.size() > limits::kNameListBytes) return false;
    std::size_t count = 0;
    return !list.any([&count](std::string_view name) {
      if (++count > limits::kNamesPerList) return true;
      for (char letter : name) {
        if (letter <= ' ' || letter > '~') return true;
      }
      return false;
    });
  }

  ByteView rest_;
  bool ok_ = true;
};

}  // namespace hawser::wire
