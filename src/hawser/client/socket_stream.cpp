#include "hawser/client/socket_stream.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hawser/client/exit_gate.h"

namespace hawser::client {

namespace {

// A read of less than this is a part of a conversation, not of a stream: its ACK goes out before we
// wait for more, because a server under Nagle's algorithm waits for it before it says more (40 ms a
// time). What we write carries the ACK along: then it costs neither us nor the server a packet.
constexpr std::size_t kSmallRead = 16 * 1024;

// After that many reads of at least that size in a row a stream is under way, faster than it is
// sent. Then a pause lets more of it come together: each time that we are woken for it costs as
// much as 30 KiB of it. As network cards do it with their interrupts. The pause is what the last
// bytes of a stream may be late; a stream too slow to fill it does without.
constexpr std::size_t kLargeRead = 32 * 1024;
constexpr unsigned kLargeReads = 16;
constexpr Duration kPause = std::chrono::microseconds(250);

timespec to_timespec(Duration span) {
  const auto left = std::max(span, Duration::zero());
  return {std::chrono::duration_cast<std::chrono::seconds>(left).count(),
          (left % std::chrono::seconds(1)).count()};
}

int socket_option(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

void set_tcp_option(int descriptor, int option) {
  const int on = 1;
  (void)setsockopt(descriptor, IPPROTO_TCP, option, &on, sizeof(on));
}

bool is_temporary(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

std::unexpected<Error> lost(const char* where) {
  return fail(Errc::connection_lost, where, static_cast<std::uint32_t>(errno));
}

}  // namespace

Result<std::unique_ptr<SocketStream>> SocketStream::make(int descriptor) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
    // What the peer has reset already has no address any more, but still the error that says so.
    if (errno == ENOTCONN && socket_option(descriptor, SO_ERROR) == ECONNRESET) errno = ECONNRESET;
    return lost("socket");
  }
  if (socket_option(descriptor, SO_TYPE) != SOCK_STREAM) {
    return fail(Errc::invalid_argument, "socket", ESOCKTNOSUPPORT);
  }
  const int domain = socket_option(descriptor, SO_DOMAIN);
  const bool is_tcp = domain == AF_INET || domain == AF_INET6;
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return lost("socket");
  std::unique_ptr<SocketStream> stream(new SocketStream(own, is_tcp));
  if (stream->wake_.descriptor() < 0) return lost("eventfd");
  if (is_tcp) set_tcp_option(own, TCP_NODELAY);
  return stream;
}

SocketStream::~SocketStream() {
  close(descriptor_);
}

Result<ByteStream::ReadResult> SocketStream::read_some(ByteSpan to) {
  if (is_shut_down_) return ReadResult{0, true};
  const ssize_t size = recv(descriptor_, to.data(), to.size(), MSG_DONTWAIT);
  if (size < 0) {
    large_reads_ = 0;
    if (is_temporary(errno)) return ReadResult{};
    return lost("recv");
  }
  note_read(static_cast<std::size_t>(size), to.size());
  owes_ack_ = is_tcp_ && static_cast<std::size_t>(size) < kSmallRead;
  return ReadResult{static_cast<std::size_t>(size), size == 0};
}

Result<std::size_t> SocketStream::write_some(ByteView from) {
  if (is_shut_down_) return fail(Errc::connection_lost, "send");
  const ssize_t size = send(descriptor_, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size < 0) {
    if (is_temporary(errno)) return std::size_t{0};
    return lost("send");
  }
  owes_ack_ = false;
  return static_cast<std::size_t>(size);
}

void SocketStream::will_wait() {
  if (std::exchange(owes_ack_, false)) set_tcp_option(descriptor_, TCP_QUICKACK);
}

void SocketStream::note_read(std::size_t size, std::size_t space) {
  const bool is_large = size >= kLargeRead && size < space;
  large_reads_ = is_large ? large_reads_ + 1 : 0;
}

Status SocketStream::wait(Readiness wanted, std::optional<Duration> most) {
  if (large_reads_ < kLargeReads || wanted.write) return poll(wanted, most);
  return poll({}, std::min(most.value_or(kPause), kPause));
}

Status SocketStream::poll(Readiness wanted, std::optional<Duration> most) {
  const auto events = static_cast<short>((wanted.read ? POLLIN : 0) | (wanted.write ? POLLOUT : 0));
  // Hangups and errors, too, can wait for the end of a pause.
  pollfd watched[] = {{wake_.descriptor(), POLLIN, 0}, {descriptor_, events, 0}};
  const timespec span = to_timespec(most.value_or(Duration::zero()));
  const Away away;
  const int ready = ppoll(watched, events == 0 ? 1 : 2, most ? &span : nullptr, nullptr);
  if (ready < 0 && errno != EINTR) return lost("poll");
  if (ready > 0 && watched[0].revents != 0) wake_.clear();
  return {};
}

void SocketStream::shut_down() {
  if (is_shut_down_.exchange(true)) return;
  (void)shutdown(descriptor_, SHUT_RDWR);
  wake();
}

}  // namespace hawser::client
