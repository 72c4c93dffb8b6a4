#include "hawser/connection/window_growth.h"

#include <gtest/gtest.h>

namespace hawser::connection {
namespace {

using std::chrono::milliseconds;

// A sender with much to say over a path of `rate` bytes a millisecond, for a second: it is held
// back by the window or by the path. The size at its end.
std::uint32_t size_after_a_second(std::uint64_t rate, Duration round_trip, std::uint32_t size) {
  WindowGrowth growth;
  Instant now{};
  for (int tick = 0; tick < 1000; ++tick) {
    now += milliseconds(1);
    const std::uint64_t window_rate = size / (round_trip / milliseconds(1));
    if (growth.notice(std::min(rate, window_rate), size, now, round_trip)) size *= 2;
  }
  return size;
}

TEST(WindowGrowth, follows_what_the_path_carries) {
  constexpr std::uint32_t kStart = 2 << 20;
  constexpr std::uint64_t kGigabit = 125'000;  // bytes a millisecond
  for (const int round_trip : {10, 25, 50, 100}) {
    const std::uint64_t path = kGigabit * static_cast<std::uint64_t>(round_trip);
    const std::uint32_t size = size_after_a_second(kGigabit, milliseconds(round_trip), kStart);
    EXPECT_GE(size, path) << round_trip;
    EXPECT_LE(size, std::max<std::uint64_t>(kStart, 4 * path)) << round_trip;
  }
}

TEST(WindowGrowth, a_slow_path_needs_none) {
  EXPECT_EQ(size_after_a_second(1000, milliseconds(50), 2 << 20), 2u << 20);
}

TEST(WindowGrowth, what_a_slow_consumer_leaves_does_not_count) {
  WindowGrowth growth;
  const Duration round_trip = milliseconds(10);
  const Instant now = Instant{} + milliseconds(100);
  EXPECT_FALSE(growth.notice(700, 1000, now, round_trip));
  growth.restart(now);
  EXPECT_FALSE(growth.notice(700, 1000, now, round_trip));
  EXPECT_TRUE(growth.notice(50, 1000, now, round_trip));
  EXPECT_FALSE(growth.notice(5000, 2000, now + milliseconds(9), round_trip));  // on its way before
  EXPECT_TRUE(growth.notice(5000, 2000, now + milliseconds(10), round_trip));
}

TEST(WindowGrowth, WaitsUntilThePathIsKnown) {
  constexpr std::uint32_t kSize = 2 << 20;
  WindowGrowth growth;
  Instant now;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(growth.notice(kSize, kSize, now += milliseconds(1), Duration::max()));
  }
  EXPECT_TRUE(growth.notice(kSize, kSize, now += milliseconds(20), milliseconds(50)));
}

}  // namespace
}  // namespace hawser::connection
