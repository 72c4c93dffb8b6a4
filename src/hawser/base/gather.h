// A short list of views that reads as one sequence: what goes to the cipher or to writev without
// being copied together first. Owns nothing.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>

#include "hawser/base/bytes.h"
#include "hawser/base/invariant.h"

namespace hawser {

class Gather {
 public:
  static constexpr std::size_t kMaxViews = 8;

  Gather() = default;
  Gather(ByteView only) { add(only); }  // NOLINT(google-explicit-constructor): one view is a list
  Gather(std::initializer_list<ByteView> views) {
    for (ByteView view : views) add(view);
  }

  // Requires: fewer than kMaxViews non-empty views so far.
  void add(ByteView view) {
    if (view.empty()) return;
    HAWSER_INVARIANT(count_ < kMaxViews);
    views_[count_++] = view;
    size_ += view.size();
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::span<const ByteView> views() const { return {views_.data(), count_}; }

  // The first `size` bytes as a list of their own. Requires: size <= this->size().
  [[nodiscard]] Gather first(std::size_t size) const {
    Gather head;
    for (ByteView view : views()) {
      const std::size_t part = std::min(size, view.size());
      head.add(view.first(part));
      size -= part;
    }
    return head;
  }

  // All but the first `size` bytes. Requires: size <= this->size().
  [[nodiscard]] Gather without_first(std::size_t size) const {
    Gather tail;
    for (ByteView view : views()) {
      const std::size_t part = std::min(size, view.size());
      tail.add(view.subspan(part));
      size -= part;
    }
    return tail;
  }

  // Copies everything to the start of `to`. Requires: to.size() >= size().
  void copy_to(ByteSpan to) const {
    for (ByteView view : views()) {
      copy(view, to);
      to = to.subspan(view.size());
    }
  }

 private:
  std::array<ByteView, kMaxViews> views_{};
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

}  // namespace hawser
