// A wire between a Client and a ServerSession, without sockets: bytes go over whole, one by one or
// in random cuts; the connection can end at any byte, and any bit of what the server sends can
// flip.
#pragma once

#include "scenario/client.h"
#include "scenario/seeded_random.h"
#include "scenario/server_session.h"

namespace hawser::scenario {

struct Cutting {
  enum class Kind { whole, bytes, random } kind = Kind::whole;
  std::uint64_t seed = 0;
};

struct LinkFaults {
  std::optional<std::size_t> ends_after;       // so many bytes of the server's
  std::optional<std::size_t> ends_after_sent;  // so many bytes of the client's
  std::optional<std::size_t> flips_byte;       // the offset in what the server sends
  std::uint8_t flip_mask = 1;
};

class Link {
 public:
  // Both outlive the link.
  Link(Client& client, ServerSession& server, Cutting cutting, LinkFaults faults)
      : client_(client),
        server_(server),
        cutting_(cutting),
        faults_(faults),
        random_(cutting.seed) {}

  // Until nothing moves any more.
  void run();
  // The connection is over: what the server sent until now still arrives.
  void end();

  [[nodiscard]] std::size_t bytes_to_client() const { return to_client_; }
  [[nodiscard]] std::size_t bytes_to_server() const { return to_server_; }

 private:
  bool carry_to_server();
  bool carry_to_client();
  std::size_t cut(std::size_t available);

  Client& client_;
  ServerSession& server_;
  Cutting cutting_;
  LinkFaults faults_;
  SeededRandom random_;
  std::size_t to_client_ = 0;
  std::size_t to_server_ = 0;
  bool has_ended_ = false;
};

}  // namespace hawser::scenario
