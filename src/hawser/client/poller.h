// Runs operations on many sessions at once, all on the thread that calls run(): one epoll for all
// their sockets. Other threads may use the same sessions meanwhile.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <thread>

#include "hawser/client/blocking_driver.h"
#include "hawser/client/wake_event.h"

namespace hawser::client {

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // How it ended; called on the thread of run(), and may add others.
  using Ended = std::function<void(const Status&)>;

  // Driver, operation and world outlive its end. Of the limits, is_interrupted is not asked.
  // invalid_argument: the driver's stream cannot be watched. connection_lost with the errno: the
  // system has no room for it. wrong_state: this is a child of fork, the session its parent's.
  Status add(BlockingDriver& driver, operations::Operation& operation, World& world,
             WaitLimits limits, Ended ended);

  // Until all of them have ended. `is_interrupted` is asked every 50 ms; true ends those that are
  // left with Errc::cancelled.
  Status run(const std::function<bool()>& is_interrupted);

 private:
  struct Task;
  struct Watched;

  void note_news(Watched& watched);
  std::vector<Watched*> take_news();
  Status wait(std::optional<Instant> until);
  void look_after(Watched& watched);
  void advance_all(Watched& watched);
  void settle(Watched& watched);
  Status watch(Watched& watched, Readiness wanted);
  void forget(Watched& watched);
  static void end(Watched& watched, std::list<Task>::iterator task, const Status& status);
  void look_at_deadlines();
  void cancel_all();

  const int epoll_;
  WakeEvent wake_;  // another thread has brought news
  std::thread::id runner_;
  std::map<BlockingDriver*, std::unique_ptr<Watched>> watched_;
  std::optional<Instant> until_;  // no deadline passes before
  bool is_cancelled_ = false;
  std::mutex mutex_;  // for what follows, and has_news of all
  std::vector<Watched*> news_;
};

}  // namespace hawser::client
