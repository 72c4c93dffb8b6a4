// A client session and the test server in memory, on virtual time, with a cipher that does nothing:
// what the client does is counted, instruction by instruction, and is the same in every run.
#pragma once

#include <functional>

#include "hawser/operations/operation.h"

#include "scenario/seeded_random.h"
#include "scenario/server_session.h"

namespace hawser::icount {

// callgrind counts only what runs in here (--toggle-collect).
void counted(const std::function<void()>& work);

// Ends the program.
[[noreturn]] void fail_with(const char* what);
template <typename R>
auto must(R result, const char* what) {
  if (!result) fail_with(what);
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

class Stage {
 public:
  explicit Stage(scenario::ServerOptions options);

  // Until it is done.
  void run(operations::Operation& operation);
  // Handshake, host key and login.
  void log_in();
  // A channel with a command or a subsystem of the options on it.
  std::shared_ptr<operations::ChannelBox> start(const connection::ChannelRequest& request);

  // Called whenever the client has said something; the server's part of what is no script.
  std::function<void(scenario::ServerSession&)> on_turn;

 private:
  void turn(operations::Operation& operation, bool& is_done);
  void drain();
  bool carry_to_server();
  bool carry_to_client();

  scenario::SeededRandom client_random_{1};
  scenario::SeededRandom server_random_{2};
  crypto::Engine client_engine_;
  crypto::Engine server_engine_;
  scenario::ServerSession server_;
  Instant now_;
  session::Session session_;
  operations::Inbox inbox_;
};

// The number of the first channel as the test server counts.
inline constexpr std::uint32_t kServerChannel = 100;

}  // namespace hawser::icount
