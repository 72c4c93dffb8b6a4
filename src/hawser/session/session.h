// An SSH-2 client session as a value: it eats bytes and yields events. It opens no socket, reads no
// clock, takes no lock, starts no thread and throws nothing; one thread at a time may use it.
//
// Three outcomes never share a channel: "not yet" is nullopt or 0; what the peer or the world did
// wrong is an Error, kept: every later call returns it; what we did wrong is HAWSER_INVARIANT. An
// error of the caller's own (wrong_state, channel_closed, too_many_channels) is returned and
// forgotten: the session goes on.
#pragma once

#include <deque>

#include "hawser/session/config.h"
#include "hawser/session/event.h"

namespace hawser::session {

class Session final : private connection::Outbox {
 public:
  // The engine outlives the session. Output is pending at once.
  Session(Config config, const crypto::Engine& engine, Instant now);

  // bytes ---------------------------------------------------------------------------------------
  // Read into this, then say how much came. Empty: read nothing now, the session has enough to do.
  ByteSpan receive_space();
  void received(std::size_t size);
  // Whether there is any use in reading now.
  [[nodiscard]] bool can_receive() const;
  // The stream has ended, after everything received before: the peer closed it (0) or the system
  // says so (errno).
  void ended(int os_error = 0);
  // Write this, then say how much went. It may still hold a DISCONNECT after an error.
  [[nodiscard]] ByteView pending_output() const { return transport_.pending_output(); }
  void sent(std::size_t size) { transport_.sent(size); }
  // Gives empty buffers back; call it before a long wait.
  void release_idle_memory() { transport_.release_idle_memory(); }
  [[nodiscard]] std::size_t held_memory() const { return transport_.held_memory(); }

  // What happened next. nullopt: nothing until more bytes come or output was sent.
  Result<std::optional<Event>> next();

  // time ----------------------------------------------------------------------------------------
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  // Tells the time; call it before next() and when next_deadline() has come.
  void on_time(Instant now);

  // commands ------------------------------------------------------------------------------------
  Status accept_host_key();
  Status refuse_host_key(Errc why);  // ends the session

  Status login(std::string user, auth::Credential credential);
  Status answer(ByteView signature_blob);
  Status answer(std::span<const SecretBytes> prompt_answers);
  Status cancel_login();

  Result<connection::ChannelId> open(const connection::ChannelKind& kind);
  Status request(connection::ChannelId channel, const connection::ChannelRequest& request);
  // How many bytes were taken; 0 while the window is shut, keys are exchanged or too much waits for
  // the socket: try again after the next event. At most 5 views.
  Result<std::size_t> write(connection::ChannelId channel, const Gather& data);
  [[nodiscard]] std::size_t writable(connection::ChannelId channel);
  // Whether it is the peer's window that keeps write() from taking more.
  [[nodiscard]] bool is_window_shut(connection::ChannelId channel) {
    return multiplexer_.is_window_shut(channel);
  }
  // How much the peer may send on the channel before anything is consumed; 0: there is none.
  [[nodiscard]] std::uint32_t receive_window(connection::ChannelId channel) {
    return multiplexer_.receive_window(channel);
  }
  Status send_eof(connection::ChannelId channel);
  Status close(connection::ChannelId channel);
  Status consume(connection::ChannelId channel, std::size_t bytes);
  // Asks for a sign of life; GlobalReplied comes.
  Status keepalive();
  // Asks for signatures by these keys (hostkeys-prove-00@openssh.com); GlobalReplied brings them.
  Status prove_host_keys(std::span<const ByteView> blobs);
  // Asks the server to listen for us, or not to any more (RFC 4254 7.1); GlobalReplied comes.
  Status forward(const connection::ForwardKind& kind);
  Status cancel_forward(const connection::ForwardKind& kind);
  // For a channel that was offered (ChannelOffered).
  Status accept(connection::ChannelId channel);
  Status refuse(connection::ChannelId channel, connection::OpenRefusal why);
  Status rekey();
  // Gives the session up for a reason of its driver's; every later call returns it.
  void abandon(Errc why);
  // Says goodbye; every later call returns Errc::closed.
  void disconnect();

  // facts ---------------------------------------------------------------------------------------
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] const Report& report() const { return transport_.report(); }
  [[nodiscard]] bool is_logged_in() const { return authenticator_.is_done(); }
  // An attempt was begun and neither answered nor cancelled.
  [[nodiscard]] bool is_login_under_way() const { return authenticator_.is_under_way(); }
  [[nodiscard]] const transport::Transport& transport() const { return transport_; }
  [[nodiscard]] wire::Phase phase() const { return transport_.phase(); }
  // The path's, as far as it was seen: the shortest that opening a channel or a global request
  // took.
  [[nodiscard]] Duration round_trip() const { return multiplexer_.round_trip(); }
  [[nodiscard]] Instant now() const { return now_; }  // as it was told last

 private:
  // connection::Outbox
  Status post(ByteView payload) override;
  [[nodiscard]] bool is_ready_for_data() const override;
  Status post_data(const Gather& payload) override;

  Result<std::optional<Event>> advance();
  Result<std::optional<Event>> take(const transport::PacketView& packet);
  Result<std::optional<Event>> perform(auth::AuthStep step);
  Status flush_deferred();
  void watch_exchange();
  void watch_login();
  Status check_deadlines();
  std::unexpected<Error> latch(Error error);
  template <typename R>
  R checked(R result);
  [[nodiscard]] Status usable(bool needs_login) const;

  const Config config_;
  transport::Transport transport_;
  auth::Authenticator authenticator_;
  connection::Multiplexer multiplexer_;
  std::optional<Error> failure_;
  bool has_ended_ = false;  // the peer's stream
  int os_error_ = 0;        // why, if the system said
  // Control packets that wait for our half of a key exchange to end.
  std::deque<Bytes> deferred_;
  std::size_t deferred_bytes_ = 0;
  Instant now_;
  std::optional<Instant> identification_deadline_;
  std::optional<Instant> key_exchange_deadline_;
  std::optional<Instant> login_deadline_;
};

}  // namespace hawser::session
