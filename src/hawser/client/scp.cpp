#include "hawser/client/scp.h"

#include <algorithm>

#include "hawser/client/scp_talk.h"
#include "hawser/operations/scp_receive.h"
#include "hawser/operations/scp_send.h"

namespace hawser::client {

namespace {

// Where the bytes of a file from `done` on go; asked for again when that is full, and once more
// when all have come.
using NextSpace = std::function<Result<ByteSpan>(std::uint64_t done, std::uint64_t size)>;

// Its memory at first, and each time that this is full. A size that was only announced costs no
// more than that.
std::size_t next_size(std::uint64_t size, std::uint64_t done) {
  const std::uint64_t grown = done == 0 ? limits::kScpUpFront : 2 * done;
  return static_cast<std::size_t>(std::min(size, grown));
}

Outcome<void> receive_into(Connection& connection, const std::string& path, const NextSpace& next,
                           const Interrupt& interrupt) {
  const std::string command = HAWSER_TRY_OUTCOME(scp_command({scp::Direction::from_remote}, path));
  operations::ScpReceive receive(command, std::string(scp::last_name(path)));
  const scp::ScpSink& sink = receive.sink();
  const auto run = [&] {
    return perform_scp(connection, receive, sink, path, no_world(), interrupt);
  };
  HAWSER_TRY_OUTCOME(run());
  for (std::uint64_t done = 0; !receive.is_over();) {
    const auto space = next(done, receive.size());
    if (!space) {
      connection.driver().with_session([&](session::Session& session, operations::Inbox& inbox) {
        receive.cancel(session, inbox);
        return true;
      });
      return std::unexpected(explain(space.error(), Report{}));
    }
    if (done < receive.size()) {
      receive.read_into(*space);
      done += space->size();
    } else {
      receive.finish();
    }
    HAWSER_TRY_OUTCOME(run());
  }
  return judge_scp({receive.link(), sink.complaints(), sink.last_words(), path});
}

}  // namespace

Outcome<void> scp_receive(Connection& connection, const std::string& path, const GrowMemory& memory,
                          const Interrupt& interrupt) {
  const auto next = [&](std::uint64_t done, std::uint64_t size) -> Result<ByteSpan> {
    if (done == size) return ByteSpan();
    const std::size_t wanted = next_size(size, done);
    const ByteSpan space = memory(wanted);
    if (space.size() < wanted) return fail(Errc::out_of_memory, "scp");
    return space.subspan(static_cast<std::size_t>(done));
  };
  return receive_into(connection, path, next, interrupt);
}

Outcome<void> scp_receive_to(Connection& connection, const std::string& path, const ByteSink& sink,
                             const Interrupt& interrupt) {
  constexpr std::size_t kPiece = 256 * 1024;
  Bytes piece;
  const auto next = [&](std::uint64_t done, std::uint64_t size) -> Result<ByteSpan> {
    if (!piece.empty()) HAWSER_TRY(sink(piece));
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size - done, kPiece)));
    return ByteSpan(piece);
  };
  return receive_into(connection, path, next, interrupt);
}

Outcome<void> scp_send(Connection& connection, const std::string& path, std::uint32_t mode,
                       ByteView data, const Interrupt& interrupt) {
  const std::string command = HAWSER_TRY_OUTCOME(
      scp_command({.direction = scp::Direction::to_remote, .preserves = true}, path));
  operations::ScpSend send(command, mode, data);
  const scp::ScpSource& source = send.source();
  HAWSER_TRY_OUTCOME(perform_scp(connection, send, source, path, no_world(), interrupt));
  return judge_scp({send.link(), source.complaints(), source.last_words(), path});
}

}  // namespace hawser::client
