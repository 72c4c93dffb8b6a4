#include "hawser/operations/remote_directory.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hawser::operations {

namespace {

// Entries of which nobody wanted any yet: with more of them nothing is asked for. Some are left
// when the next batch is asked for, so that it is on its way meanwhile.
constexpr std::size_t kFew = 64;
constexpr std::size_t kMany = 1024;

// Where several are in flight at first: one brings a small directory, the other its end.
constexpr std::size_t kDepthAtFirst = 2;

// Several requests for one handle are fine with OpenSSH's sftp-server, which takes one after the
// other. Others, e.g. asyncssh's, work on requests at once, and on this one only once at a time.
std::size_t most_at_once(const SftpLink& link) {
  const bool is_openssh = link.engine().extensions().has(sftp::extension::kExpandPath);
  return is_openssh ? limits::kSftpListsInFlight : 1;
}

}  // namespace

RemoteDirectory::RemoteDirectory(std::shared_ptr<SftpLink> link, Bytes handle)
    : link_(std::move(link)), handle_(std::move(handle)), depth_most_(most_at_once(*link_)) {
  depth_ = std::min(kDepthAtFirst, depth_most_);
}

Result<bool> RemoteDirectory::is_ready() {
  HAWSER_TRY(ask());
  if (!entries_.empty()) return true;
  if (!asked_.empty()) return false;
  if (failure_) return std::unexpected(*failure_);
  return has_ended_;
}

Status RemoteDirectory::ask() {
  const std::size_t enough = depth_most_ > 1 ? kMany : kFew;
  while (!has_ended_ && !failure_ && asked_.size() < depth_ && entries_.size() < enough &&
         link_->engine().has_room()) {
    const auto id = HAWSER_TRY(link_->engine().send(
        sftp::message::ReadDirectory{0, wire::Blob(handle_)}, sftp::Expected::names, *this));
    asked_.push_back({id, false, {}});
  }
  return {};
}

std::optional<SftpAnswer::Name> RemoteDirectory::next() {
  if (entries_.empty()) return std::nullopt;
  auto entry = std::move(entries_.front());
  entries_.pop_front();
  if (entries_.empty()) depth_ = std::min(depth_ * 2, depth_most_);
  return entry;
}

std::deque<SftpAnswer::Name> RemoteDirectory::take() {
  depth_ = std::min(depth_ * 2, depth_most_);
  return std::exchange(entries_, {});
}

void RemoteDirectory::take(sftp::RequestId id, const sftp::Reply& reply) {
  SftpAnswer answer;
  keep(reply, answer, refusal_);
  if (answer.code == sftp::StatusCode::eof) {
    has_ended_ = true;
  } else if (answer.code != sftp::StatusCode::ok) {
    failure_ = Error{Errc::sftp_status, static_cast<std::uint32_t>(answer.code), "directory"};
  } else if (answer.names.empty()) {
    // No entries and no end: asked again for ever, it would be a loop.
    failure_ = Error{Errc::sftp_protocol, 0, "empty SSH_FXP_NAME"};
  }
  const auto batch = std::find_if(asked_.begin(), asked_.end(),
                                  [id](const Batch& asked) { return asked.id == id; });
  batch->is_answered = true;
  batch->names = std::move(answer.names);
  take_batches();
}

void RemoteDirectory::take_batches() {
  while (!asked_.empty() && asked_.front().is_answered) {
    auto& names = asked_.front().names;
    std::move(names.begin(), names.end(), std::back_inserter(entries_));
    asked_.pop_front();
  }
}

void RemoteDirectory::close() {
  if (is_closed_) return;
  is_closed_ = true;
  link_->engine().forget(*this);
  link_->engine().close_handle(handle_);
}

void RemoteDirectory::abandon(session::Session& session) {
  close();
  (void)link_->flush(session);
}

Result<Want> ReadDirectory::step() {
  if (directory_->is_closed()) return fail(Errc::file_closed, "directory");
  if (!HAWSER_TRY(directory_->is_ready())) return AwaitPeer{"SFTP reply", Patience::for_protocol};
  entries_ = directory_->take();
  return Done{};
}

}  // namespace hawser::operations
