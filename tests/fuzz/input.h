// What the pages of this folder share: decisions and pieces out of the bytes that a fuzzer makes,
// and what they ask of the code under test.
#pragma once

#include <algorithm>
#include <string>

#include "hawser/base/bytes.h"
#include "hawser/base/invariant.h"
#include "hawser/base/result.h"

namespace hawser::fuzz {

// Reads from the front. Once the bytes are used up every decision is 0 and every piece empty.
class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  // 0 to limit - 1. Requires: 0 < limit <= 256.
  std::size_t below(std::size_t limit) { return byte() % limit; }
  bool flag() { return (byte() & 1) != 0; }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | byte();
    return value;
  }

  // Its length is one byte, or 255 and two more.
  ByteView piece() {
    std::size_t size = byte();
    if (size == 255) {
      size = byte();
      size = size << 8 | byte();
    }
    const ByteView taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  ByteView rest() { return std::exchange(rest_, {}); }

 private:
  ByteView rest_;
};

// What a page asks of the code under test; a fuzzer and a test both see an abort.
#define HAWSER_EXPECT(condition) HAWSER_INVARIANT(condition)

// How a stream is cut: the answers must not depend on it.
inline constexpr std::size_t kCuts[] = {SIZE_MAX, 1, 7};

// Runs `play(cut)`, which returns what happened as text, for every cut.
template <typename Play>
void expect_same_for_all_cuts(Play&& play) {
  const std::string whole = play(kCuts[0]);
  for (const std::size_t cut : kCuts) HAWSER_EXPECT(play(cut) == whole);
}

template <typename T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : "error " + std::string(describe(result.error().code));
}

}  // namespace hawser::fuzz
