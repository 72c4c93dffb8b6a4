// Requests of a larger operation, one at a time.
#pragma once

#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

class SftpCall final : private sftp::Receiver {
 public:
  explicit SftpCall(std::shared_ptr<SftpLink> link) : link_(std::move(link)) {}
  SftpCall(const SftpCall&) = delete;  // the engine knows where it is
  SftpCall& operator=(const SftpCall&) = delete;

  // Makes the request when it is called first, and looks for the answer from then on: true when it
  // is there, and the next call makes another request. sftp_status: see refusal().
  template <typename Message>
  Result<bool> ask(const Message& message, sftp::Expected expected) {
    if (state_ == State::idle) {
      if (!link_->engine().has_room()) return false;
      HAWSER_TRY(link_->engine().send(message, expected, *this));
      state_ = State::asked;
      expected_ = expected;
    }
    return look();
  }
  // Asks for CLOSE, and takes the handle: servers give its number to the next who opens, so that a
  // second CLOSE, by whoever gives up meanwhile, would be of a stranger's.
  Result<bool> close(Bytes& handle) {
    const sftp::message::Close message{0, wire::Blob(handle)};
    const auto is_closed = ask(message, sftp::Expected::status);
    if (!is_idle() || !is_closed || *is_closed) handle.clear();
    return is_closed;
  }
  // Nothing is asked.
  [[nodiscard]] bool is_idle() const { return state_ == State::idle; }
  // Until the next request. Its fields are the last answer's.
  [[nodiscard]] SftpAnswer& answer() { return answer_; }
  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }

  // What was asked for does not matter any more; a handle that it brings is closed. Must come
  // before the end of a call in progress.
  void forget();

 private:
  enum class State : std::uint8_t { idle, asked, answered };

  Result<bool> look();
  void take(sftp::RequestId id, const sftp::Reply& reply) override;

  std::shared_ptr<SftpLink> link_;
  State state_ = State::idle;
  sftp::Expected expected_ = sftp::Expected::status;
  SftpAnswer answer_;
  SftpRefusal refusal_;
};

}  // namespace hawser::operations
