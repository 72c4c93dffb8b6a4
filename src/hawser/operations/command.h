// A command from its channel's opening to its close: environment, terminal, exec, input, and both
// outputs drained together, so that no amount on either side can stop the other.
#pragma once

#include <deque>

#include "hawser/operations/open_channel.h"

namespace hawser::operations {

struct Terminal {
  std::string term = "xterm";
  connection::TerminalSize size;
};

enum class ErrorOutput : std::uint8_t { keep, discard };

struct CommandSpec {
  std::string command;
  std::vector<std::pair<std::string, std::string>> environment;
  std::optional<Terminal> terminal;
  bool has_input = false;  // otherwise the command sees an empty one
  ErrorOutput error_output = ErrorOutput::keep;
};

class Command final : public Operation, private DataTarget {
 public:
  explicit Command(CommandSpec spec) : spec_(std::move(spec)), open_(connection::SessionKind{}) {}

  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override;
  Status supply_input(ByteView data, bool is_end) override;
  [[nodiscard]] const ChannelBox* channel() const override { return open_.channel(); }

  // What came so far; complete once the operation is done.
  [[nodiscard]] ByteQueue take_output() { return std::move(output_); }
  [[nodiscard]] ByteQueue take_error_output() { return std::move(error_output_); }
  [[nodiscard]] std::optional<ChannelExit> exit() const {
    return open_.box() ? open_.box()->exit() : std::nullopt;
  }
  // For channel_request_refused: what the server refused, e.g. "environment variable LANG".
  [[nodiscard]] const std::string& refused() const { return refused_; }
  [[nodiscard]] const std::optional<ChannelRefusal>& refusal() const {
    return open_.box()->refusal();
  }

 private:
  enum class Stage : std::uint8_t { opening, preparing, starting, running };

  void take(connection::Stream stream, ByteView data) override;  // DataTarget
  Status ask_preparations(session::Session& session);
  Status ask_exec(session::Session& session);
  Result<bool> collect_replies();
  Result<Want> feed(session::Session& session);

  static constexpr std::size_t kInputPiece = 256 * 1024;

  CommandSpec spec_;
  OpenChannel open_;
  Stage stage_ = Stage::opening;
  // Requests without an answer: the ticket, and what was asked for as people call it.
  std::deque<std::pair<std::uint64_t, std::string>> asked_;
  std::string refused_;
  Bytes input_;
  std::size_t input_done_ = 0;
  bool has_input_ended_ = false;
  bool has_sent_eof_ = false;
  // In chunks: growing one piece to a gigabyte would copy it over and over.
  ByteQueue output_;
  ByteQueue error_output_;
};

}  // namespace hawser::operations
