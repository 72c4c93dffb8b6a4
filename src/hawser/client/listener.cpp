#include "hawser/client/listener.h"

#include "hawser/base/display.h"
#include "hawser/client/channel.h"

namespace hawser::client {

namespace {

std::string place(const operations::Listening& listening) {
  const std::string address = display(as_bytes(listening.address()));
  if (listening.kind() != connection::OfferKind::tcpip) return address;
  return (address.empty() ? "*" : address) + ":" + std::to_string(listening.port());
}

}  // namespace

Outcome<std::shared_ptr<Listener>> Connection::listen(connection::OfferKind kind,
                                                      std::string address, std::uint16_t port,
                                                      const Interrupt& interrupt) {
  auto listening = std::make_shared<operations::Listening>(kind, std::move(address), port);
  operations::Listen listen(listening);
  auto outcome = perform(listen, no_world(), limits(interrupt));
  if (outcome) return std::make_shared<Listener>(shared_from_this(), std::move(listening));
  if (outcome.error().error.code == Errc::channel_request_refused) {
    outcome.error().text = "the server refused to listen at " + place(*listening) +
                           ": it is in use, or sshd's AllowTcpForwarding, " +
                           "AllowStreamLocalForwarding or PermitListen forbid it";
  }
  return std::unexpected(std::move(outcome).error());
}

Listener::~Listener() {
  connection_->driver().when_free(
      [listening = listening_](session::Session& session, operations::Inbox& inbox) {
        operations::stop_listening(session, inbox, *listening);
      });
}

Outcome<Listener::Accepted> Listener::accept(std::optional<Duration> timeout,
                                             const Interrupt& interrupt) {
  operations::Accept accept(listening_);
  WaitLimits limits = connection_->limits(interrupt);
  limits.operation = timeout;
  HAWSER_TRY_OUTCOME(connection_->perform(accept, no_world(), limits));
  return Accepted{std::make_shared<Channel>(connection_, std::move(accept.offer().box)),
                  std::move(accept.offer().origin)};
}

void Listener::close() {
  connection_->driver().with_session([this](session::Session& session, operations::Inbox& inbox) {
    operations::stop_listening(session, inbox, *listening_);
    return true;
  });
  connection_->driver().poke();
}

bool Listener::is_closed() const {
  return connection_->driver().with_session([this](session::Session& session, operations::Inbox&) {
    return listening_->is_closed() || session.failure().has_value();
  });
}

bool Listener::is_left_open() const {
  return connection_->driver().is_so_at_once(
      [this](const session::Session&) { return !listening_->is_closed(); });
}

std::uint16_t Listener::port() const {
  return connection_->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return listening_->port(); });
}

}  // namespace hawser::client
