// A remote directory with all that is in it to this side. Names come from the server: one that is
// no plain name ends the whole; symlinks and what is neither file nor directory are left out. Files
// are copied one after the other; each is a machine of its own, so that there can be more.
#pragma once

#include "hawser/operations/download.h"
#include "hawser/operations/remote_directory.h"
#include "hawser/operations/tree_copy.h"

namespace hawser::operations {

class TreeDownload final : public TreeCopy {
 public:
  struct Spec {
    std::string remote;
    std::string local;  // made, or merged into
    sftp::Attributes attributes;
    CopyOptions options;
  };
  TreeDownload(const std::shared_ptr<SftpLink>& link, Spec spec);

  Result<Want> step() override;
  Status supply_local(Result<LocalAnswer> answer) override;
  void cancel(session::Session& session, Inbox& inbox) override;
  // As cancel(), but for sending it.
  void abandon();

 private:
  // A directory that is being copied; the last of them is the one at work.
  struct Level {
    std::string remote;
    std::string local;
    sftp::Attributes attributes;
    std::unique_ptr<RemoteDirectory> directory;
    std::optional<SftpAnswer::Name> unknown;  // an entry whose type the listing does not tell
  };

  Result<bool> copy_file(Want& want);
  Result<bool> open(Level& level);
  Result<bool> read_entry(Level& level);
  Result<bool> look_at_unknown(Level& level);
  Status take_entry(const Level& level, const SftpAnswer::Name& entry);
  void begin_file(const Level& level, const SftpAnswer::Name& entry);
  Status begin_directory(std::string remote, std::string local, const sftp::Attributes& attributes);
  void end_directory();
  Status fail_directory(const Error& error, const SftpRefusal& refusal);
  Status fail_file(const Error& error);

  CopyOptions options_;
  SftpCall call_;
  std::vector<Level> levels_;
  std::optional<FileDownload> file_;
};

}  // namespace hawser::operations
