// What a session is made with.
#pragma once

#include "hawser/base/instant.h"
#include "hawser/connection/multiplexer.h"
#include "hawser/transport/transport.h"

namespace hawser::session {

// nullopt: no deadline.
struct Deadlines {
  std::optional<Duration> identification = std::chrono::seconds(30);
  std::optional<Duration> key_exchange = std::chrono::seconds(60);
  std::optional<Duration> login = std::chrono::seconds(120);
};

struct Config {
  transport::TransportConfig transport;
  connection::ConnectionConfig connection;
  Deadlines deadlines;
};

}  // namespace hawser::session
