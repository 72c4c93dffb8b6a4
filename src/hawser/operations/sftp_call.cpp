#include "hawser/operations/sftp_call.h"

#include <utility>

namespace hawser::operations {

Result<bool> SftpCall::look() {
  if (state_ != State::answered) return false;
  state_ = State::idle;
  if (answer_.code == sftp::StatusCode::ok) return true;
  return fail(Errc::sftp_status, "SFTP", static_cast<std::uint32_t>(answer_.code));
}

void SftpCall::take(sftp::RequestId /*id*/, const sftp::Reply& reply) {
  answer_ = {};
  keep(reply, answer_, refusal_);
  state_ = State::answered;
}

void SftpCall::forget() {
  const State state = std::exchange(state_, State::idle);
  if (state == State::asked) link_->engine().forget(*this);
  const bool has_handle = state == State::answered && expected_ == sftp::Expected::handle &&
                          answer_.code == sftp::StatusCode::ok;
  if (has_handle) link_->engine().close_handle(answer_.bytes);
}

}  // namespace hawser::operations
