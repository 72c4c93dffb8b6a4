// The scenarios' server behind a socket, on a thread of its own: for what is to meet real threads.
#pragma once

#include <array>
#include <cerrno>
#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hawser/client/connection.h"
#include "hawser/client/socket_stream.h"

#include "scenario/server_session.h"

namespace hawser::threads {

class SocketHost {
 public:
  explicit SocketHost(scenario::ServerOptions options)
      : server_(std::move(options), crypto::openssl_engine()) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0) return;
    thread_ = std::thread([this] { serve(); });
  }
  ~SocketHost() {
    (void)shutdown(ends_[0], SHUT_RDWR);
    thread_.join();
    close(ends_[0]);
    close(ends_[1]);
  }
  SocketHost(const SocketHost&) = delete;
  SocketHost& operator=(const SocketHost&) = delete;

  client::Outcome<std::shared_ptr<client::Connection>> connect() {
    auto stream = client::SocketStream::make(ends_[0]);
    if (!stream) return std::unexpected(client::explain(stream.error(), Report{}));
    client::ConnectionOptions options;
    options.timeout = std::chrono::seconds(20);
    return client::Connection::connect(*std::move(stream), std::move(options),
                                       crypto::openssl_engine());
  }

  // Logged in; nullptr if it could not.
  std::shared_ptr<client::Connection> login() {
    auto connection = connect();
    if (!connection) return nullptr;
    const scenario::AuthScript script;
    SecretBytes password(as_bytes(script.password));
    if (!(*connection)->login_password(script.user, std::move(password))) return nullptr;
    return *std::move(connection);
  }

 private:
  void serve() {
    Bytes buffer(64 * 1024);
    for (;;) {
      const bool has_output = !server_.pending_output().empty();
      const auto events = static_cast<short>(has_output ? POLLIN | POLLOUT : POLLIN);
      pollfd watched{ends_[1], events, 0};
      if (poll(&watched, 1, -1) < 0 && errno != EINTR) return;
      const ssize_t got = recv(ends_[1], buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return;
      if (got > 0) server_.received(ByteView(buffer).first(static_cast<std::size_t>(got)));
      if (!send_pending()) return;
    }
  }

  bool send_pending() {
    for (;;) {
      const ByteView pending = server_.pending_output();
      if (pending.empty()) {
        server_.pump();
        if (server_.pending_output().empty()) return true;
        continue;
      }
      const ssize_t sent =
          send(ends_[1], pending.data(), pending.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      server_.sent(static_cast<std::size_t>(sent));
    }
  }

  std::array<int, 2> ends_{-1, -1};
  scenario::ServerSession server_;  // the thread's own
  std::thread thread_;
};

}  // namespace hawser::threads
