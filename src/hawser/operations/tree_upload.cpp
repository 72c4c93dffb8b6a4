#include "hawser/operations/tree_upload.h"

#include <algorithm>
#include <cerrno>

#include "hawser/operations/tree_file_job.h"
#include "hawser/operations/tree_folder_job.h"

namespace hawser::operations {

namespace {

std::shared_ptr<TreeDirectory> directory_below(std::shared_ptr<TreeDirectory> above) {
  auto directory = std::make_shared<TreeDirectory>();
  directory->above = std::move(above);
  return directory;
}

}  // namespace

TreeUpload::TreeUpload(const std::shared_ptr<SftpLink>& link, Spec spec)
    : TreeCopy(link), options_(spec.options), unique_(std::move(spec.unique)) {
  levels_.push_back(
      {std::move(spec.local), std::move(spec.remote), spec.facts, directory_below(nullptr)});
}

Result<TreeCopy::Walk> TreeUpload::walk() {
  while (!levels_.empty() && levels_.back().directory->is_left_out()) levels_.pop_back();
  if (levels_.empty()) return Walk::ended;
  if (!has_room()) return Walk::waits;
  Level& level = levels_.back();
  if (level.stage == Stage::listing) {
    list(level);
  } else if (level.next < level.names.size()) {
    take_next(level);
  } else {
    end_directory();
  }
  return Walk::moved;
}

void TreeUpload::list(const Level& level) {
  run(local::List{level.local}, [this](const Result<LocalAnswer>& answer) {
    take_names(answer);
    return Status();
  });
}

void TreeUpload::take_names(const Result<LocalAnswer>& answer) {
  Level& level = levels_.back();
  if (!answer) {
    const auto& above = level.directory->above;
    add<FailedJob>(above ? above : level.directory,
                   local::Fault{level.local, level.remote, answer.error(), {}});
    levels_.pop_back();
    return;
  }
  level.names = answer->names;
  level.stage = Stage::listed;
  add<MakeFolderJob>(level.directory, shared_link(), level.local, level.remote, level.facts);
}

void TreeUpload::take_next(Level& level) {
  const std::string name = std::move(level.names[level.next++]);
  const std::string path = join(level.local, name);
  run(local::Look{path, local::Look::Links::follow},
      [this, name](const Result<LocalAnswer>& answer) {
        const Level& here = levels_.back();
        if (!answer) {
          add<FailedJob>(
              here.directory,
              local::Fault{join(here.local, name), join(here.remote, name), answer.error(), {}});
        } else if (const Status taken = take_entry(name, answer->facts); !taken) {
          end_with(taken.error());
        }
        return Status();
      });
}

Status TreeUpload::take_entry(const std::string& name, const LocalFacts& facts) {
  HAWSER_TRY(count_entry());
  const Level& level = levels_.back();
  std::string local = join(level.local, name);
  if (facts.type == LocalType::directory) return begin_directory(name, facts);
  if (facts.type != LocalType::regular) {
    skip(level.directory, local, local::Skip::Reason::special);
    return {};
  }
  add<FileJob<FileUpload>>(level.directory, shared_link(),
                           FileUpload::Spec{std::move(local), join(level.remote, name), options_,
                                            unique_, FileUpload::Target::may_exist, next_file()},
                           facts.size);
  return {};
}

Status TreeUpload::begin_directory(const std::string& name, const LocalFacts& facts) {
  const Level& level = levels_.back();
  if (is_under_way(facts)) {
    skip(level.directory, join(level.local, name), local::Skip::Reason::loop);
    return {};
  }
  if (levels_.size() == limits::kTreeDepth) return fail(Errc::local_file, "tree", ELOOP);
  Level below{join(level.local, name), join(level.remote, name), facts,
              directory_below(level.directory)};
  levels_.push_back(std::move(below));
  return {};
}

bool TreeUpload::is_under_way(const LocalFacts& facts) const {
  return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
    return level.facts.device == facts.device && level.facts.inode == facts.inode;
  });
}

void TreeUpload::end_directory() {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  add<FinishFolderJob>(level.directory, shared_link(), level.local, level.remote, level.facts,
                       options_);
}

}  // namespace hawser::operations
