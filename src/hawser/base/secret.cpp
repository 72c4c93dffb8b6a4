#include "hawser/base/secret.h"

#include <algorithm>

namespace hawser {

void wipe(ByteSpan bytes) {
  if (bytes.empty()) return;
  std::memset(bytes.data(), 0, bytes.size());
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

bool constant_time_equal(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    asm volatile("" : "+r"(difference));  // keeps the loop from leaving early
  }
  return difference == 0;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

void SecretBytes::resize(std::size_t size) {
  SecretBytes moved(size);
  copy(view().first(std::min(size, bytes_.size())), moved.span());
  *this = std::move(moved);
}

}  // namespace hawser
