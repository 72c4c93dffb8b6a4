#include "hawser/operations/remote_directory.h"

#include <utility>

namespace hawser::operations {

Result<bool> RemoteDirectory::is_ready() {
  // Some entries are left when the next batch is asked for, so that it is on its way meanwhile.
  constexpr std::size_t kFew = 64;
  if (!is_asked_ && !has_ended_ && !failure_ && entries_.size() < kFew &&
      link_->engine().has_room()) {
    HAWSER_TRY(link_->engine().send(sftp::message::ReadDirectory{0, wire::Blob(handle_)},
                                    sftp::Expected::names, *this));
    is_asked_ = true;
  }
  if (!entries_.empty()) return true;
  if (failure_) return std::unexpected(*failure_);
  return has_ended_;
}

std::optional<SftpAnswer::Name> RemoteDirectory::next() {
  if (entries_.empty()) return std::nullopt;
  auto entry = std::move(entries_.front());
  entries_.pop_front();
  return entry;
}

void RemoteDirectory::take(sftp::RequestId /*id*/, const sftp::Reply& reply) {
  is_asked_ = false;
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
  for (auto& name : answer.names) entries_.push_back(std::move(name));
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
  entry_ = directory_->next();
  return Done{};
}

}  // namespace hawser::operations
