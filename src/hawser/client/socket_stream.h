// A connected stream socket, whatever its own blocking mode is: every call here says DONTWAIT.
#pragma once

#include <atomic>
#include <memory>

#include "hawser/client/byte_stream.h"
#include "hawser/client/wake_event.h"

namespace hawser::client {

class SocketStream final : public ByteStream {
 public:
  // Works on a duplicate of the descriptor: whoever closes the original can neither make us read
  // from a stranger's socket that got its number, nor leak ours. Sets TCP_NODELAY where it is TCP.
  // Errors: connection_lost with the errno, invalid_argument for what is no stream socket.
  static Result<std::unique_ptr<SocketStream>> make(int descriptor);
  ~SocketStream() override;
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Result<ReadResult> read_some(ByteSpan to) override;
  Result<std::size_t> write_some(ByteView from) override;
  void will_wait() override;
  Status wait(Readiness wanted, std::optional<Duration> most) override;
  void wake() override { wake_.set(); }
  [[nodiscard]] int descriptor() const override { return descriptor_; }
  void shut_down() override;

 private:
  SocketStream(int descriptor, bool is_tcp) : descriptor_(descriptor), is_tcp_(is_tcp) {}

  void note_read(std::size_t size, std::size_t space);
  Status poll(Readiness wanted, std::optional<Duration> most);

  int descriptor_;
  bool is_tcp_;
  bool owes_ack_ = false;  // of a small read: no write has carried it away
  // In a row, none of which took all that the space allowed. A poller may read while another
  // thread waits.
  std::atomic<unsigned> large_reads_ = 0;
  std::atomic<bool> is_shut_down_ = false;
  WakeEvent wake_;
};

}  // namespace hawser::client
