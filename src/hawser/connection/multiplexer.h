// message -> channel -> event, and back: the connection protocol (RFC 4254) over one transport.
// What it has to say goes to an Outbox, which may hold it back while keys are exchanged.
#pragma once

#include <optional>

#include "hawser/base/gather.h"
#include "hawser/base/instant.h"
#include "hawser/base/limits.h"
#include "hawser/connection/channel_request.h"
#include "hawser/connection/channel_table.h"
#include "hawser/connection/event.h"
#include "hawser/connection/late_messages.h"
#include "hawser/wire/codec.h"

namespace hawser::connection {

// Takes control packets, always; data packets only while it is ready for them.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual Status post(ByteView payload) = 0;
  [[nodiscard]] virtual bool is_ready_for_data() const = 0;
  virtual Status post_data(const Gather& payload) = 0;
};

struct ConnectionConfig {
  std::uint32_t window = limits::kWindowInitial;
  std::uint32_t window_most = limits::kWindowMost;  // to which a window may grow
  std::size_t max_channels = limits::kChannels;
};

// RFC 4254 5.1
enum class OpenRefusal : std::uint32_t {
  administratively_prohibited = 1,
  connect_failed = 2,
  unknown_channel_type = 3,
  resource_shortage = 4,
};

class Multiplexer {
 public:
  // The outbox outlives the multiplexer.
  Multiplexer(const ConnectionConfig& config, Outbox& outbox)
      : config_(config), channels_(config.max_channels), outbox_(outbox) {}

  // A message of 80 to 127 came. nullopt if it makes no event.
  Result<std::optional<ChannelEvent>> take(ByteView payload);

  // Tells the time; windows grow with what comes in it.
  void on_time(Instant now) { now_ = now; }

  // commands
  Result<ChannelId> open(const ChannelKind& kind);
  Status request(ChannelId id, const ChannelRequest& request);
  // How many bytes were taken: 0 while the window is shut or keys are exchanged.
  Result<std::size_t> write(ChannelId id, const Gather& data);
  // How many bytes write() would take now.
  [[nodiscard]] std::size_t writable(ChannelId id);
  Status send_eof(ChannelId id);
  // Says CLOSE; what the peer still sends is dropped, and ChannelClosed comes when it says CLOSE.
  Status close(ChannelId id);
  // That many bytes of ChannelBytes were used: the window is given back, and grows where it is
  // what holds the channel back.
  Status consume(ChannelId id, std::size_t bytes);
  // A global request that wants an answer; GlobalReplied comes.
  Status global_request(std::string_view name, ByteView extra = {});

  // Asks the server to listen for us, or not to any more; GlobalReplied comes. From the first on
  // ChannelOffered may come.
  Status forward(const ForwardKind& kind);
  Status cancel_forward(const ForwardKind& kind);
  // For a channel that was offered.
  Status accept(ChannelId id);
  Status refuse(ChannelId id, OpenRefusal why);

  // Whether it is the peer's window that keeps write() from taking more.
  [[nodiscard]] bool is_window_shut(ChannelId id);
  // How much the peer may send on the channel before anything is consumed; 0: there is none.
  [[nodiscard]] std::uint32_t receive_window(ChannelId id);

  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  // The shortest that an open or a global request took; Duration::max() if there was none.
  [[nodiscard]] Duration round_trip() const { return round_trip_; }

 private:
  using Handler = Result<std::optional<ChannelEvent>> (Multiplexer::*)(ByteView);
  static Handler handler_of(std::uint8_t number);

  Result<std::optional<ChannelEvent>> take_global_request(ByteView payload);
  Result<std::optional<ChannelEvent>> take_request_success(ByteView payload);
  Result<std::optional<ChannelEvent>> take_request_failure(ByteView payload);
  Result<std::optional<ChannelEvent>> take_open(ByteView payload);
  Result<std::optional<ChannelEvent>> take_open_confirmation(ByteView payload);
  Result<std::optional<ChannelEvent>> take_open_failure(ByteView payload);
  Result<std::optional<ChannelEvent>> take_window_adjust(ByteView payload);
  Result<std::optional<ChannelEvent>> take_data(ByteView payload);
  Result<std::optional<ChannelEvent>> take_extended_data(ByteView payload);
  Result<std::optional<ChannelEvent>> take_eof(ByteView payload);
  Result<std::optional<ChannelEvent>> take_close(ByteView payload);
  Result<std::optional<ChannelEvent>> take_channel_request(ByteView payload);
  Result<std::optional<ChannelEvent>> take_channel_success(ByteView payload);
  Result<std::optional<ChannelEvent>> take_channel_failure(ByteView payload);

  Status refuse_open(std::uint32_t peer, OpenRefusal why);
  Result<std::optional<ChannelEvent>> take_global_reply(bool is_success, ByteView answer);
  static std::optional<ChannelEvent> announced_keys(ByteView list);
  Result<std::optional<ChannelEvent>> take_channel_reply(std::uint32_t channel, bool is_success);
  Result<std::optional<ChannelEvent>> deliver(Channel& channel, Stream stream, ByteView data);
  [[nodiscard]] std::uint32_t growth_allowed(const Channel& channel, std::uint32_t wanted) const;
  bool is_late(std::uint32_t channel, const wire::Blob& data);
  Result<Channel*> existing(std::uint32_t number);
  Result<Channel*> usable(ChannelId id);

  template <typename Message>
  Status post(const Message& message) {
    return outbox_.post(wire::encode_to_bytes(message));
  }

  const ConnectionConfig config_;
  ChannelTable channels_;
  LateMessages late_;
  Outbox& outbox_;
  std::size_t global_requests_ = 0;
  Instant global_asked_at_;    // the first of them
  bool hears_offers_ = false;  // the server was asked for something that it opens channels for
  Instant now_;
  Duration round_trip_ = Duration::max();  // the shortest that was seen
};

}  // namespace hawser::connection
