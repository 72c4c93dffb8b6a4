// What we send on the connection. The messages that come stand in multiplexer.cpp.
#include "hawser/base/limits.h"
#include "hawser/connection/multiplexer.h"
#include "hawser/wire/messages_connection.h"

namespace hawser::connection {

Result<ChannelId> Multiplexer::open(const ChannelKind& kind) {
  Channel* channel = HAWSER_TRY(channels_.add(config_.window));
  const KindForm form = encode_kind(kind);
  const wire::ChannelOpen message{form.name, channel->id().value(), config_.window,
                                  limits::kChannelPacket, wire::Rest{form.extra}};
  HAWSER_TRY(post(message));
  channel->note_asked(now_);
  return channel->id();
}

Status Multiplexer::request(ChannelId id, const ChannelRequest& request) {
  Channel* channel = HAWSER_TRY(usable(id));
  const RequestForm form = encode_request(request);
  // OpenSSH takes packets of our own cap and ends the connection for longer ones.
  constexpr std::size_t kFrame = 1024;
  if (form.extra.size() > limits::kPacket - kFrame) {
    return fail(Errc::invalid_argument, "too long for one packet: at most 255 KiB");
  }
  if (form.wants_reply) HAWSER_TRY(channel->add_request());
  if (std::holds_alternative<AgentRequest>(request)) hears_offers_ = true;
  return post(wire::ChannelRequest{channel->peer().value(), form.name, form.wants_reply,
                                   wire::Rest{form.extra}});
}

Result<std::size_t> Multiplexer::write(ChannelId id, const Gather& data) {
  constexpr std::size_t kHeader = 9;  // number, channel, length of the data
  Channel* channel = HAWSER_TRY(usable(id));
  if (!channel->can_send_data()) return fail(Errc::channel_closed, "write after end-of-file");
  std::size_t done = 0;
  while (done < data.size() && outbox_.is_ready_for_data()) {
    const std::size_t part = std::min({data.size() - done, std::size_t{channel->out().left()},
                                       std::size_t{channel->max_packet_out()}});
    if (part == 0) break;
    std::array<std::uint8_t, kHeader> header;
    header[0] = wire::ChannelData::number;
    store_be32(&header[1], channel->peer().value());
    store_be32(&header[5], static_cast<std::uint32_t>(part));
    Gather payload{header};
    const Gather taken = data.without_first(done).first(part);  // named: it must outlive the loop
    for (ByteView view : taken.views()) payload.add(view);
    HAWSER_TRY(outbox_.post_data(payload));
    channel->out().take(part);
    done += part;
  }
  return done;
}

std::size_t Multiplexer::writable(ChannelId id) {
  const Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->can_send_data() || !outbox_.is_ready_for_data()) return 0;
  return channel->out().left();
}

bool Multiplexer::is_window_shut(ChannelId id) {
  const Channel* channel = channels_.find(id);
  return channel != nullptr && channel->can_send_data() && channel->out().left() == 0;
}

std::uint32_t Multiplexer::receive_window(ChannelId id) {
  const Channel* channel = channels_.find(id);
  return channel == nullptr ? 0 : channel->in().size();
}

Status Multiplexer::send_eof(ChannelId id) {
  Channel* channel = HAWSER_TRY(usable(id));
  if (!channel->can_send_data()) return {};
  channel->note_eof_sent();
  return post(wire::ChannelEof{channel->peer().value()});
}

Status Multiplexer::close(ChannelId id) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || channel->has_sent_close()) return {};
  if (channel->is_offered()) return refuse(id, OpenRefusal::administratively_prohibited);
  channel->note_close_sent();
  if (!channel->is_confirmed()) return {};  // said when the confirmation comes
  return post(wire::ChannelClose{channel->peer().value()});
}

Status Multiplexer::consume(ChannelId id, std::size_t bytes) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->is_open()) return {};
  ReceiveWindow& window = channel->in();
  if (!window.is_keeping_up()) {
    channel->growth().restart(now_);
  } else if (const std::uint32_t more =
                 channel->growth().notice(bytes, window.size(), now_, round_trip_)) {
    window.grow(growth_allowed(*channel, more));
  }
  const std::uint32_t adjustment = window.consume(bytes, limits::kChannelPacket);
  if (adjustment == 0) return {};
  return post(wire::ChannelWindowAdjust{channel->peer().value(), adjustment});
}

std::uint32_t Multiplexer::growth_allowed(const Channel& channel, std::uint32_t wanted) const {
  const std::uint64_t size = channel.in().size();
  const bool is_too_much = size + wanted > config_.window_most ||
                           channels_.window_bytes() + wanted > limits::kWindowsTogether;
  return is_too_much ? 0 : wanted;
}

Status Multiplexer::global_request(std::string_view name, ByteView extra) {
  if (global_requests_ >= limits::kGlobalRequestsPending) {
    return fail(Errc::wrong_state, "too many global requests without an answer");
  }
  if (global_requests_++ == 0) global_asked_at_ = now_;
  return post(wire::GlobalRequest{name, true, wire::Rest{extra}});
}

Status Multiplexer::forward(const ForwardKind& kind) {
  const KindForm form = encode_forward(kind);
  HAWSER_TRY(global_request(form.name, form.extra));
  hears_offers_ = true;
  return {};
}

Status Multiplexer::cancel_forward(const ForwardKind& kind) {
  const KindForm form = encode_cancel(kind);
  return global_request(form.name, form.extra);
}

Status Multiplexer::accept(ChannelId id) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->is_offered()) return fail(Errc::channel_closed, "channel");
  channel->accept();
  return post(wire::ChannelOpenConfirmation{channel->peer().value(), id.value(), config_.window,
                                            limits::kChannelPacket, wire::Rest{}});
}

Status Multiplexer::refuse(ChannelId id, OpenRefusal why) {
  const Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->is_offered()) return {};
  const std::uint32_t peer = channel->peer().value();
  channels_.remove(id);
  return refuse_open(peer, why);
}

Result<Channel*> Multiplexer::usable(ChannelId id) {
  Channel* channel = channels_.find(id);
  if (channel == nullptr || !channel->is_open()) return fail(Errc::channel_closed, "channel");
  return channel;
}

}  // namespace hawser::connection
