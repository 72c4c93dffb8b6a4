// Drives a Session as a program would, by simple rules, and writes down what happens as text that
// two runs can be compared by.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hawser/keys/memory_signer.h"
#include "hawser/session/session.h"

namespace hawser::scenario {

struct ClientRules {
  bool judges_host_key = true;  // false: the verdict is left to the test
  Errc host_key_verdict{};      // refuse with this; Errc{} accepts
  bool answers_signatures = true;
  bool consumes = true;                   // gives the window back for what came
  std::size_t writes_at_most = SIZE_MAX;  // bytes in one call
  const keys::MemorySigner* signer = nullptr;
};

class Client {
 public:
  // The engine outlives the client.
  Client(const session::Config& config, const crypto::Engine& engine, ClientRules rules)
      : rules_(rules), engine_(engine), session_(config, engine, Instant{}) {}

  session::Session& session() { return session_; }
  ClientRules& rules() { return rules_; }

  // Takes all events that there are, and writes what waits to be written.
  void process();
  // Virtual time passes.
  void wait(Duration duration);
  // Writes this as the window allows, then end-of-file. Borrows nothing.
  void write_all(connection::ChannelId channel, Bytes data);

  // What happened, one line an event; data that came in a row is one line. ChannelWritable is left
  // out: when windows open depends on how the stream is cut.
  [[nodiscard]] const std::vector<std::string>& events() const { return events_; }
  [[nodiscard]] std::size_t count(std::string_view event) const;
  [[nodiscard]] bool saw(std::string_view event) const { return count(event) > 0; }
  [[nodiscard]] const Bytes& output(connection::ChannelId channel) { return output_[channel]; }
  [[nodiscard]] const Bytes& errors(connection::ChannelId channel) { return errors_[channel]; }
  [[nodiscard]] bool has_written_all() const { return writes_.empty(); }
  [[nodiscard]] std::size_t signatures_made() const { return signatures_; }
  [[nodiscard]] const std::string& host_key_type() const { return host_key_type_; }

 private:
  struct Write {
    Bytes data;
    std::size_t done = 0;
  };
  struct Note;

  void write_what_fits();
  void note(std::string text);
  void note_data(const connection::ChannelBytes& bytes);

  ClientRules rules_;
  const crypto::Engine& engine_;
  session::Session session_;
  Instant now_;
  std::vector<std::string> events_;
  std::string data_line_;  // of the run of data that the last event is
  std::size_t data_size_ = 0;
  std::map<connection::ChannelId, Bytes> output_;
  std::map<connection::ChannelId, Bytes> errors_;
  std::map<connection::ChannelId, Write> writes_;
  std::string host_key_type_;
  std::size_t signatures_ = 0;
};

}  // namespace hawser::scenario
