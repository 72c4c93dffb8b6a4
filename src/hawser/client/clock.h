// The one place that reads a clock: monotonic, so that setting the date moves no deadline.
#pragma once

#include "hawser/base/instant.h"

namespace hawser::client {

inline Instant now() {
  return Instant(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace hawser::client
