// The one place that reads clocks: a monotonic one, so that setting the date moves no deadline, and
// the date, for the validity of certificates.
#pragma once

#include <cstdint>

#include "hawser/base/instant.h"

namespace hawser::client {

inline Instant now() {
  return Instant(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

// Since 1970; 0 for dates before that.
inline std::uint64_t seconds_since_epoch() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

}  // namespace hawser::client
