#include "hawser/operations/stripe.h"

#include <utility>

#include "hawser/operations/copy_options.h"

namespace hawser::operations {

Result<bool> Stripe::open(const std::string& path, const Sizes& sizes) {
  if (!link_->stands()) return fail(Errc::sftp_ended, "stripe");
  if (stage_ == Stage::opening) {
    const Bytes none = sftp::encode_attributes({});
    const sftp::message::Open open{0, wire::Blob(as_bytes(path)), kOpenToWrite, wire::Rest{none}};
    if (!HAWSER_TRY(call_.ask(open, sftp::Expected::handle))) return false;
    handle_ = std::move(call_.answer().bytes);
    least_ = sizes.least;
    stage_ = Stage::looking;
  }
  const sftp::message::FileStat look{0, wire::Blob(handle_)};
  if (!HAWSER_TRY(call_.ask(look, sftp::Expected::attributes))) return false;
  const sftp::Attributes& found = call_.answer().attributes;
  const bool may_be_it = found.size && *found.size >= least_ && *found.size <= sizes.most &&
                         (!found.has_type() || found.is_regular());
  if (!may_be_it) return fail(Errc::file_changed, "stripe");
  writer_.emplace(link_, handle_);
  stage_ = Stage::writing;
  return true;
}

void Stripe::take(Piece piece) {
  pieces_.push_back(std::move(piece));
  take(pieces_.back().offset, pieces_.back().data);
}

void Stripe::take(std::uint64_t offset, ByteView data) {
  writer_->begin(offset, data);
  is_idle_ = false;
}

Status Stripe::advance() {
  if (!is_first_ && !link_->stands()) {
    // What was acknowledged is written.
    if (!is_idle_ || writer_->oldest()) return fail(Errc::sftp_ended, "stripe");
    if (stage_ == Stage::closing) stage_ = Stage::closed;
    return stage_ == Stage::closed ? Status{} : fail(Errc::sftp_ended, "stripe");
  }
  is_idle_ = HAWSER_TRY(writer_->advance());
  while (!pieces_.empty()) {
    const Piece& piece = pieces_.front();
    if (!is_idle_ && pieces_.size() == 1) break;
    if (writer_->is_writing(piece.offset, piece.offset + piece.data.size())) break;
    pieces_.pop_front();
  }
  return stage_ == Stage::closing && is_idle_ ? close() : Status{};
}

Status Stripe::close() {
  const auto is_closed = call_.close(handle_);
  if (!is_closed) {
    loss_ = is_closed.error();
    return std::unexpected(*loss_);
  }
  if (!*is_closed) return {};
  stage_ = Stage::closed;
  return {};
}

std::deque<Stripe::Piece> Stripe::abandon() {
  call_.forget();
  if (writer_) writer_->reset();
  if (!handle_.empty()) link_->engine().close_handle(std::exchange(handle_, {}));
  return std::exchange(pieces_, {});
}

}  // namespace hawser::operations
