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
    size += growth.notice(std::min(rate, window_rate), size, now, round_trip);
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
    EXPECT_LE(size, std::max<std::uint64_t>(kStart, path + path / 3 + (4 << 20))) << round_trip;
  }
}

TEST(WindowGrowth, a_slow_path_needs_none) {
  EXPECT_EQ(size_after_a_second(1000, milliseconds(50), 2 << 20), 2u << 20);
}

TEST(WindowGrowth, what_a_slow_consumer_leaves_does_not_count) {
  WindowGrowth growth;
  const Duration round_trip = milliseconds(10);
  const Instant now = Instant{} + milliseconds(100);
  EXPECT_EQ(growth.notice(800, 1000, now, round_trip), 0U);
  growth.restart(now);
  EXPECT_EQ(growth.notice(800, 1000, now, round_trip), 0U);
  EXPECT_EQ(growth.notice(75, 1000, now, round_trip), 1000U);
  const Instant later = now + round_trip;
  EXPECT_EQ(growth.notice(5000, 2000, later - milliseconds(1), round_trip), 0U);  // sent before
  EXPECT_EQ(growth.notice(5000, 2000, later, round_trip), 2000U);
}

TEST(WindowGrowth, of_an_unused_window_there_is_none_however_small) {
  for (const std::uint32_t size : {1u, 7u, 8u}) {
    WindowGrowth growth;
    const Instant now = Instant{} + milliseconds(100);
    EXPECT_EQ(growth.notice(0, size, now, milliseconds(10)), 0U) << size;
    EXPECT_EQ(growth.notice(size, size, now, milliseconds(10)), size) << size;
  }
}

TEST(WindowGrowth, WaitsUntilThePathIsKnown) {
  constexpr std::uint32_t kSize = 2 << 20;
  WindowGrowth growth;
  Instant now;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(growth.notice(kSize, kSize, now += milliseconds(1), Duration::max()), 0U);
  }
  EXPECT_EQ(growth.notice(kSize, kSize, now += milliseconds(20), milliseconds(50)), kSize);
}

}  // namespace
}  // namespace hawser::connection
