// Our channel numbers and what stands behind them. Numbers count up, so that a late message for a
// channel that is over is told from one for its successor.
#pragma once

#include <unordered_map>

#include "hawser/connection/channel.h"

namespace hawser::connection {

class ChannelTable {
 public:
  explicit ChannelTable(std::size_t max_channels) : max_channels_(max_channels) {}

  // too_many_channels if as many as may be are there.
  Result<Channel*> add(std::uint32_t window) {
    if (channels_.size() >= max_channels_) {
      return fail(Errc::too_many_channels, "open", static_cast<std::uint32_t>(max_channels_));
    }
    while (channels_.contains(ChannelId(next_))) ++next_;
    const ChannelId id(next_++);
    return &channels_.try_emplace(id, id, window).first->second;
  }

  // nullptr if there is none. Stays where it is until removed.
  Channel* find(ChannelId id) {
    const auto found = channels_.find(id);
    return found == channels_.end() ? nullptr : &found->second;
  }

  // Of all receive windows together.
  [[nodiscard]] std::uint64_t window_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [id, channel] : channels_) sum += channel.in().size();
    return sum;
  }

  void remove(ChannelId id) { channels_.erase(id); }
  [[nodiscard]] std::size_t size() const { return channels_.size(); }

 private:
  std::size_t max_channels_;
  std::uint32_t next_ = 0;
  std::unordered_map<ChannelId, Channel> channels_;
};

}  // namespace hawser::connection
