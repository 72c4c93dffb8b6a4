#include "hawser/operations/stripe_plan.h"

#include <algorithm>

namespace hawser::operations {

namespace {

// Below this a window of 2 MiB carries 400 MiB/s, which is what there is to gain for one core.
constexpr Duration kShort = std::chrono::milliseconds(5);
// Each time costs three round trips before it helps: so not one by one.
constexpr std::size_t kFirst = 4;
constexpr std::size_t kFactor = 2;
// Of a round trip, in which what was in flight comes through. In two the path is half empty. What
// several channels sent at once queues less.
constexpr int kQuartersAtFirst = 8;
constexpr int kQuarters = 5;
// After so many it is not expected any more. The first are slow, because TCP begins slowly.
constexpr unsigned kFlights = 8;
// Less is not worth another server process.
constexpr double kGain = 1.3;

}  // namespace

std::size_t StripePlan::look(const Sight& sight) {
  const bool is_known = sight.round_trip < Duration::max();
  if (is_over_ || !is_known || sight.round_trip < kShort || !sight.is_settled) {
    flight_.reset();
    return channels_;
  }
  if (flight_ && sight.acknowledged >= flight_->target) {
    judge(*flight_, sight);
    flight_.reset();
  } else if (!flight_ && sight.is_shut) {
    flight_ = Flight{sight.now, sight.acknowledged, sight.sent};
  }
  return channels_;
}

std::size_t StripePlan::channels_soon() const {
  const bool is_open = channels_ == 1 && !is_over_ && (flight_ || flights_ > 0);
  return is_open && flights_ < kFlights ? kFirst : channels_;
}

void StripePlan::judge(const Flight& flight, const Sight& sight) {
  ++flights_;
  const Duration took = sight.now - flight.begin;
  if (took * 4 > sight.round_trip * (channels_ == 1 ? kQuartersAtFirst : kQuarters)) return;
  const double seconds = std::chrono::duration<double>(std::max(took, Duration(1))).count();
  const double rate = static_cast<double>(sight.acknowledged - flight.acknowledged) / seconds;
  if (rate < rate_ * kGain) {
    is_over_ = true;
    return;
  }
  rate_ = rate;
  channels_ = channels_ == 1 ? kFirst : channels_ * kFactor;
  if (channels_ >= limits::kStripes) {
    channels_ = limits::kStripes;
    is_over_ = true;
  }
}

}  // namespace hawser::operations
