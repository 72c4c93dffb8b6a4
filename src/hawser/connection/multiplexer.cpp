// The messages that come. What we send stands in multiplexer_commands.cpp.
#include "hawser/connection/multiplexer.h"

#include <algorithm>

#include "hawser/base/display.h"
#include "hawser/wire/messages_connection.h"

namespace hawser::connection {

Multiplexer::Handler Multiplexer::handler_of(std::uint8_t number) {
  switch (number) {
    case wire::GlobalRequest::number:
      return &Multiplexer::take_global_request;
    case wire::RequestSuccess::number:
      return &Multiplexer::take_request_success;
    case wire::RequestFailure::number:
      return &Multiplexer::take_request_failure;
    case wire::ChannelOpen::number:
      return &Multiplexer::take_open;
    case wire::ChannelOpenConfirmation::number:
      return &Multiplexer::take_open_confirmation;
    case wire::ChannelOpenFailure::number:
      return &Multiplexer::take_open_failure;
    case wire::ChannelWindowAdjust::number:
      return &Multiplexer::take_window_adjust;
    case wire::ChannelData::number:
      return &Multiplexer::take_data;
    case wire::ChannelExtendedData::number:
      return &Multiplexer::take_extended_data;
    case wire::ChannelEof::number:
      return &Multiplexer::take_eof;
    case wire::ChannelClose::number:
      return &Multiplexer::take_close;
    case wire::ChannelRequest::number:
      return &Multiplexer::take_channel_request;
    case wire::ChannelSuccess::number:
      return &Multiplexer::take_channel_success;
    case wire::ChannelFailure::number:
      return &Multiplexer::take_channel_failure;
    default:
      return nullptr;
  }
}

Result<std::optional<ChannelEvent>> Multiplexer::take(ByteView payload) {
  const Handler handler = handler_of(payload[0]);
  if (handler == nullptr) return fail(Errc::unexpected_message, "connection", payload[0]);
  return (this->*handler)(payload);
}

// Of what a server asks of the connection, only the announcement of its keys is heard; who wants an
// answer gets "no".
Result<std::optional<ChannelEvent>> Multiplexer::take_global_request(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::GlobalRequest>(payload));
  if (message.want_reply) HAWSER_TRY(post(wire::RequestFailure{}));
  if (message.name == wire::Text("hostkeys-00@openssh.com")) {
    return announced_keys(message.extra.bytes);
  }
  return std::nullopt;
}

// A list that is damaged or too long is passed over as a whole: nobody has asked for it.
std::optional<ChannelEvent> Multiplexer::announced_keys(ByteView list) {
  HostKeysAnnounced announced;
  wire::Reader reader(list);
  while (!reader.at_end()) {
    const ByteView blob = reader.string();
    const bool is_full = announced.blobs.size() == limits::kHostKeysAnnounced;
    if (!reader.ok() || blob.size() > limits::kPublicKeyBlob || is_full) return std::nullopt;
    const auto is_same = [blob](ByteView other) { return equal(blob, other); };
    if (std::ranges::none_of(announced.blobs, is_same)) announced.blobs.push_back(blob);
  }
  if (announced.blobs.empty()) return std::nullopt;
  return announced;
}

Result<std::optional<ChannelEvent>> Multiplexer::take_request_success(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::RequestSuccess>(payload));
  return take_global_reply(true, message.extra.bytes);
}

Result<std::optional<ChannelEvent>> Multiplexer::take_request_failure(ByteView payload) {
  HAWSER_TRY(wire::decode<wire::RequestFailure>(payload));
  return take_global_reply(false, {});
}

Result<std::optional<ChannelEvent>> Multiplexer::take_global_reply(bool is_success,
                                                                   ByteView answer) {
  if (global_requests_ == 0) return fail(Errc::unexpected_reply, "global request");
  if (--global_requests_ == 0) round_trip_ = std::min(round_trip_, now_ - global_asked_at_);
  return GlobalReplied{is_success, answer};
}

// A server that has not been asked for any may open none.
Result<std::optional<ChannelEvent>> Multiplexer::take_open(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelOpen>(payload));
  const auto refused = [&](OpenRefusal why) -> Result<std::optional<ChannelEvent>> {
    HAWSER_TRY(refuse_open(message.sender, why));
    return std::nullopt;
  };
  if (!hears_offers_) return refused(OpenRefusal::administratively_prohibited);
  auto origin = HAWSER_TRY(decode_offer(as_text(message.type.bytes), message.extra.bytes));
  if (!origin) return refused(OpenRefusal::unknown_channel_type);
  const auto channel = channels_.add(config_.window);
  if (!channel) return refused(OpenRefusal::resource_shortage);
  const ChannelId id = (*channel)->id();
  if (Status offered =
          (*channel)->offer(PeerChannelId(message.sender), message.window, message.max_packet);
      !offered) {
    channels_.remove(id);
    return std::unexpected(offered.error());
  }
  return ChannelOffered{id, *std::move(origin)};
}

Status Multiplexer::refuse_open(std::uint32_t peer, OpenRefusal why) {
  return post(wire::ChannelOpenFailure{peer, static_cast<std::uint32_t>(why), "not asked for", ""});
}

Result<std::optional<ChannelEvent>> Multiplexer::take_open_confirmation(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelOpenConfirmation>(payload));
  Channel* channel = HAWSER_TRY(existing(message.channel));
  HAWSER_TRY(channel->confirm(PeerChannelId(message.sender), message.window, message.max_packet));
  round_trip_ = std::min(round_trip_, now_ - channel->asked_at());
  if (channel->has_sent_close()) {  // given up while it was being opened
    HAWSER_TRY(post(wire::ChannelClose{message.sender}));
    return std::nullopt;
  }
  return ChannelOpened{channel->id()};
}

