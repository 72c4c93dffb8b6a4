#include "scenario/link.h"

#include <algorithm>
#include <cerrno>

namespace hawser::scenario {

void Link::run() {
  for (bool is_moving = true; is_moving;) {
    client_.process();
    is_moving = carry_to_server();
    server_.pump();
    is_moving = carry_to_client() || is_moving;
  }
}

void Link::end() {
  if (has_ended_) return;
  carry_to_client();
  has_ended_ = true;
  client_.session().ended();
  client_.process();
}

bool Link::carry_to_server() {
  bool has_moved = false;
  session::Session& session = client_.session();
  while (!session.pending_output().empty()) {
    std::size_t size = cut(session.pending_output().size());
    const bool ends =
        !has_ended_ && faults_.ends_after_sent && to_server_ + size >= *faults_.ends_after_sent;
    if (ends) size = *faults_.ends_after_sent - to_server_;
    if (!has_ended_) server_.received(session.pending_output().first(size));
    session.sent(size);
    to_server_ += size;
    if (ends) {
      has_ended_ = true;
      session.ended(EPIPE);
      client_.process();
    }
    has_moved = true;
  }
  return has_moved;
}

bool Link::carry_to_client() {
  bool has_moved = false;
  session::Session& session = client_.session();
  while (!has_ended_ && !server_.pending_output().empty()) {
    const ByteSpan space = session.receive_space();
    if (space.empty()) break;
    std::size_t size = std::min(cut(server_.pending_output().size()), space.size());
    const bool ends = faults_.ends_after && to_client_ + size >= *faults_.ends_after;
    if (ends) size = *faults_.ends_after - to_client_;
    copy(server_.pending_output().first(size), space);
    if (faults_.flips_byte && *faults_.flips_byte - to_client_ < size) {
      space[*faults_.flips_byte - to_client_] ^= faults_.flip_mask;
    }
    server_.sent(size);
    to_client_ += size;
    session.received(size);
    if (ends) {
      has_ended_ = true;
      session.ended();
    }
    client_.process();
    has_moved = true;
  }
  return has_moved;
}

std::size_t Link::cut(std::size_t available) {
  switch (cutting_.kind) {
    case Cutting::Kind::whole:
      return available;
    case Cutting::Kind::bytes:
      return 1;
    case Cutting::Kind::random:
      return std::min(available, 1 + random_.below(200));
  }
  return available;
}

}  // namespace hawser::scenario
