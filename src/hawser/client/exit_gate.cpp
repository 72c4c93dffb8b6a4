#include "hawser/client/exit_gate.h"

#include <atomic>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include "hawser/client/clock.h"

namespace hawser::client {

namespace {

constexpr Duration kLook = std::chrono::microseconds(200);

// Never destroyed: threads look at them until the process is gone.
constinit std::atomic<int> workers = 0;
constinit std::atomic<bool> is_closed = false;
constinit thread_local bool is_at_work = false;

// Of the threads that worked a child of fork() has one.
void count_again() {
  workers = is_at_work ? 1 : 0;
}

// Either this sees that the gate is closed, or who closed it sees this thread: both orders are
// sequentially consistent.
bool came_in() {
  static const int registered = pthread_atfork(nullptr, nullptr, count_again);
  (void)registered;
  ++workers;
  if (!is_closed) return is_at_work = true;
  --workers;
  return false;
}

void go_out() {
  is_at_work = false;
  --workers;
}

[[noreturn]] void stay_out() {
  for (;;) pause();
}

}  // namespace

AtWork::AtWork() {
  if (!came_in()) stay_out();
}

AtWork::~AtWork() {
  go_out();
}

Away::Away(std::unique_lock<std::mutex>* lock) : lock_(lock), was_at_work_(is_at_work) {
  if (was_at_work_) go_out();
}

Away::~Away() {
  if (!was_at_work_ || came_in()) return;
  if (lock_ != nullptr) lock_->unlock();
  stay_out();
}

void close_exit_gate(Duration most) {
  is_closed = true;
  const Instant end = now() + most;
  while (workers > 0 && now() < end) std::this_thread::sleep_for(kLook);
}

}  // namespace hawser::client
