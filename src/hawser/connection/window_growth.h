// When a receive window holds its channel back, and so has to grow. A window carries no more than
// its size in a round trip: over 50 ms, 2 MiB are 40 MiB/s. If nearly all of it was used within one
// round trip, the path may carry more.
//
// It grows to little more than the path carries. What is beyond that waits in the peer, and sshd
// pays for it: its buffer grows by a packet at a time and is copied each time, so that 20 MiB too
// many took it a second and a half of CPU, in which next to nothing came.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "hawser/base/instant.h"

namespace hawser::connection {

class WindowGrowth {
 public:
  // That many bytes of a window of `size` are used now. Returns by how many it should grow.
  std::uint32_t notice(std::size_t bytes, std::uint32_t size, Instant now, Duration round_trip) {
    const bool is_known = round_trip < Duration::max();
    if (!is_known || round_trip < kShort || now < began_) return 0;
    if (now - began_ > round_trip + round_trip / 8) begin(now);
    used_ += bytes;
    if (used_ < size - size / 8) return 0;
    begin(now + round_trip);  // until then what comes was sent within the old size
    return std::min(size, kStep);
  }

  // What was seen so far does not count: the consumer is what holds the channel back.
  void restart(Instant now) { begin(now); }

 private:
  // Within this the smallest window carries 2 GiB/s. Longer queues only make the peer slower:
  // sshd moves all that it has buffered.
  static constexpr Duration kShort = std::chrono::milliseconds(1);
  // A window stops within 9/7 of what the path carries and this: seven eighths of a larger one do
  // not come in a round trip and an eighth.
  static constexpr std::uint32_t kStep = 4 << 20;

  void begin(Instant at) {
    began_ = at;
    used_ = 0;
  }

  Instant began_;
  std::uint64_t used_ = 0;  // since began_
};

}  // namespace hawser::connection
