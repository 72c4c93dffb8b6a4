// A directory of this side with all that is in it to the server. Symlinks are followed, as scp -r
// does, but for directories that they lead back into; what is neither file nor directory is left
// out. Files are written many at once, each under its temporary name; they get their own in the
// order of the names.
#pragma once

#include "hawser/operations/tree_copy.h"

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

 private:
  enum class Stage : std::uint8_t { listing, listed };
  // A directory that is being walked through; the last of them is the one at work.
  struct Level {
    std::string local;
    std::string remote;
    LocalFacts facts;
    std::shared_ptr<TreeDirectory> directory;
    Stage stage = Stage::listing;
    // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
    std::vector<std::string> names = {};
    std::size_t next = 0;
  };

  Result<Walk> walk() override;
  void abandon_walk() override { levels_.clear(); }
  void list(const Level& level);
  void take_names(const Result<LocalAnswer>& answer);
  void take_next(Level& level);
  Status take_entry(const std::string& name, const LocalFacts& facts);
  Status begin_directory(const std::string& name, const LocalFacts& facts);
  void end_directory();
  [[nodiscard]] bool is_under_way(const LocalFacts& facts) const;

  CopyOptions options_;
  std::string unique_;
  std::vector<Level> levels_;
};

}  // namespace hawser::operations
