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
  if (std::exchange(state_, State::idle) == State::asked) link_->engine().forget(*this);
}

}  // namespace hawser::operations
