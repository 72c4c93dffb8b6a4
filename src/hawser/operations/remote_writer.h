// Writes an open remote file with many requests in flight. A write is done when the channel has
// taken its bytes; the server's answers come behind, and the first refusal among them is told by
// whatever asks next.
#pragma once

#include <deque>
#include <memory>

#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

class RemoteWriter final : private sftp::Receiver {
 public:
  RemoteWriter(std::shared_ptr<SftpLink> link, Bytes handle)
      : link_(std::move(link)), handle_(std::move(handle)) {}

  // Begins to write `data`, which stays until the end or release(), at `at`.
  void begin(std::uint64_t at, ByteView data);
  // Goes on with it; true when the memory of begin() is not needed any more: all has been asked for
  // and sent.
  Result<bool> advance();
  // Gives the memory of begin() back before its end: what was asked for already is copied.
  void release();
  [[nodiscard]] std::size_t done() const { return done_; }  // bytes asked to be written

  // True when every write has been answered.
  Result<bool> is_drained();

  // Forgets all that is in flight.
  void reset();

  // Of the failure last returned: what the server said, and where in the file.
  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }
  [[nodiscard]] std::uint64_t refused_at() const { return refused_at_; }
  // All bytes before it have been acknowledged, in order: from here an upload can be resumed.
  [[nodiscard]] std::uint64_t acknowledged() const {
    return waiting_.empty() ? last_end_ : waiting_.front().offset;
  }
  // The lowest byte of those begun that is not acknowledged, in whatever order they were begun.
  [[nodiscard]] std::optional<std::uint64_t> oldest() const;
  // Whether something between is not acknowledged.
  [[nodiscard]] bool is_writing(std::uint64_t begin, std::uint64_t end) const;
  // Bytes in all.
  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

 private:
  struct Waiting {
    sftp::RequestId id;
    std::uint64_t offset = 0;
    std::size_t size = 0;
    bool is_answered = false;
  };

  void take(sftp::RequestId id, const sftp::Reply& reply) override;
  Status report();
  [[nodiscard]] bool may_ask_more() const;

  std::shared_ptr<SftpLink> link_;
  Bytes handle_;
  std::uint64_t at_ = 0;
  ByteView data_;
  std::size_t done_ = 0;
  std::deque<Waiting> waiting_;
  std::uint64_t last_end_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  std::optional<Error> failure_;
  SftpRefusal refusal_;
  std::uint64_t refused_at_ = 0;
};

}  // namespace hawser::operations
