// Requests on their way out, in order: heads that were encoded here, and bodies of writes that stay
// in their owner's memory until the channel takes them.
#pragma once

#include <deque>

#include "hawser/base/gather.h"
#include "hawser/wire/codec.h"

namespace hawser::sftp {

class Outgoing {
 public:
  // A packet: its length, the message, and the body, which stays the owner's until sent() has
  // passed it or forget() was called.
  template <typename Message>
  void add(const Message& message, ByteView body = {}, const void* owner = nullptr) {
    const std::size_t begin = heads_.size();
    wire::BytesSink sink(heads_);
    wire::put_uint32(sink, static_cast<std::uint32_t>(wire::encoded_size(message) + body.size()));
    wire::encode(sink, message);
    add_piece(heads_.size() - begin, body, owner);
  }

  // The next bytes to send, at most 5 views of them; empty: nothing is left.
  [[nodiscard]] Gather pending() const;
  void sent(std::size_t size);

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  // Whether a body of this owner's is still to be sent.
  [[nodiscard]] bool has_body_of(const void* owner) const;

  // Copies what is left of the owner's bodies: from here on the owner's memory is not looked at.
  void keep_bodies_of(const void* owner);

 private:
  struct Piece {
    std::size_t head;  // bytes of heads_ not sent yet
    ByteView body;     // not sent yet
    const void* owner;
    Bytes kept;  // the body's memory after keep_bodies_of()
  };
  void add_piece(std::size_t head, ByteView body, const void* owner);

  Bytes heads_;
  std::size_t heads_done_ = 0;
  std::deque<Piece> pieces_;
  std::size_t size_ = 0;
};

}  // namespace hawser::sftp
