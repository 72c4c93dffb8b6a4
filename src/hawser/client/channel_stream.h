// A channel of one connection as the stream of another: an SSH session inside an SSH session.
#pragma once

#include "hawser/client/channel.h"

namespace hawser::client {

class ChannelStream final : public ByteStream {
 public:
  explicit ChannelStream(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}

  Result<ReadResult> read_some(ByteSpan to) override;
  Result<std::size_t> write_some(ByteView from) override;
  Status wait(Readiness wanted, std::optional<Duration> most) override;
  void wake() override;
  void shut_down() override { channel_->close(); }

 private:
  std::shared_ptr<Channel> channel_;
  std::atomic<bool> is_woken_ = false;
};

}  // namespace hawser::client
