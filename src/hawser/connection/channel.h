// The life of one channel, both halves (RFC 4254 5).
#pragma once

#include "hawser/base/strong.h"
#include "hawser/connection/window.h"
#include "hawser/connection/window_growth.h"

namespace hawser::connection {

using ChannelId = Strong<struct ChannelIdTag, std::uint32_t>;  // our number
using PeerChannelId = Strong<struct PeerChannelIdTag, std::uint32_t>;

enum class Stream : std::uint8_t { standard, error };  // stdout (or stdin), stderr

class Channel {
 public:
  Channel(ChannelId id, std::uint32_t window) : id_(id), in_(window) {}

  [[nodiscard]] ChannelId id() const { return id_; }
  [[nodiscard]] PeerChannelId peer() const { return peer_; }
  [[nodiscard]] std::uint32_t max_packet_out() const { return max_packet_out_; }

  // CHANNEL_OPEN_CONFIRMATION came. bad_channel_state if it came before; limit_passed for a maximum
  // packet of 0, with which nothing could ever be sent.
  Status confirm(PeerChannelId peer, std::uint32_t window, std::uint32_t max_packet);

  // The peer wants to open it: what it says of its side counts from accept() on.
  Status offer(PeerChannelId peer, std::uint32_t window, std::uint32_t max_packet);
  void accept() {
    is_offered_ = false;
    is_confirmed_ = true;
  }
  [[nodiscard]] bool is_offered() const { return is_offered_; }

  void note_asked(Instant when) { asked_at_ = when; }
  [[nodiscard]] Instant asked_at() const { return asked_at_; }

  // Data, EOF and CLOSE from the peer, each checked against what came before.
  Status take_data(std::size_t bytes);
  Status take_eof();
  Status take_close();

  [[nodiscard]] bool is_open() const { return is_confirmed_ && !has_sent_close_; }
  [[nodiscard]] bool is_confirmed() const { return is_confirmed_; }
  // Both sides said CLOSE: the channel is over and its number free.
  [[nodiscard]] bool is_over() const { return has_sent_close_ && has_received_close_; }
  [[nodiscard]] bool can_send_data() const { return is_open() && !has_sent_eof_; }
  [[nodiscard]] bool has_sent_close() const { return has_sent_close_; }
  [[nodiscard]] bool has_received_close() const { return has_received_close_; }

  void note_eof_sent() { has_sent_eof_ = true; }
  void note_close_sent() { has_sent_close_ = true; }

  // Requests of ours that the peer owes an answer to; they are answered in order. wrong_state, and
  // nothing changed, while too many are out.
  Status add_request();
  Status take_reply();
  [[nodiscard]] std::uint32_t replies_owed() const { return requests_; }

  ReceiveWindow& in() { return in_; }
  [[nodiscard]] const ReceiveWindow& in() const { return in_; }
  WindowGrowth& growth() { return growth_; }
  SendWindow& out() { return out_; }
  [[nodiscard]] const SendWindow& out() const { return out_; }

 private:
  ChannelId id_;
  PeerChannelId peer_;
  ReceiveWindow in_;
  WindowGrowth growth_;
  SendWindow out_;
  Instant asked_at_;  // the peer, to open it
  std::uint32_t max_packet_out_ = 0;
  std::uint32_t requests_ = 0;
  bool is_offered_ = false;
  bool is_confirmed_ = false;
  bool has_sent_eof_ = false;
  bool has_sent_close_ = false;
  bool has_received_eof_ = false;
  bool has_received_close_ = false;
};

}  // namespace hawser::connection
