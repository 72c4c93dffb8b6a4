#include "hawser/operations/remote_folder.h"

#include <utility>

#include "hawser/operations/tree_copy.h"

namespace hawser::operations {

namespace {

// Entries that are taken out of their packets before anybody wants them.
constexpr std::size_t kEntriesAhead = 256;

}  // namespace

bool is_this_or_parent(std::string_view name) {
  return name == "." || name == "..";
}

bool is_plain(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

RemoteFolder::State RemoteFolder::advance() {
  if (!directory_ && !failure_) open();
  if (directory_) take_entries();
  if (!entries_.empty()) return State::ready;
  if (failure_) return State::failed;
  if (has_ended_) return State::ended;
  return directory_ ? State::open : State::waiting;
}

void RemoteFolder::open() {
  const auto is_open = call_.ask(sftp::message::OpenDirectory{0, wire::Blob(as_bytes(path_))},
                                 sftp::Expected::handle);
  if (!is_open) {
    failure_ = is_open.error();
  } else if (*is_open) {
    directory_ = std::make_unique<RemoteDirectory>(link_, std::move(call_.answer().bytes));
  }
}

void RemoteFolder::take_entries() {
  while (entries_.size() < kEntriesAhead && !has_ended_ && !failure_) {
    const auto is_ready = directory_->is_ready();
    if (!is_ready) {
      failure_ = is_ready.error();
    } else if (!*is_ready) {
      return;
    } else if (auto entry = directory_->next()) {
      const bool is_folder = entry->attributes.is_directory() && !is_this_or_parent(entry->name) &&
                             is_plain(entry->name);
      auto path = is_folder ? join(path_, entry->name) : std::string();
      if (is_folder && path.size() <= limits::kSftpPaths) {
        folders_.push_back(std::make_unique<RemoteFolder>(link_, std::move(path)));
      }
      entries_.push_back(*std::move(entry));
    } else {
      has_ended_ = true;
      directory_->close();
    }
  }
}

SftpAnswer::Name RemoteFolder::next() {
  auto entry = std::move(entries_.front());
  entries_.pop_front();
  return entry;
}

const SftpRefusal& RemoteFolder::refusal() const {
  return directory_ ? directory_->refusal() : call_.refusal();
}

std::unique_ptr<RemoteFolder> RemoteFolder::take_folder(const std::string& path) {
  const bool is_there = !folders_.empty() && folders_.front()->path() == path;
  if (!is_there) return std::make_unique<RemoteFolder>(link_, path);
  auto folder = std::move(folders_.front());
  folders_.pop_front();
  return folder;
}

void RemoteFolder::close() {
  call_.forget();
  if (directory_) directory_->close();
  for (const auto& folder : folders_) folder->close();
}

void RemoteFolder::begin_again() {
  close();
  directory_.reset();
  folders_.clear();
  entries_.clear();
  has_ended_ = false;
  failure_.reset();
}

}  // namespace hawser::operations
