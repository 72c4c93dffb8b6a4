// A file or tree of this side to the server by SCP. It is read piece by piece, each when the one
// before has gone. Symlinks are followed, but for directories that they lead back into.
#pragma once

#include "hawser/operations/scp_copy.h"
#include "hawser/scp/scp_source.h"

namespace hawser::operations {

class ScpPut final : public ScpCopy {
 public:
  struct Spec {
    std::string command;  // as scp::remote_command() makes it
    std::string local;    // beneath the world's root
    LocalFacts facts;     // of it
    // What it is called where the remote path is a directory. Empty: the content of a tree goes
    // there, and the command must be of the kind that goes into directories.
    std::string name;
    CopyOptions options;
  };
  explicit ScpPut(Spec spec);

  // Done when the remote has ended: look at first_fault() and link().exit().
  Result<Want> advance(session::Session& session, Inbox& inbox) override;

  [[nodiscard]] const scp::ScpSource& source() const { return source_; }

 private:
  // What the remote was asked last; in the last three it owes no answer.
  enum class Stage : std::uint8_t {
    greeting,
    file,
    verdict,
    directory,
    end_of_directory,
    sending,
    choosing,
    over
  };
  struct Level {
    std::string path;
    LocalFacts facts;
    std::vector<std::string> names;
    std::size_t next = 0;
  };
  struct File {
    std::string path;
    std::uint64_t size = 0;  // as announced
    std::uint64_t read = 0;
    bool is_at_end = false;        // and no more was to be read
    std::optional<Error> failure;  // what follows is padding, and the remote is told
  };

  Status go_on(scp::Answer answer);
  void begin();
  Status take_next();
  Status take_entry(const std::string& path, const std::string& name, const LocalFacts& facts);
  void begin_file(const std::string& path, const std::string& name);
  void begin_directory(const std::string& path, const std::string& name, const LocalFacts& facts);
  void enter_directory();
  Result<bool> feed(session::Session& session);
  void read();
  Status take_piece(const Result<LocalAnswer>& answer);
  void pad();
  Status end_file();
  [[nodiscard]] std::optional<scp::Times> times(const LocalFacts& facts) const;
  [[nodiscard]] bool is_under_way(const LocalFacts& facts) const;

  scp::ScpSource source_;
  Level top_;  // what was asked for
  std::string name_;
  Stage stage_ = Stage::greeting;
  std::string about_;  // what the remote was asked about last
  std::vector<Level> levels_;
  Level entered_;  // if the remote accepts it
  File file_;
  std::unique_ptr<std::uint8_t[]> piece_;
  ByteView unsent_;  // of the piece
  std::size_t entries_ = 0;
};

}  // namespace hawser::operations
