// A directory of this side with all that is in it to the server. Symlinks are followed, as scp -r
// does, but for directories that they lead back into; what is neither file nor directory is left
// out. Files are copied one after the other; each is a machine of its own, so that there can be
// more.
#pragma once

#include "hawser/operations/tree_copy.h"
#include "hawser/operations/upload.h"

namespace hawser::operations {

class TreeUpload final : public TreeCopy {
 public:
  struct Spec {
    std::string local;
    std::string remote;  // made, or merged into
    LocalFacts facts;
    CopyOptions options;
    std::string unique;  // as in FileUpload::Spec
  };
  TreeUpload(const std::shared_ptr<SftpLink>& link, Spec spec);

  Result<Want> step() override;
  Status supply_local(Result<LocalAnswer> answer) override;
  void cancel(session::Session& session, Inbox& inbox) override;
  // As cancel(), but for sending it.
  void abandon();

 private:
  enum class Stage : std::uint8_t { listing, making, looking, copying, finishing };
  // A directory that is being copied; the last of them is the one at work.
  struct Level {
    std::string local;
    std::string remote;
    LocalFacts facts;
    Stage stage = Stage::listing;
    bool is_new = false;  // made by us
    // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
    std::vector<std::string> names = {};
    std::size_t next = 0;
  };

  Result<bool> copy_file(Want& want);
  Result<bool> go_on(Level& level);
  void list(const Level& level);
  Result<bool> make(Level& level);
  Result<bool> look_what_is_there(Level& level);
  void take_next(Level& level);
  Result<bool> finish(const Level& level);
  Status take_entry(const std::string& name, const LocalFacts& facts);
  Status begin_directory(const std::string& name, const LocalFacts& facts);
  [[nodiscard]] bool is_under_way(const LocalFacts& facts) const;
  Status fail_directory(const Error& error, const SftpRefusal& refusal);
  Status fail_file(const Error& error);

  CopyOptions options_;
  std::string unique_;
  SftpCall call_;
  SftpRefusal refusal_of_making_;
  std::vector<Level> levels_;
  std::optional<FileUpload> file_;
};

}  // namespace hawser::operations
