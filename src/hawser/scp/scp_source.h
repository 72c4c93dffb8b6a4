// The side of SCP that sends files: an upload. It makes the records for the remote scp -t and reads
// its replies, one at a time. The bytes of files are somebody else's: it says when they may go.
#pragma once

#include "hawser/scp/complaints.h"
#include "hawser/scp/scp_parser.h"

namespace hawser::scp {

enum class Answer : std::uint8_t { accepted, refused };

class ScpSource {
 public:
  // The answer to what was sent last, to the conversation as a whole at first; nullopt: more bytes
  // are needed. What was understood is taken off the front of `bytes`. After an error the
  // conversation is over. Requires: awaits_answer().
  Result<std::optional<Answer>> take(ByteView& bytes);
  [[nodiscard]] bool awaits_answer() const { return state_ == State::asked; }

  // The next thing to say. Requires, for each: !awaits_answer() and data_left() is 0.
  // A file that is accepted is followed by its bytes, and those by end_file() or fail_file(); a
  // directory that is accepted by what goes into it, and that by end_directory().
  void send_file(const FileRecord& file, const std::optional<Times>& times);
  void send_directory(const DirectoryRecord& directory, const std::optional<Times>& times);
  void end_directory();
  void end_file();
  // As many bytes as announced went out, but they are worth nothing: `reason` is told to the
  // remote.
  void fail_file(std::string_view reason);

  // Of the file that was accepted: its bytes that are to follow. Whoever sends them says so.
  [[nodiscard]] std::uint64_t data_left() const { return data_left_; }
  void data_sent(std::size_t size);
  // The remote went away before it had all of them; what it said last may still be taken.
  void give_up();

  // What goes to the remote, before any bytes of a file.
  [[nodiscard]] std::string& output() { return output_; }

  [[nodiscard]] const Complaints& complaints() const { return complaints_; }
  // For scp_refused: what the remote said; for scp_protocol: what came instead of SCP. Escaped.
  [[nodiscard]] const std::string& last_words() const {
    return fatal_.empty() ? parser_.greeting() : fatal_;
  }

 private:
  enum class State : std::uint8_t { ready, asked };

  void ask(std::string record, std::uint64_t size, const std::optional<Times>& times);

  ScpParser parser_;
  State state_ = State::asked;
  std::string record_;  // that follows when the times before it are accepted
  std::uint64_t size_ = 0;
  std::uint64_t data_left_ = 0;
  std::string output_;
  Complaints complaints_;
  std::string fatal_;
};

}  // namespace hawser::scp
