// One of several channels that a file is written over: a handle of its own to the file, and the
// pieces of it that went this way, which are kept until they are acknowledged: if the channel
// breaks, they go another.
#pragma once

#include <deque>

#include "hawser/operations/remote_writer.h"
#include "hawser/operations/sftp_call.h"

namespace hawser::operations {

class Stripe final {
 public:
  struct Piece {
    std::uint64_t offset = 0;
    Bytes data;
  };

  // The first, whose handle whoever opened it closes.
  Stripe(std::shared_ptr<SftpLink> link, const Bytes& handle)
      : link_(std::move(link)), call_(link_), is_first_(true), stage_(Stage::writing) {
    writer_.emplace(link_, handle);
  }
  explicit Stripe(std::shared_ptr<SftpLink> link) : link_(std::move(link)), call_(link_) {}

  // Opens the file at `path` and looks whether it is the one: a regular file, and of a size within
  // `sizes`. True: pieces can be taken. An error: this channel is of no use for it.
  struct Sizes {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
  };
  Result<bool> open(const std::string& path, const Sizes& sizes);
  // Requires, for both: is_idle(). The data of the second stays the caller's until it is idle
  // again, and is not kept.
  void take(Piece piece);
  void take(std::uint64_t offset, ByteView data);
  // Goes on with what was taken. An error: the server refused, or the link is broken.
  Status advance();
  // Nothing more will be taken: the handle is closed behind what was.
  void finish() { stage_ = Stage::closing; }
  // Gives up; the pieces that are not acknowledged are whoever's calls.
  std::deque<Piece> abandon();

  [[nodiscard]] bool is_open() const { return writer_.has_value(); }
  // Its channel has taken all that it was given.
  [[nodiscard]] bool is_idle() const { return stage_ == Stage::writing && is_idle_; }
  // All that was taken is acknowledged, and the handle closed where it was to be.
  [[nodiscard]] bool is_done() const {
    return is_idle_ && !writer_->oldest() && stage_ != Stage::closing;
  }
  // The server did not close the handle: what was acknowledged may be lost. See refusal().
  [[nodiscard]] const std::optional<Error>& loss() const { return loss_; }
  [[nodiscard]] const std::shared_ptr<SftpLink>& link() const { return link_; }
  [[nodiscard]] const RemoteWriter& writer() const { return *writer_; }
  [[nodiscard]] const SftpRefusal& refusal() const {
    return loss_ ? call_.refusal() : writer_->refusal();
  }

 private:
  enum class Stage : std::uint8_t { opening, looking, writing, closing, closed };

  Status close();

  std::shared_ptr<SftpLink> link_;
  SftpCall call_;
  const bool is_first_ = false;  // whoever has the link looks after it
  Stage stage_ = Stage::opening;
  Bytes handle_;             // to be closed here
  std::uint64_t least_ = 0;  // when the look began
  std::optional<RemoteWriter> writer_;
  std::deque<Piece> pieces_;
  bool is_idle_ = true;
  std::optional<Error> loss_;
};

}  // namespace hawser::operations
