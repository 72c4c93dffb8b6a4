// A remote directory with all that is in it to this side. Names come from the server: one that is
// no plain name ends the whole; symlinks and what is neither file nor directory are left out.
// Directories are listed and files are read ahead, many at once; what is made on this side is made
// in the order of the listings.
#pragma once

#include "hawser/operations/remote_folder.h"
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

 private:
  // A directory that is being walked through; the last of them is the one at work.
  struct Level {
    std::string local;
    sftp::Attributes attributes;
    std::unique_ptr<RemoteFolder> folder;
    std::shared_ptr<TreeDirectory> directory;
    bool is_made = false;
    bool is_second_try = false;
    std::optional<SftpAnswer::Name> unknown;  // an entry whose type the listing does not tell

    [[nodiscard]] const std::string& remote() const { return folder->path(); }
  };

  Result<Walk> walk() override;
  void abandon_walk() override;
  void spare_handles() override;
  void look_ahead();
  static void look_ahead_in(RemoteFolder& folder, unsigned& left);

  bool open(Level& level);
  bool try_again(Level& level);
  Result<bool> read_entry(Level& level);
  Result<bool> look_at_unknown(Level& level);
  Status take_entry(Level& level, const SftpAnswer::Name& entry);
  Status begin_directory(const Level& above, std::unique_ptr<RemoteFolder> folder,
                         const std::string& name, const sftp::Attributes& attributes);
  void begin_file(const Level& level, const SftpAnswer::Name& entry);
  void end_directory();

  CopyOptions options_;
  SftpCall call_;
  std::vector<Level> levels_;
};

}  // namespace hawser::operations
