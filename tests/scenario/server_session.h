// An SSH-2 server in memory, for tests only: eats bytes, yields bytes. It serves honestly as its
// options say, notes whatever the client does wrong, and at any moment sends what a test wants.
#pragma once

#include "scenario/server_auth.h"
#include "scenario/server_connection.h"
#include "scenario/server_transport.h"

namespace hawser::scenario {

class ServerSession {
 public:
  // The engine outlives the server.
  ServerSession(ServerOptions options, const crypto::Engine& engine);
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  void received(ByteView bytes);
  [[nodiscard]] ByteView pending_output() const { return transport_.pending_output(); }
  void sent(std::size_t size) { transport_.sent(size); }
  // Lets running scripts send more; called by the link when all was taken.
  void pump();

  // hooks ---------------------------------------------------------------------------------------
  // A payload, sealed and sent now, whatever the protocol says.
  void inject(ByteView payload) { note(transport_.send_now(payload)); }
  template <typename Message>
  void inject_message(const Message& message) {
    inject(wire::encode_to_bytes(message));
  }
  // Honestly: after the exchange that may be under way.
  template <typename Message>
  void send_message(const Message& message) {
    note(transport_.send(wire::encode_to_bytes(message)));
  }
  void rekey() { note(transport_.rekey()); }
  ServerTransport& transport() { return transport_; }
  ServerAuth& auth() { return auth_; }
  ServerConnection& connection() { return connection_; }

  // facts ---------------------------------------------------------------------------------------
  // What the client did wrong; nothing is served after it.
  [[nodiscard]] const std::optional<Error>& complaint() const { return complaint_; }
  // The reason code of the client's DISCONNECT.
  [[nodiscard]] const std::optional<std::uint32_t>& disconnect_code() const {
    return disconnect_code_;
  }
  [[nodiscard]] const std::vector<std::uint8_t>& received_numbers() const {
    return transport_.received_numbers();
  }
  // Sequence numbers in the client's UNIMPLEMENTED messages.
  [[nodiscard]] const std::vector<std::uint32_t>& unimplemented() const { return unimplemented_; }

 private:
  Status serve();
  Status take(ByteView payload);
  void note(Status status);

  const ServerOptions options_;
  ServerTransport transport_;
  ServerAuth auth_;
  ServerConnection connection_;
  std::optional<Error> complaint_;
  std::optional<std::uint32_t> disconnect_code_;
  std::vector<std::uint32_t> unimplemented_;
  bool has_sent_ext_info_ = false;
};

}  // namespace hawser::scenario
