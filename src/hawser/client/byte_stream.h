// The connection as a driver needs it: reads and writes that never wait, and one call that waits. A
// socket, a channel of another session, or an object of the caller's stands behind it.
#pragma once

#include <optional>

#include "hawser/base/bytes.h"
#include "hawser/base/instant.h"
#include "hawser/base/result.h"

namespace hawser::client {

struct Readiness {
  bool read = false;
  bool write = false;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  struct ReadResult {
    std::size_t size = 0;
    bool is_end = false;  // size 0 and not the end: nothing there now
  };
  virtual Result<ReadResult> read_some(ByteSpan to) = 0;
  // How many bytes it took; 0: not now.
  virtual Result<std::size_t> write_some(ByteView from) = 0;

  // Nothing is read or written any more before the next wait for this stream, be it wait() or that
  // of a poll() of somebody else's. TCP's acknowledgement of what was read and not answered is due.
  virtual void will_wait() {}

  // Returns when what is wanted is possible, when wake() was called, or at the latest after
  // `most`; may return early for no reason. Called by one thread at a time, which holds no lock.
  // Errc::cancelled ends this thread's wait only, any other error the connection.
  virtual Status wait(Readiness wanted, std::optional<Duration> most) = 0;
  // Ends the wait of another thread, or the next one. Any thread may call it.
  virtual void wake() = 0;

  // What poll() can watch for it; -1: nothing.
  [[nodiscard]] virtual int descriptor() const { return -1; }

  // Ends both directions for good and wakes who waits. The underlying object stays the caller's.
  virtual void shut_down() = 0;
};

}  // namespace hawser::client
