// An SFTP server for tests: eats the engine's bytes and answers from one file in memory, in the
// order, the sizes and with the refusals that a test wants. It speaks the wire itself, so that an
// error of the engine's encoding does not hide behind its own decoding.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "hawser/sftp/engine.h"

#include "support/sftp_packet.h"

namespace hawser::testing {

struct Request {
  std::uint8_t type = 0;
  std::uint32_t id = 0;
  std::string handle_or_path;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  Bytes data;
};

// INIT has id 3, its version.
inline Request parse_request(ByteView bytes) {
  wire::Reader packet(bytes);
  Request request;
  request.type = packet.uint8();
  request.id = packet.uint32();
  if (request.type != 1) request.handle_or_path = std::string(as_text(packet.string()));
  if (request.type == 5 || request.type == 6) {
    request.offset = packet.uint64();
    request.size = packet.uint32();
  }
  request.data = to_bytes(packet.rest());
  return request;
}

// What the engine wants to send, taken apart.
inline std::vector<Request> take_requests(sftp::Engine& engine) {
  Bytes all;
  while (engine.unsent() > 0) {
    const Gather pending = engine.pending();
    for (const ByteView view : pending.views()) append(all, view);
    engine.sent(pending.size());
  }
  std::vector<Request> requests;
  wire::Reader stream(all);
  while (!stream.at_end()) {
    requests.push_back(parse_request(stream.string()));
  }
  return requests;
}

// Answers reads and writes of `content`.
class OneFileServer {
 public:
  Bytes content;
  std::uint32_t most = 1U << 20;          // bytes given for one read
  std::uint64_t refuses_at = UINT64_MAX;  // reads and writes from there on fail
  std::vector<Request> seen;

  explicit OneFileServer(unsigned seed) : random_(seed) {}

  // Takes what the engine has to say and answers it, shuffled; returns whether there was any.
  bool serve(sftp::Engine& engine) {
    auto requests = take_requests(engine);
    std::shuffle(requests.begin(), requests.end(), random_);
    for (const Request& request : requests) {
      seen.push_back(request);
      EXPECT_TRUE(engine.received(answer(request)));
    }
    return !requests.empty();
  }

  Bytes answer(const Request& request) {
    if (request.type == 1) return version().framed();
    if (request.type == 4) return status(request.id, 0).framed();
    if (request.offset >= refuses_at) return status(request.id, 4, "disk on fire").framed();
    if (request.type == 6) return write(request);
    return read(request);
  }

 private:
  Bytes read(const Request& request) {
    if (request.offset >= content.size()) return status(request.id, 1).framed();
    const std::size_t left = content.size() - static_cast<std::size_t>(request.offset);
    std::size_t size = std::min<std::size_t>({left, request.size, most});
    const auto begin = static_cast<std::size_t>(request.offset);
    return Packet(103)
        .u32(request.id)
        .string(as_text(ByteView(content).subspan(begin, size)))
        .framed();
  }
  Bytes write(const Request& request) {
    wire::Reader reader(request.data);
    const std::size_t end = static_cast<std::size_t>(request.offset) + reader.rest().size();
    EXPECT_EQ(request.size, reader.rest().size());
    if (content.size() < end) content.resize(end);
    copy(reader.rest(), ByteSpan(content).subspan(static_cast<std::size_t>(request.offset)));
    return status(request.id, 0).framed();
  }

  std::mt19937 random_;
};

inline Bytes pattern(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

}  // namespace hawser::testing
