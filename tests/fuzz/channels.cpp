// The multiplexer: messages of 80 and above, and an application's calls in between.
#include <set>

#include "hawser/connection/multiplexer.h"

#include "fuzz/channel_calls.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

using connection::ChannelId;

class Sent final : public connection::Outbox {
 public:
  Status post(ByteView payload) override {
    HAWSER_EXPECT(!payload.empty());
    return {};
  }
  [[nodiscard]] bool is_ready_for_data() const override { return is_ready; }
  Status post_data(const Gather& payload) override {
    HAWSER_EXPECT(is_ready && payload.size() <= limits::kChannelPacketSend + 64);
    return {};
  }
  bool is_ready = true;
};

class Channels {
 public:
  bool play(Input& input) {
    switch (input.below(4)) {
      case 0:
        return note(call_channel<connection::Multiplexer, ChannelId>(multiplexer_, input));
      case 1:
        return manage(input);
      default:
        return take(input.piece());
    }
  }

 private:
  static constexpr std::uint32_t kWindow = 4096;
  static constexpr std::size_t kMostChannels = 4;

  bool manage(Input& input) {
    switch (input.below(3)) {
      case 0:
        sent_.is_ready = !sent_.is_ready;
        return true;
      case 1:
        now_ += std::chrono::milliseconds(input.byte());
        multiplexer_.on_time(now_);
        return true;
      default:
        return note(multiplexer_.global_request("keepalive@openssh.com"));
    }
  }

  bool take(ByteView payload) {
    if (payload.empty()) return true;
    const auto event = multiplexer_.take(payload);
    HAWSER_EXPECT(multiplexer_.channels() <= kMostChannels);
    if (!event) return note(std::unexpected(event.error()));
    if (!*event) return true;
    if (const auto* opened = std::get_if<connection::ChannelOpened>(&**event)) {
      open_.insert(opened->channel);
    }
    if (const auto* bytes = std::get_if<connection::ChannelBytes>(&**event)) {
      HAWSER_EXPECT(open_.contains(bytes->channel));
      HAWSER_EXPECT(bytes->data.size() <= 4 * kWindow);  // no window grows beyond that
    }
    if (const auto* closed = std::get_if<connection::ChannelClosed>(&**event)) {
      open_.erase(closed->channel);  // it may have been given up before it was open
    }
    return true;
  }

  static bool note(const Status& status) {
    if (status) return true;
    HAWSER_EXPECT(status.error().code != Errc::internal);
    return status.error().code == Errc::wrong_state ||
           status.error().code == Errc::channel_closed ||
           status.error().code == Errc::invalid_argument ||
           status.error().code == Errc::too_many_channels;
  }

  Sent sent_;
  connection::Multiplexer multiplexer_{{kWindow, 4 * kWindow, kMostChannels}, sent_};
  Instant now_;
  std::set<ChannelId> open_;
};

}  // namespace

void channels(ByteView bytes) {
  Input input(bytes);
  Channels channels;
  while (!input.empty() && channels.play(input)) {
  }
}

}  // namespace hawser::fuzz
