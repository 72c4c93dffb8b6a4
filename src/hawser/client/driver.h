// A Driver runs operations to their end on one session: it moves the bytes, tells the time, and
// brings what an operation wants of the world. The blocking one is the first; others need nothing
// of an operation that is not in operation.h.
#pragma once

#include <functional>

#include "hawser/client/byte_stream.h"
#include "hawser/operations/operation.h"

namespace hawser::client {

// What an operation may want besides the peer. Called with no lock held; each may take its time.
// What it throws cancels the operation and comes out of Driver::run.
class World {
 public:
  virtual ~World() = default;
  struct Input {
    std::size_t size = 0;
    bool is_end = false;
  };
  virtual Result<Input> read_input(ByteSpan to);
  virtual Result<Bytes> sign(const session::SignatureWanted& request);
  virtual Result<std::vector<SecretBytes>> answer_prompts(const session::PromptsShown& request);
  virtual Status judge(const keys::PublicKey& key);
  virtual Result<operations::LocalAnswer> local(const operations::LocalRequest& request);
};

// For operations that want nothing of the world.
World& no_world();

struct WaitLimits {
  std::optional<Duration> protocol;   // for each answer that the peer owes us
  std::optional<Duration> operation;  // for the operation as a whole
  // Asked every 50 ms while waiting, with no lock held; true ends the wait with Errc::cancelled.
  std::function<bool()> is_interrupted;
};

class Driver {
 public:
  virtual ~Driver() = default;
  // Runs `operation` until it is done, failed, interrupted or out of time. Any number of threads
  // may be in here at once. timed_out carries the phase in Error::where.
  virtual Status run(operations::Operation& operation, World& world, const WaitLimits& limits) = 0;
};

}  // namespace hawser::client
