// A remote file or tree to this side by SCP. What came is handed to the world piece by piece, and
// no more is taken than the world takes: the rest waits in the channel's window.
#pragma once

#include "hawser/operations/scp_copy.h"
#include "hawser/scp/scp_sink.h"

namespace hawser::operations {

class ScpGet final : public ScpCopy {
 public:
  struct Spec {
    std::string command;  // as scp::remote_command() makes it
    std::string remote;   // the path in it
    std::string local;    // beneath the world's root: where the file goes, or the tree
    scp::Recursion recursion = scp::Recursion::none;
    CopyOptions options;
  };
  explicit ScpGet(Spec spec);

  // Done when the remote has ended: look at first_fault() and link().exit().
  Result<Want> advance(session::Session& session, Inbox& inbox) override;

  [[nodiscard]] const scp::ScpSink& sink() const { return sink_; }

 private:
  // A file or directory that was offered. Of the directories the last is the one at work.
  struct Entry {
    std::string remote;
    std::string local;
    std::uint32_t mode = 0;
    std::optional<scp::Times> times;
    std::uint64_t size = 0;
    std::uint64_t done = 0;
    std::optional<Error> failure;  // its bytes are not written any more
  };

  Status take_data(session::Session& session);
  Status take(const scp::FileOffered& offer);
  Status take(const scp::FileSent& sent);
  Status take(const scp::DirectoryOffered& offer);
  Status take(const scp::DirectoryEnded& ended);
  Status take(const scp::Complained& complained);
  Status fail_file(const Error& error);
  // Tells the remote that an entry was not taken, and goes on.
  Status refuse(const Entry& entry, const Error& error);
  [[nodiscard]] Entry entry(const std::string& name, std::uint32_t mode,
                            const std::optional<scp::Times>& times) const;
  [[nodiscard]] LocalPermissions permissions(const Entry& entry) const;
  [[nodiscard]] std::optional<LocalTimes> times(const Entry& entry) const;

  scp::ScpSink sink_;
  std::string remote_;
  std::string local_;
  Entry file_;
  std::vector<Entry> directories_;
  std::size_t written_ = 0;  // to be dropped from what was said
};

}  // namespace hawser::operations
