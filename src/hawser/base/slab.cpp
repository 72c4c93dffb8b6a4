#include "hawser/base/slab.h"

#include <algorithm>
#include <new>

#include "hawser/base/invariant.h"

namespace hawser {

namespace {

std::uint8_t* allocate(std::size_t size) {
  return static_cast<std::uint8_t*>(::operator new(size));
}

}  // namespace

void Slab::Free::operator()(std::uint8_t* storage) const {
  ::operator delete(storage);
}

ByteSpan Slab::reserve(std::size_t size) {
  if (!storage_ || capacity_ - (end_ - begin_) < size) {
    const std::size_t wanted = std::max(capacity_, (end_ - begin_) + size);
    std::unique_ptr<std::uint8_t, Free> larger(allocate(wanted));
    copy(view(), {larger.get(), wanted});
    storage_ = std::move(larger);
    capacity_ = wanted;
    end_ -= begin_;
    begin_ = 0;
  } else if (capacity_ - end_ < size) {
    compact();
  }
  return {storage_.get() + end_, capacity_ - end_};
}

ByteSpan Slab::space() {
  if (!storage_) return reserve(1);
  // Moving less than what is free behind the move costs little and happens seldom.
  if (begin_ > capacity_ / 2) compact();
  return {storage_.get() + end_, capacity_ - end_};
}

void Slab::commit(std::size_t size) {
  HAWSER_INVARIANT(size <= capacity_ - end_);
  end_ += size;
}

void Slab::consume(std::size_t size) {
  HAWSER_INVARIANT(size <= end_ - begin_);
  begin_ += size;
  if (begin_ == end_) begin_ = end_ = 0;
}

void Slab::release_if_empty() {
  if (empty()) storage_.reset();
}

void Slab::compact() {
  std::memmove(storage_.get(), storage_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

}  // namespace hawser
