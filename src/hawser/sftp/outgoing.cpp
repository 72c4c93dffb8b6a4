#include "hawser/sftp/outgoing.h"

#include <algorithm>

namespace hawser::sftp {

namespace {

// What a channel takes at once (Session::write).
constexpr std::size_t kViews = 5;

}  // namespace

void Outgoing::add_piece(std::size_t head, ByteView body, const void* owner) {
  size_ += head + body.size();
  // A request without a body lengthens the run of heads before it: one view for many requests.
  if (!pieces_.empty() && pieces_.back().body.empty()) {
    pieces_.back().head += head;
    pieces_.back().body = body;
    pieces_.back().owner = owner;
    return;
  }
  pieces_.push_back({head, body, owner, {}});
}

Gather Outgoing::pending() const {
  Gather gather;
  std::size_t begin = heads_done_;
  for (const Piece& piece : pieces_) {
    if (gather.views().size() + 2 > kViews) break;
    gather.add(ByteView(heads_).subspan(begin, piece.head));
    gather.add(piece.body);
    begin += piece.head;
  }
  return gather;
}

void Outgoing::sent(std::size_t size) {
  size_ -= size;
  while (size > 0) {
    Piece& piece = pieces_.front();
    const std::size_t head = std::min(size, piece.head);
    piece.head -= head;
    heads_done_ += head;
    size -= head;
    const std::size_t body = std::min(size, piece.body.size());
    piece.body = piece.body.subspan(body);
    size -= body;
    if (piece.head == 0 && piece.body.empty()) pieces_.pop_front();
  }
  if (pieces_.empty()) {
    heads_.clear();
    heads_done_ = 0;
  }
  constexpr std::size_t kWorthMoving = 64 * 1024;
  if (heads_done_ > kWorthMoving && heads_done_ > heads_.size() / 2) {
    heads_.erase(heads_.begin(), heads_.begin() + static_cast<std::ptrdiff_t>(heads_done_));
    heads_done_ = 0;
  }
}

bool Outgoing::has_body_of(const void* owner) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [owner](const Piece& piece) {
    return piece.owner == owner && !piece.body.empty();
  });
}

void Outgoing::keep_bodies_of(const void* owner) {
  for (Piece& piece : pieces_) {
    if (piece.owner != owner) continue;
    piece.kept = to_bytes(piece.body);
    piece.body = piece.kept;
    piece.owner = nullptr;
  }
}

}  // namespace hawser::sftp
