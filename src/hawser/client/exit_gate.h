// The end of a process under threads that still work. Then libraries take their tables apart
// (OpenSSL in a handler of atexit()) and static objects go, also those that a thread is using that
// nobody waited for. So threads say when they are at work and when they only wait, and whoever is
// about to end the process closes the gate: who works comes to the next wait, and nobody comes back
// from one.
#pragma once

#include <mutex>

#include "hawser/base/instant.h"

namespace hawser::client {

// This thread may use sessions, keys and libraries while it lives.
class AtWork {
 public:
  AtWork();
  ~AtWork();
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
};

// Within AtWork, though not in its constructor's frame: it waits, or is in code of others. Does
// nothing for a thread that is not at work. What is locked by `lock` when it ends is let go before
// the thread is stopped there.
class Away {
 public:
  explicit Away(std::unique_lock<std::mutex>* lock = nullptr);
  ~Away();
  Away(const Away&) = delete;
  Away& operator=(const Away&) = delete;

 private:
  std::unique_lock<std::mutex>* lock_;
  bool was_at_work_;
};

// Returns once nobody is at work any more, or after `most`: a thread may be in a read of a file
// that does not end.
void close_exit_gate(Duration most);

}  // namespace hawser::client
