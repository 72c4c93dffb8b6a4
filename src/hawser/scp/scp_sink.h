// The side of SCP that takes files: a download. It reads what the remote scp -f says, holds it to
// what was asked for, and makes the replies. Files are somebody else's: it says what is offered,
// and is told whether that was taken.
//
//              FileOffered        accept()          all bytes, verdict         answer
//   waiting ---------------> offered -------> data ----------------> FileSent -------> waiting
//      |  ^                    | refuse()
//      |  +--------------------+
//      +--> DirectoryOffered, DirectoryEnded: answer, and waiting again
#pragma once

#include "hawser/scp/complaints.h"
#include "hawser/scp/scp_parser.h"

namespace hawser::scp {

enum class Recursion : std::uint8_t { none, trees };

struct FileOffered {
  FileRecord file;
  std::optional<Times> times;
};
struct FileSent {
  bool is_whole = false;  // false: the remote has complained, what came is worth nothing
};
struct DirectoryOffered {
  DirectoryRecord directory;
  std::optional<Times> times;
};
struct DirectoryEnded {};
struct Complained {};  // about something that is not sent: no answer is due
using Offer = std::variant<FileOffered, FileSent, DirectoryOffered, DirectoryEnded, Complained>;

class ScpSink {
 public:
  // `name` is the only one that may come at the top, and comes once.
  ScpSink(std::string name, Recursion recursion)
      : name_(std::move(name)), recursion_(recursion), output_(1, kAccepted) {}

  // The next offer, to be answered before anything else; nullopt: more bytes are needed. What was
  // understood is taken off the front of `bytes`. After an error the conversation is over.
  // Requires: data_left() is 0 and no offer is unanswered.
  Result<std::optional<Offer>> take(ByteView& bytes);
  void accept();
  // `reason` is told to the remote. A refused file or directory is not sent.
  void refuse(std::string_view reason);

  // Of the file that was accepted: the bytes that come next are its own. Whoever takes them says
  // so.
  [[nodiscard]] std::uint64_t data_left() const { return data_left_; }
  void data_taken(std::size_t size);

  // All that was asked for came.
  [[nodiscard]] bool is_complete() const {
    return has_begun_ && state_ == State::waiting && depth_ == 0;
  }
  // The remote says nothing more: an error unless all that was asked for was told.
  Status end() const;

  // What goes to the remote.
  [[nodiscard]] std::string& output() { return output_; }

  [[nodiscard]] const Complaints& complaints() const { return complaints_; }
  // For scp_refused: what the remote said; for scp_protocol: what came instead of SCP. Escaped.
  [[nodiscard]] const std::string& last_words() const {
    return fatal_.empty() ? parser_.greeting() : fatal_;
  }

 private:
  enum class State : std::uint8_t { waiting, offered_file, offered_other, data, verdict };

  Result<std::optional<Offer>> take_record(Record record);
  Result<std::optional<Offer>> take_verdict(const Record& record);
  Result<std::optional<Offer>> offer(FileRecord file);
  Result<std::optional<Offer>> offer(DirectoryRecord directory);
  Result<std::optional<Offer>> end_directory();
  Status check(const std::string& name);
  Status note(const Complaint& complaint);

  std::string name_;
  Recursion recursion_;
  ScpParser parser_;
  State state_ = State::waiting;
  std::optional<Times> times_;
  std::uint64_t data_left_ = 0;
  std::uint64_t offered_size_ = 0;
  bool enters_directory_ = false;  // if what is offered is accepted
  unsigned depth_ = 0;
  bool has_begun_ = false;  // the top was offered
  std::size_t records_ = 0;
  std::string output_;
  Complaints complaints_;
  std::string fatal_;
};

}  // namespace hawser::scp
