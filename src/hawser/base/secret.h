// The one type that keys, passwords and shared secrets live in: owns its bytes, is only moved, and
// wipes them when it goes. Data buffers are not secrets and do not pay for this.
#pragma once

#include <type_traits>

#include "hawser/base/bytes.h"

namespace hawser {

// Overwrites the bytes in a way the compiler keeps.
void wipe(ByteSpan bytes);

// Compares without telling by its time where the first difference is; sizes are public.
bool constant_time_equal(ByteView a, ByteView b);

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  explicit SecretBytes(ByteView from) : bytes_(from.begin(), from.end()) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) {
    other.bytes_.clear();
  }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(bytes_); }

  [[nodiscard]] ByteView view() const { return bytes_; }
  [[nodiscard]] ByteSpan span() { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  // A copy on purpose: named, so that nobody makes one by accident.
  [[nodiscard]] SecretBytes duplicate() const { return SecretBytes(view()); }

  // Grows or shrinks, wiping whatever storage it leaves.
  void resize(std::size_t size);

 private:
  Bytes bytes_;
};

// The same for a value of fixed size, on the stack or in an object: zero at first, wiped when it
// goes.
template <typename T>
class Secret {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe({reinterpret_cast<std::uint8_t*>(&value_), sizeof(value_)}); }

  T& operator*() { return value_; }
  const T& operator*() const { return value_; }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }

 private:
  T value_{};
};

}  // namespace hawser
