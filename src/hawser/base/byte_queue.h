// A queue of bytes in chunks: channel data that came before anybody wanted it. Dropping from the
// front costs nothing per byte that stays. Its bound is the channel's window, kept by the caller.
#pragma once

#include <deque>

#include "hawser/base/bytes.h"

namespace hawser {

class ByteQueue {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void push(ByteView data);

  // The longest contiguous run at the front, until the next call that changes the queue.
  [[nodiscard]] ByteView front() const;

  // Drops bytes at the front. Requires: size <= this->size().
  void drop(std::size_t size);

  // Moves up to to.size() bytes out; returns how many.
  std::size_t pop(ByteSpan to);

  void clear();

 private:
  // Small pieces share a chunk, so that a peer that sends single bytes does not cost a chunk each.
  static constexpr std::size_t kChunk = 32 * 1024;

  std::deque<Bytes> chunks_;
  std::size_t offset_ = 0;  // of the first byte in the first chunk
  std::size_t size_ = 0;
};

}  // namespace hawser
