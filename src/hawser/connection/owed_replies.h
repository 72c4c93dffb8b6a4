// Answers that the peer still owed when it closed a channel. After CLOSE nothing may follow (RFC
// 4254 5.3), but a server that runs each command in a thread of its own, as people write them with
// paramiko, may tell its end before its beginning. So as many as are owed are let pass, and not one
// more. OpenSSH lets them all pass.
#pragma once

#include <array>

#include "hawser/connection/channel.h"

namespace hawser::connection {

class OwedReplies {
 public:
  void note(ChannelId channel, std::uint32_t count) {
    if (count == 0) return;
    owed_[next_++ % owed_.size()] = {channel, count};
  }

  // One of them has come; false if that channel owes none.
  bool take(ChannelId channel) {
    for (Owed& each : owed_) {
      if (each.channel != channel || each.count == 0) continue;
      --each.count;
      return true;
    }
    return false;
  }

 private:
  struct Owed {
    ChannelId channel{0};
    std::uint32_t count = 0;
  };
  std::array<Owed, 8> owed_;  // of those that closed last: what is late comes at once
  std::size_t next_ = 0;
};

}  // namespace hawser::connection
