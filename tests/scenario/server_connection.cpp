// The messages that come; what scripts send stands in server_scripts.cpp.
#include "scenario/server_connection.h"

#include "hawser/wire/messages_connection.h"

namespace hawser::scenario {

Status ServerConnection::take(ByteView payload) {
  switch (payload[0]) {
    case wire::GlobalRequest::number:
      return take_global_request(payload);
    case wire::ChannelOpen::number:
      return take_open(payload);
    case wire::ChannelOpenConfirmation::number:
      return take_confirmation(payload);
    case wire::ChannelOpenFailure::number: {
      const auto message = HAWSER_TRY(wire::decode<wire::ChannelOpenFailure>(payload));
      requests_.push_back("open refused " + std::to_string(message.channel) + " " +
                          std::to_string(message.reason));
      return {};
    }
    case wire::ChannelWindowAdjust::number: {
      const auto message = HAWSER_TRY(wire::decode<wire::ChannelWindowAdjust>(payload));
      ServerChannel* channel = HAWSER_TRY(find(message.channel));
      if (channel->has_received_close) return fail(Errc::bad_channel_state, "WINDOW_ADJUST");
      channel->window_out += message.bytes;
      return {};
    }
    case wire::ChannelData::number:
      return take_data(payload);
    case wire::ChannelEof::number: {
      const auto message = HAWSER_TRY(wire::decode<wire::ChannelEof>(payload));
      ServerChannel* channel = HAWSER_TRY(find(message.channel));
      if (channel->has_eof_in) return fail(Errc::bad_channel_state, "second EOF");
      channel->has_eof_in = true;
      return {};
    }
    case wire::ChannelClose::number:
      return take_close(payload);
    case wire::ChannelRequest::number:
      return take_request(payload);
    case wire::ChannelSuccess::number:
    case wire::ChannelFailure::number:
    case wire::RequestFailure::number:
      return {};
    default:
      return fail(Errc::unexpected_message, "server", payload[0]);
  }
}

Status ServerConnection::take_global_request(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::GlobalRequest>(payload));
  std::string& text = requests_.emplace_back(message.name.view());
  if (message.name.view() != "tcpip-forward") {
    return message.want_reply ? post(wire::RequestFailure{}) : Status{};
  }
  const auto place = HAWSER_TRY(wire::decode<wire::TcpipForward>(message.extra.bytes));
  text += " " + std::string(place.address.view()) + ":" + std::to_string(place.port);
  if (place.address.view() == "forbidden") return post(wire::RequestFailure{});
  const Bytes port = wire::encode_to_bytes(wire::ForwardedPort{4000});
  return post(wire::RequestSuccess{wire::Rest{place.port == 0 ? ByteView(port) : ByteView()}});
}

Status ServerConnection::take_confirmation(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelOpenConfirmation>(payload));
  requests_.push_back("open taken " + std::to_string(message.channel));
  ServerChannel channel;
  channel.own = message.channel;
  channel.peer = message.sender;
  channel.window_out = message.window;
  channel.max_packet_out = std::min(message.max_packet, options_.max_packet);
  channel.window_in = options_.window;
  channel.script.emplace();
  channel.script->echoes = true;
  channel.script->status.reset();
  channels_.emplace(channel.own, std::move(channel));
  return {};
}

Status ServerConnection::take_open(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelOpen>(payload));
  if (channels_.size() >= options_.most_channels) {
    return post(wire::ChannelOpenFailure{message.sender, 2, "open failed", ""});
  }
  ServerChannel channel;
  channel.own = next_++;
  channel.peer = message.sender;
  channel.window_out = message.window;
  channel.max_packet_out = std::min(message.max_packet, options_.max_packet);
  channel.window_in = options_.window;
  if (message.type.view() == "direct-tcpip") {
    const auto target = HAWSER_TRY(wire::decode<wire::DirectTcpip>(message.extra.bytes));
    requests_.push_back("direct-tcpip " + std::string(target.host.view()) + ":" +
                        std::to_string(target.port));
    if (target.host.view() == "refused") {
      return post(wire::ChannelOpenFailure{message.sender, 2, "connect failed", ""});
    }
    channel.script.emplace();
    channel.script->echoes = true;
    channel.script->status.reset();
  } else if (message.type.view() != "session") {
    return post(wire::ChannelOpenFailure{message.sender, 3, "unknown type", ""});
  }
  HAWSER_TRY(post(wire::ChannelOpenConfirmation{
      message.sender, channel.own, options_.window, options_.max_packet, {}}));
  channels_.emplace(channel.own, std::move(channel));
  return {};
}

Status ServerConnection::take_data(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelData>(payload));
  ServerChannel* channel = HAWSER_TRY(find(message.channel));
  const auto size = static_cast<std::uint32_t>(message.data.bytes.size());
  if (channel->has_eof_in || channel->has_received_close) {
    return fail(Errc::bad_channel_state, "client's data after EOF");
  }
  if (size > channel->window_in || size > options_.max_packet) {
    return fail(Errc::window_overrun, "client's data", size);
  }
  append(channel->input, message.data.bytes);
  channel->window_in -= size;
  if (channel->script && channel->script->answers && !channel->is_killed) {
    append(channel->script->output, channel->script->answers(message.data.bytes));
  } else if (channel->script && channel->script->echoes) {
    append(channel->script->output, message.data.bytes);
  }
  if (!options_.gives_window_back || channel->has_sent_close) return {};
  channel->window_in += size;
  return post(wire::ChannelWindowAdjust{channel->peer, size});
}

Status ServerConnection::take_close(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelClose>(payload));
  ServerChannel* channel = HAWSER_TRY(find(message.channel));
  if (channel->has_received_close) return fail(Errc::bad_channel_state, "second CLOSE");
  channel->has_received_close = true;
  HAWSER_TRY(close(*channel));
  finished_[message.channel] = std::move(channel->input);
  channels_.erase(message.channel);
  return {};
}

Status ServerConnection::take_request(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ChannelRequest>(payload));
  ServerChannel* channel = HAWSER_TRY(find(message.channel));
  if (channel->has_received_close) return fail(Errc::bad_channel_state, "request after CLOSE");
  const bool is_fine = HAWSER_TRY(start(*channel, message.type.view(), message.extra.bytes));
  if (!message.want_reply || channel->has_sent_close) return {};
  return is_fine ? post(wire::ChannelSuccess{channel->peer})
                 : post(wire::ChannelFailure{channel->peer});
}

Result<ServerChannel*> ServerConnection::find(std::uint32_t own) {
  ServerChannel* found = channel(own);
  if (found == nullptr) return fail(Errc::unknown_channel, "server", own);
  return found;
}

}  // namespace hawser::scenario
