// A linear buffer between a socket and the packets in it: bytes are committed at the end and
// consumed at the front, and what is between stays contiguous for the cipher. Not a ring: a packet
// never wraps, and compaction moves only an unfinished tail. Storage is taken when first needed and
// can be given back while empty, so that an idle session holds none.
#pragma once

#include <memory>

#include "hawser/base/bytes.h"

namespace hawser {

class Slab {
 public:
  // The capacity it takes when first used; reserve() may grow it later.
  explicit Slab(std::size_t capacity) : capacity_(capacity) {}

  [[nodiscard]] ByteView view() const { return {storage_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] ByteSpan span() { return {storage_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t held() const { return storage_ ? capacity_ : 0; }

  // At least `size` free bytes at the end, compacting or growing as needed. Views from before may
  // move. Requires: the caller has bounded `size`.
  ByteSpan reserve(std::size_t size);

  // The free bytes at the end as they are, after compaction if that is cheap; may be empty.
  ByteSpan space();

  // That many of the reserved bytes now hold data.
  void commit(std::size_t size);

  // Drops bytes at the front. Requires: size <= this->size().
  void consume(std::size_t size);

  // Gives the storage back if it holds nothing.
  void release_if_empty();

 private:
  void compact();

  struct Free {
    void operator()(std::uint8_t* storage) const;
  };
  std::unique_ptr<std::uint8_t, Free> storage_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace hawser
