// What may still come of channels that are over. After CLOSE nothing may (RFC 4254 5.3), but
// servers that serve a channel with several threads, as people write them with paramiko, may say
// CLOSE before what another thread is about to say: the answer to a request, or data that we do not
// want any more. So answers are let pass as far as they were owed, and data of channels that we
// closed first as far as their window goes.
#pragma once

#include <array>

#include "hawser/connection/channel.h"

namespace hawser::connection {

class LateMessages {
 public:
  // That channel is over: both sides have closed it.
  void note(const Channel& channel, bool is_given_up) {
    const std::uint32_t bytes = is_given_up ? channel.in().left() : 0;
    if (channel.replies_owed() == 0 && bytes == 0) return;
    expected_[next_++ % expected_.size()] = {channel.id(), channel.replies_owed(), bytes};
  }

  // One of them has come; false if it may not.
  bool take_reply(ChannelId channel) {
    Expected* expected = find(channel);
    if (expected == nullptr || expected->replies == 0) return false;
    --expected->replies;
    return true;
  }
  bool take_data(ChannelId channel, std::size_t bytes) {
    Expected* expected = find(channel);
    if (expected == nullptr || bytes == 0 || bytes > expected->bytes) return false;
    expected->bytes -= static_cast<std::uint32_t>(bytes);
    return true;
  }

 private:
  struct Expected {
    ChannelId channel{0};
    std::uint32_t replies = 0;
    std::uint32_t bytes = 0;
  };

  // Of several with one number the last: numbers count up, and come again after 2^32 channels.
  Expected* find(ChannelId channel) {
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      Expected& each = expected_[(next_ - 1 - i) % expected_.size()];
      if (each.channel == channel) return &each;
    }
    return nullptr;
  }

  std::array<Expected, 16> expected_;  // of those that closed last: what is late comes at once
  std::size_t next_ = 0;
};

}  // namespace hawser::connection
