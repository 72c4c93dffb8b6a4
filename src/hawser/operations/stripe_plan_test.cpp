#include "hawser/operations/stripe_plan.h"

#include <gtest/gtest.h>

namespace hawser::operations {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWindow = 2 << 20;

// A path that carries `rate` bytes a second, with a window of kWindow a channel: what it shows each
// time when the windows are shut, and when all that was in flight has come through and was written.
struct Path {
  Duration round_trip = 50ms;
  double rate = 1e9 / 8;

  std::size_t channels(unsigned flights = 10) {
    Instant now;
    std::uint64_t done = 0;
    for (; flights > 0; --flights) {
      const std::uint64_t flight = kWindow * plan.channels();
      const auto on_the_way = std::chrono::duration_cast<Duration>(
          std::chrono::duration<double>(static_cast<double>(flight) / rate));
      plan.look({now, round_trip, done + flight, done, true, true});
      now += std::max(round_trip, on_the_way) / 10 * 11;
      done += flight;
      plan.look({now, round_trip, done, done, false, true});
    }
    return plan.channels();
  }

  StripePlan plan;
};

TEST(StripePlan, TakesAsManyChannelsAsThePathCarries) {
  const struct {
    Duration round_trip;
    double mbits;
    std::size_t channels;
  } cases[] = {
      {50ms, 100, 1},    {50ms, 150, 1},   {50ms, 1'000, 4}, {100ms, 1'000, 8}, {20ms, 500, 4},
      {20ms, 10'000, 8}, {4ms, 10'000, 1}, {200ms, 100, 4},  {500ms, 10, 1},    {500ms, 10'000, 8},
  };
  for (const auto& row : cases) {
    Path path{row.round_trip, row.mbits * 1e6 / 8, {}};
    EXPECT_EQ(path.channels(), row.channels)
        << row.round_trip.count() / 1'000'000 << " ms, " << row.mbits;
  }
}

TEST(StripePlan, WaitsUntilAllThatItPlannedAreInUse) {
  StripePlan plan;
  Instant now;
  plan.look({now, 50ms, kWindow, 0, true, true});
  now += 60ms;
  EXPECT_EQ(plan.look({now, 50ms, kWindow, kWindow, true, true}), 4U);
  for (int i = 0; i < 10; ++i, now += 60ms) {
    EXPECT_EQ(plan.look({now, 50ms, 9 * kWindow, 9 * kWindow, true, false}), 4U);
  }
}

TEST(StripePlan, StopsWhereMoreChannelsAreNoFaster) {
  StripePlan plan;
  Instant now;
  std::uint64_t done = 0;
  // Whatever there is, a window a round trip comes through.
  for (int i = 0; i < 10; ++i) {
    plan.look({now, 50ms, done + kWindow, done, true, true});
    now += 60ms;
    done += kWindow;
    plan.look({now, 50ms, done, done, true, true});
  }
  EXPECT_EQ(plan.channels(), 4U);
}

TEST(StripePlan, HasChannelsOpenedWhileTheyMayBeOfUse) {
  StripePlan plan;
  Instant now;
  EXPECT_EQ(plan.channels_soon(), 1U);
  unsigned flights = 0;
  for (std::uint64_t done = 0; done < 20 * kWindow; done += kWindow) {
    plan.look({now, 50ms, done + kWindow, done, true, true});
    if (plan.channels_soon() == 4) ++flights;
    now += 150ms;
    plan.look({now, 50ms, done + kWindow, done + kWindow, false, true});
    EXPECT_EQ(plan.channels(), 1U);
  }
  EXPECT_EQ(flights, 8U);
  EXPECT_EQ(plan.channels_soon(), 1U);
}

TEST(StripePlan, KnowsNoShortPathsNorUnknownOnes) {
  for (const Duration round_trip : {Duration(0), Duration(4ms), Duration::max()}) {
    StripePlan plan;
    Instant now;
    for (std::uint64_t done = 0; done < 10 * kWindow; done += kWindow, now += 3ms) {
      plan.look({now, round_trip, done + kWindow, done, true, true});
    }
    EXPECT_EQ(plan.channels(), 1U);
  }
}

}  // namespace
}  // namespace hawser::operations
