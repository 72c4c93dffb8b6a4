// The local side of transfers: answers what operations want of files, beneath one root directory.
// Names that a peer made up lead nowhere else, whatever symlinks lie or appear beneath the root.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <unordered_set>

#include "hawser/client/driver.h"
#include "hawser/client/local_target.h"

namespace hawser::client {

// What people are told; an error ends the operation. Each may be empty.
struct Listeners {
  std::function<Status(const operations::local::Report&)> on_progress;
  std::function<Status(const operations::local::Skip&)> on_skip;
  std::function<Status(const operations::local::Fault&)> on_fault;
};

class LocalFiles final : public World {
 public:
  // "" is the working directory. Sources are the caller's own tree: symlinks in it are followed.
  // Nothing can be made in it.
  static Result<LocalFiles> for_sources(const std::string& root);
  // Targets are named by peers: no symlink is followed beneath the root.
  static Result<LocalFiles> for_targets(
      const std::string& root, LocalTarget::Durability durability = LocalTarget::Durability::cached,
      Beneath::Method method = Beneath::Method::by_kernel);

  void tell(Listeners listeners) { listeners_ = std::move(listeners); }

  Result<operations::LocalAnswer> local(const operations::LocalRequest& request) override;

  // What the last error was about, as the caller would name it.
  [[nodiscard]] const std::string& failed_path() const { return failed_path_; }
  [[nodiscard]] std::string path_of(const std::string& relative) const;

 private:
  enum class Role : std::uint8_t { sources, targets };
  using Answer = Result<operations::LocalAnswer>;

  LocalFiles(std::string root, Beneath beneath, Role role, LocalTarget::Durability durability);

  Answer answer(const operations::local::Look& request);
  Answer answer(const operations::local::List& request);
  Answer answer(const operations::local::OpenSource& request);
  Answer answer(const operations::local::ReadPiece& request);
  Answer answer(const operations::local::CloseSource& request);
  Answer answer(const operations::local::OpenTarget& request);
  Answer answer(const operations::local::WritePiece& request);
  Answer answer(const operations::local::FinishTarget& request);
  Answer answer(const operations::local::DropTarget& request);
  Answer answer(const operations::local::MakeDirectory& request);
  Answer answer(const operations::local::FinishDirectory& request);
  Answer answer(const operations::local::Report& request);
  Answer answer(const operations::local::Skip& request);
  Answer answer(const operations::local::Fault& request);
  Status may_write() const;

  // The path of a file that is open, for failed_path().
  template <typename File>
  struct Open {
    File file;
    std::string path;
  };
  std::string root_;
  Beneath beneath_;
  Role role_;
  LocalTarget::Durability durability_;
  std::uint32_t umask_;
  Listeners listeners_;
  std::map<operations::LocalFile, Open<Descriptor>> sources_;
  std::map<operations::LocalFile, Open<LocalTarget>> targets_;
  std::unordered_set<std::string> found_directories_;  // that were there before, while in use
  std::string failed_path_;
};

}  // namespace hawser::client