Result<std::optional<ChannelEvent>> Multiplexer::take_open_failure(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelOpenFailure>(payload));
  Channel* channel = HAWSER_TRY(existing(message.channel));
  if (channel->is_confirmed() || channel->is_offered()) {
    return fail(Errc::bad_channel_state, "CHANNEL_OPEN_FAILURE");
  }
  const ChannelId id = channel->id();
  channels_.remove(id);
  return ChannelRefused{id, message.reason, display(message.description.bytes)};
}

Result<std::optional<ChannelEvent>> Multiplexer::take_window_adjust(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelWindowAdjust>(payload));
  Channel* channel = HAWSER_TRY(existing(message.channel));
  if (!channel->is_confirmed() || channel->has_received_close()) {
    return fail(Errc::bad_channel_state, "CHANNEL_WINDOW_ADJUST");
  }
  HAWSER_TRY(channel->out().adjust(message.bytes));
  if (message.bytes == 0 || !channel->is_open()) return std::nullopt;
  return ChannelWritable{channel->id()};
}

Result<std::optional<ChannelEvent>> Multiplexer::take_data(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelData>(payload));
  auto found = existing(message.channel);
  if (!found && is_late(message.channel, message.data)) return std::nullopt;
  Channel* channel = HAWSER_TRY(std::move(found));
  return deliver(*channel, Stream::standard, message.data.bytes);
}

Result<std::optional<ChannelEvent>> Multiplexer::take_extended_data(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelExtendedData>(payload));
  auto found = existing(message.channel);
  if (!found && is_late(message.channel, message.data)) return std::nullopt;
  Channel* channel = HAWSER_TRY(std::move(found));
  if (message.type == wire::ChannelExtendedData::kStderr) {
    return deliver(*channel, Stream::error, message.data.bytes);
  }
  // A stream that nobody knows (RFC 4254 5.2 has only stderr): counted, given back, dropped.
  HAWSER_TRY(channel->take_data(message.data.bytes.size()));
  HAWSER_TRY(consume(channel->id(), message.data.bytes.size()));
  return std::nullopt;
}

Result<std::optional<ChannelEvent>> Multiplexer::deliver(Channel& channel, Stream stream,
                                                         ByteView data) {
  HAWSER_TRY(channel.take_data(data.size()));
  if (!channel.is_open() || data.empty()) return std::nullopt;
  return ChannelBytes{channel.id(), stream, data};
}

Result<std::optional<ChannelEvent>> Multiplexer::take_eof(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelEof>(payload));
  Channel* channel = HAWSER_TRY(existing(message.channel));
  HAWSER_TRY(channel->take_eof());
  if (!channel->is_open()) return std::nullopt;
  return ChannelEnded{channel->id()};
}

Result<std::optional<ChannelEvent>> Multiplexer::take_close(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelClose>(payload));
  Channel* channel = HAWSER_TRY(existing(message.channel));
  HAWSER_TRY(channel->take_close());
  const ChannelId id = channel->id();
  const bool is_given_up = channel->has_sent_close();
  if (!is_given_up) HAWSER_TRY(post(wire::ChannelClose{channel->peer().value()}));
  late_.note(*channel, is_given_up);
  channels_.remove(id);
  return ChannelClosed{id};
}

Result<std::optional<ChannelEvent>> Multiplexer::take_channel_request(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelRequest>(payload));
  Channel* channel = HAWSER_TRY(existing(message.channel));
  if (!channel->is_confirmed() || channel->has_received_close()) {
    return fail(Errc::bad_channel_state, "CHANNEL_REQUEST");
  }
  if (!channel->is_open()) return std::nullopt;
  if (message.type == wire::Text("exit-status")) {
    const auto exit = HAWSER_TRY(wire::decode<wire::ExitStatus>(message.extra.bytes));
    return ChannelExited{channel->id(), exit.status};
  }
  if (message.type == wire::Text("exit-signal")) {
    const auto exit = HAWSER_TRY(wire::decode<wire::ExitSignal>(message.extra.bytes));
    return ChannelExited{channel->id(), display(exit.name.bytes, 64)};
  }
  if (message.want_reply) HAWSER_TRY(post(wire::ChannelFailure{channel->peer().value()}));
  return std::nullopt;
}

Result<std::optional<ChannelEvent>> Multiplexer::take_channel_success(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelSuccess>(payload));
  return take_channel_reply(message.channel, true);
}

Result<std::optional<ChannelEvent>> Multiplexer::take_channel_failure(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelFailure>(payload));
  return take_channel_reply(message.channel, false);
}

Result<std::optional<ChannelEvent>> Multiplexer::take_channel_reply(std::uint32_t number,
                                                                    bool is_success) {
  auto found = existing(number);
  if (!found && late_.take_reply(ChannelId(number))) return std::nullopt;
  Channel* channel = HAWSER_TRY(std::move(found));
  HAWSER_TRY(channel->take_reply());
  if (!channel->is_open()) return std::nullopt;
  return ChannelReplied{channel->id(), is_success};
}

bool Multiplexer::is_late(std::uint32_t number, const wire::Blob& data) {
  return late_.take_data(ChannelId(number), data.bytes.size());
}

Result<Channel*> Multiplexer::existing(std::uint32_t number) {
  Channel* channel = channels_.find(ChannelId(number));
  if (channel == nullptr) return fail(Errc::unknown_channel, "channel", number);
  return channel;
}

}  // namespace hawser::connection
