#include "hawser/base/byte_queue.h"

#include <algorithm>

#include "hawser/base/invariant.h"

namespace hawser {

void ByteQueue::push(ByteView data) {
  size_ += data.size();
  if (!chunks_.empty() && chunks_.back().size() < kChunk) {
    Bytes& last = chunks_.back();
    const std::size_t part = std::min(data.size(), kChunk - last.size());
    append(last, data.first(part));
    data = data.subspan(part);
  }
  if (!data.empty()) chunks_.emplace_back(data.begin(), data.end());
}

ByteView ByteQueue::front() const {
  if (empty()) return {};
  return ByteView(chunks_.front()).subspan(offset_);
}

void ByteQueue::drop(std::size_t size) {
  HAWSER_INVARIANT(size <= size_);
  size_ -= size;
  while (size > 0) {
    const std::size_t part = std::min(size, chunks_.front().size() - offset_);
    offset_ += part;
    size -= part;
    if (offset_ == chunks_.front().size()) {
      chunks_.pop_front();
      offset_ = 0;
    }
  }
}

std::size_t ByteQueue::pop(ByteSpan to) {
  std::size_t done = 0;
  while (done < to.size() && !empty()) {
    const ByteView head = front().first(std::min(front().size(), to.size() - done));
    copy(head, to.subspan(done));
    done += head.size();
    drop(head.size());
  }
  return done;
}

void ByteQueue::clear() {
  chunks_.clear();
  offset_ = 0;
  size_ = 0;
}

}  // namespace hawser
