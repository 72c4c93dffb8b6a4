// Time as a value that is handed in: no floor below client/ reads a clock.
#pragma once

#include <chrono>

namespace hawser {

using Duration = std::chrono::nanoseconds;

struct MonotonicClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

}  // namespace hawser
