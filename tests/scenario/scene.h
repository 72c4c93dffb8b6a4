// A client, a server and the link between them, and the steps that most tests begin with. Each step
// runs the link and says whether it got there; the first that did not leaves its error in
// failure().
#pragma once

#include "scenario/link.h"
#include "scenario/test_keys.h"

namespace hawser::scenario {

struct SceneOptions {
  ServerOptions server;
  // Empty lists: all that the engine has.
  transport::Proposal proposal;
  transport::RekeyLimits rekey;
  bool requires_strict_kex = false;
  connection::ConnectionConfig connection;
  session::Deadlines deadlines;
  ClientRules rules;
  Cutting cutting;
  LinkFaults faults;
  crypto::Engine (*make_engine)(crypto::Random&) = engine_with;  // of both sides
};

class Scene {
 public:
  explicit Scene(const SceneOptions& options = {});

  void run() { link.run(); }
  bool handshake();
  // With the password of AuthScript, which the default server takes.
  bool login();
  bool login(auth::Credential credential);
  // A session channel, open; the first has number 0.
  std::optional<connection::ChannelId> open_session();
  bool exec(connection::ChannelId channel, std::string_view command);
  // All of the above: a command that is running or over.
  std::optional<connection::ChannelId> start(std::string_view command);

  [[nodiscard]] const std::optional<Error>& failure() { return client.session().failure(); }
  [[nodiscard]] Errc failure_code() { return failure() ? failure()->code : Errc{}; }

  SeededRandom client_random{1};
  SeededRandom server_random{2};
  crypto::Engine client_engine;
  crypto::Engine server_engine;
  ServerSession server;
  Client client;
  Link link;
};

auth::PasswordCredential password(std::string_view text);
// `size` bytes that repeat nowhere near.
Bytes pattern(std::size_t size, std::uint64_t seed = 7);

}  // namespace hawser::scenario
