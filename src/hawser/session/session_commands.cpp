// What can be asked of a session. Bytes, events and time stand in session.cpp.
#include "hawser/session/session.h"
#include "hawser/wire/messages_transport.h"

namespace hawser::session {

namespace {

// Errors that leave the session as it was: the caller's, or a local limit.
bool is_forgiven(Errc code) {
  switch (code) {
    case Errc::wrong_state:
    case Errc::invalid_argument:
    case Errc::channel_closed:
    case Errc::too_many_channels:
      return true;
    default:
      return false;
  }
}

// libssh's servers (seen with 0.10.6) wait for the end of the key exchange until they are in the
// state "authenticating". A login that is done by then, because it came in one piece with our
// NEWKEYS, leaves them waiting: they take it, and then refuse every request.
bool loses_early_logins(std::string_view server_line) {
  return server_line.starts_with("SSH-2.0-libssh");
}

}  // namespace

template <typename R>
R Session::checked(R result) {
  if (!result && !is_forgiven(result.error().code)) return latch(result.error());
  return result;
}

Status Session::usable(bool needs_login) const {
  if (failure_) return std::unexpected(*failure_);
  if (needs_login && !is_logged_in()) return fail(Errc::wrong_state, "not logged in");
  return {};
}

Status Session::accept_host_key() {
  HAWSER_TRY(usable(false));
  HAWSER_TRY(checked(transport_.accept_host_key()));
  watch_exchange();
  return {};
}

Status Session::refuse_host_key(Errc why) {
  HAWSER_TRY(usable(false));
  if (!transport_.is_judging()) return fail(Errc::wrong_state, "refuse_host_key");
  return latch(Error{why, 0, "host key"});
}

Status Session::login(std::string user, auth::Credential credential) {
  HAWSER_TRY(usable(false));
  if (!transport_.kex().is_first_done()) return fail(Errc::wrong_state, "login before keys");
  if (loses_early_logins(transport_.server_line())) {
    authenticator_.send_first_attempt(auth::FirstAttempt::after_service_accept);
  }
  HAWSER_TRY(checked(authenticator_.offer(std::move(user), to_bytes(transport_.kex().session_id()),
                                          std::move(credential))));
  watch_login();
  return {};
}

void Session::watch_login() {
  if (config_.deadlines.login) login_deadline_ = now_ + *config_.deadlines.login;
}

Status Session::answer(ByteView signature_blob) {
  HAWSER_TRY(usable(false));
  return checked(authenticator_.answer(signature_blob));
}

Status Session::answer(std::span<const SecretBytes> prompt_answers) {
  HAWSER_TRY(usable(false));
  HAWSER_TRY(checked(authenticator_.answer(prompt_answers)));
  watch_login();
  return {};
}

Status Session::cancel_login() {
  HAWSER_TRY(usable(false));
  login_deadline_.reset();
  return checked(authenticator_.cancel());
}

Result<connection::ChannelId> Session::open(const connection::ChannelKind& kind) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.open(kind));
}

Status Session::request(connection::ChannelId channel, const connection::ChannelRequest& request) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.request(channel, request));
}

Result<std::size_t> Session::write(connection::ChannelId channel, const Gather& data) {
  HAWSER_TRY(usable(true));
  HAWSER_TRY(checked(transport_.rekey_if_due(now_)));
  watch_exchange();
  return checked(multiplexer_.write(channel, data));
}

std::size_t Session::writable(connection::ChannelId channel) {
  return usable(true) ? multiplexer_.writable(channel) : 0;
}

Status Session::send_eof(connection::ChannelId channel) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.send_eof(channel));
}

Status Session::close(connection::ChannelId channel) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.close(channel));
}

Status Session::consume(connection::ChannelId channel, std::size_t bytes) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.consume(channel, bytes));
}

Status Session::keepalive() {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.global_request("keepalive@openssh.com"));
}

Status Session::prove_host_keys(std::span<const ByteView> blobs) {
  HAWSER_TRY(usable(true));
  Bytes list;
  wire::BytesSink sink(list);
  for (const ByteView blob : blobs) wire::put_string(sink, blob);
  return checked(multiplexer_.global_request("hostkeys-prove-00@openssh.com", list));
}

Status Session::forward(const connection::ForwardKind& kind) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.forward(kind));
}

Status Session::cancel_forward(const connection::ForwardKind& kind) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.cancel_forward(kind));
}

Status Session::accept(connection::ChannelId channel) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.accept(channel));
}

Status Session::refuse(connection::ChannelId channel, connection::OpenRefusal why) {
  HAWSER_TRY(usable(true));
  return checked(multiplexer_.refuse(channel, why));
}

Status Session::rekey() {
  HAWSER_TRY(usable(false));
  if (!transport_.kex().is_first_done()) return fail(Errc::wrong_state, "rekey");
  HAWSER_TRY(checked(transport_.rekey()));
  watch_exchange();
  return {};
}

void Session::abandon(Errc why) {
  if (!failure_) failure_ = Error{why, 0, "session"};
}

void Session::disconnect() {
  if (failure_) return;
  constexpr std::uint32_t kByApplication = 11;  // RFC 4253 11.1
  (void)transport_.send_message(wire::Disconnect{kByApplication, "bye", ""});
  failure_ = Error{Errc::closed, 0, "session"};
}

}  // namespace hawser::session
