// When a receive window holds its channel back, and so has to grow. A window carries no more than
// its size in a round trip: over 50 ms, 2 MiB are 40 MiB/s. If nearly all of it was used within one
// round trip, the path would carry more.
#pragma once

#include <chrono>
#include <cstdint>

#include "hawser/base/instant.h"

namespace hawser::connection {

class WindowGrowth {
 public:
  // That many bytes of a window of `size` are used now. True: twice the size would carry more.
  bool notice(std::size_t bytes, std::uint32_t size, Instant now, Duration round_trip) {
    const bool is_known = round_trip < Duration::max();
    if (!is_known || round_trip < kShort || now < began_) return false;
    if (now - began_ > round_trip + round_trip / 4) begin(now);
    used_ += bytes;
    if (used_ < size / 4 * 3) return false;
    begin(now + round_trip);  // until then what comes was sent within the old size
    return true;
  }

  // What was seen so far does not count: the consumer is what holds the channel back.
  void restart(Instant now) { begin(now); }

 private:
  // Within this the smallest window carries 2 GiB/s. Longer queues only make the peer slower:
  // sshd moves all that it has buffered.
  static constexpr Duration kShort = std::chrono::milliseconds(1);

  void begin(Instant at) {
    began_ = at;
    used_ = 0;
  }

  Instant began_;
  std::uint64_t used_ = 0;  // since began_
};

}  // namespace hawser::connection
