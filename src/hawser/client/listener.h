// A place at which the server listens for us (RFC 4254 7.1): TCP, a Unix socket, or the socket that
// it shows its programs as their agent. Dropping it gives it up without waiting.
#pragma once

#include "hawser/client/connection.h"
#include "hawser/operations/listen.h"

namespace hawser::client {

class Listener {
 public:
  // As Connection::listen_*() make it.
  Listener(std::shared_ptr<Connection> connection, std::shared_ptr<operations::Listening> listening)
      : connection_(std::move(connection)), listening_(std::move(listening)) {}
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  struct Accepted {
    std::shared_ptr<Channel> channel;
    connection::OfferOrigin origin;
  };
  // Waits for the next who comes; timed_out after that time.
  Outcome<Accepted> accept(std::optional<Duration> timeout, const Interrupt& interrupt = {});
  // Whoever waits in accept() ends with Errc::closed.
  void close();

  [[nodiscard]] bool is_closed() const;
  // For who drops it: whether that ends what is open. Asked without waiting; false if that is not
  // to be known.
  [[nodiscard]] bool is_left_open() const;
  [[nodiscard]] const std::string& address() const { return listening_->address(); }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] connection::OfferKind kind() const { return listening_->kind(); }

 private:
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<operations::Listening> listening_;
};

}  // namespace hawser::client
