// The server's half of the connection protocol (RFC 4254): sessions that run scripted commands, and
// direct-tcpip channels that echo, as do those that it opens itself (by a message of the test's).
// It listens wherever it is asked, but for the address "forbidden", and chooses port 4000. It holds
// the client to its windows.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include "hawser/base/result.h"
#include "hawser/wire/codec.h"

#include "scenario/server_options.h"

namespace hawser::scenario {

struct ServerChannel {
  std::uint32_t own = 0;
  std::uint32_t peer = 0;
  std::uint32_t window_out = 0;
  std::uint32_t max_packet_out = 0;
  std::uint32_t window_in = 0;
  std::optional<ExecScript> script;  // running
  std::size_t output_done = 0;       // of the script's output
  std::size_t errors_done = 0;
  Bytes input;             // all that came
  bool is_killed = false;  // set by a test: what runs there ends
  bool has_eof_in = false;
  bool has_sent_eof = false;
  bool has_finished = false;  // exit-status and the like are out
  bool has_sent_close = false;
  bool has_received_close = false;
};

class ServerConnection {
 public:
  using Send = std::function<Status(ByteView payload)>;
  // The options outlive it.
  ServerConnection(const ServerOptions& options, Send send)
      : options_(options), send_(std::move(send)) {}

  Status take(ByteView payload);
  // Sends what the windows allow and the scripts still have: at most one packet a channel, so that
  // channels take turns.
  Status pump();

  // nullptr if there is none.
  [[nodiscard]] ServerChannel* channel(std::uint32_t own) {
    const auto found = channels_.find(own);
    return found == channels_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::map<std::uint32_t, ServerChannel>& channels() { return channels_; }
  // What was asked of channels, e.g. "pty-req xterm 80x24", and of the connection.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }
  // Input of channels that are over, by their numbers.
  [[nodiscard]] const std::map<std::uint32_t, Bytes>& finished_input() const { return finished_; }

 private:
  Status take_global_request(ByteView payload);
  Status take_open(ByteView payload);
  Status take_confirmation(ByteView payload);
  Status take_data(ByteView payload);
  Status take_request(ByteView payload);
  Status take_close(ByteView payload);
  Result<bool> start(ServerChannel& channel, std::string_view type, ByteView extra);
  Status pump_output(ServerChannel& channel);
  Status finish(ServerChannel& channel);
  Status close(ServerChannel& channel);
  Result<ServerChannel*> find(std::uint32_t own);

  template <typename Message>
  Status post(const Message& message) {
    return send_(wire::encode_to_bytes(message));
  }

  const ServerOptions& options_;
  Send send_;
  std::map<std::uint32_t, ServerChannel> channels_;
  std::map<std::uint32_t, Bytes> finished_;
  std::vector<std::string> requests_;
  std::uint32_t next_ = 100;  // so that the two sides' numbers differ
};

}  // namespace hawser::scenario
