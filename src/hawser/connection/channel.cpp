#include "hawser/connection/channel.h"

#include "hawser/base/limits.h"

namespace hawser::connection {

Status Channel::confirm(PeerChannelId peer, std::uint32_t window, std::uint32_t max_packet) {
  if (is_confirmed_ || is_offered_) {
    return fail(Errc::bad_channel_state, "CHANNEL_OPEN_CONFIRMATION");
  }
  if (max_packet == 0) return fail(Errc::limit_passed, "CHANNEL_OPEN_CONFIRMATION maximum packet");
  is_confirmed_ = true;
  peer_ = peer;
  out_.open(window);
  max_packet_out_ = std::min(max_packet, limits::kChannelPacketSend);
  return {};
}

Status Channel::offer(PeerChannelId peer, std::uint32_t window, std::uint32_t max_packet) {
  if (max_packet == 0) return fail(Errc::limit_passed, "CHANNEL_OPEN maximum packet");
  is_offered_ = true;
  peer_ = peer;
  out_.open(window);
  max_packet_out_ = std::min(max_packet, limits::kChannelPacketSend);
  return {};
}

// What we do not want any more is dropped as long as it is within the window, be it in good order
// or not: see late_messages.h.
Status Channel::take_data(std::size_t bytes) {
  const bool is_after_end = has_received_eof_ && !has_sent_close_;
  if (!is_confirmed_ || is_after_end || has_received_close_) {
    return fail(Errc::bad_channel_state, "CHANNEL_DATA");
  }
  if (bytes > limits::kChannelPacket) return fail(Errc::packet_too_long, "CHANNEL_DATA");
  return in_.take(bytes);
}

Status Channel::take_eof() {
  if (!is_confirmed_ || has_received_eof_ || has_received_close_) {
    return fail(Errc::bad_channel_state, "CHANNEL_EOF");
  }
  has_received_eof_ = true;
  return {};
}

Status Channel::take_close() {
  if (!is_confirmed_ || has_received_close_) return fail(Errc::bad_channel_state, "CHANNEL_CLOSE");
  has_received_close_ = true;
  return {};
}

Status Channel::add_request() {
  if (requests_ >= limits::kChannelRequestsPending) {
    return fail(Errc::wrong_state, "too many requests without an answer");
  }
  ++requests_;
  return {};
}

Status Channel::take_reply() {
  if (requests_ == 0) return fail(Errc::unexpected_reply, "CHANNEL_SUCCESS or CHANNEL_FAILURE");
  --requests_;
  return {};
}

}  // namespace hawser::connection
