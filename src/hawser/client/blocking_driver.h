// The blocking pump: whoever waits drives the session for all. One waiting thread at a time is the
// leader, polls the stream and deals out the events; the others sleep until their operation can go
// on, or until they are to lead. So a long command in one thread holds up no other.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include <sys/types.h>

#include "hawser/client/driver.h"

namespace hawser::client {

class BlockingDriver final : public Driver {
  using Lock = std::unique_lock<std::mutex>;

 public:
  BlockingDriver(session::Config config, const crypto::Engine& engine,
                 std::unique_ptr<ByteStream> stream);
  ~BlockingDriver() override;

  Status run(operations::Operation& operation, World& world, const WaitLimits& limits) override;

  // An operation that takes part without a thread of its own which waits for it: a Poller does so
  // for those of many sessions. What it refers to outlives it.
  class Ride;
  void board(Ride& ride);
  // As far as it goes now: how it ended; nullopt: not yet, look again at news or at its deadline.
  std::optional<Status> advance(Ride& ride);
  // It ends here, for this reason.
  void leave(Ride& ride, const Status& why);
  // Moves the bytes that can be moved and deals out what came.
  void serve();
  // What to wait for, and until when, on behalf of all rides.
  struct Vigil {
    int descriptor = -1;  // -1: this stream cannot be watched
    Readiness wanted;
    std::optional<Instant> until;
  };
  Vigil vigil();

  // Puts the session in order for an owner that is gone: closes its channel, its file. May be
  // called from anywhere, even from within a call of this driver (a garbage collector does so): if
  // the session is busy, it is done when it is not. What `work` holds lives until then.
  using Work = std::function<void(session::Session&, operations::Inbox&)>;
  void when_free(Work work);

  // What `look` says of the session, for who must not wait; false if it is over, somebody works
  // with it, or it is another process's.
  using Look = std::function<bool(const session::Session&)>;
  bool is_so_at_once(const Look& look);

  // Makes every waiting operation look again.
  void poke();

  // Looks at or talks to the session between waits; what it has to say is sent as far as it goes.
  template <typename Use>
  auto with_session(Use&& use) {
    const Lock lock = enter();
    do_postponed();
    auto result = use(session_, inbox_);
    flush();
    return result;
  }

  // Says goodbye, waits a moment for what is still to be sent, and shuts the stream down. A peer
  // that takes nothing holds it up for no more than a second.
  void close();
  // Shuts the stream down at once; every wait ends with connection_lost.
  void abort();

  // False in a child that fork() made. The session stays its parent's: a packet of the child's
  // would use a key and a counter twice, and break the parent's stream. In the child nothing is
  // sent or shut down, and run() fails.
  [[nodiscard]] bool is_ours() const;

 private:
  // One thread in run().
  struct Waiter {
    const operations::Operation* operation;
    std::condition_variable condition;
    std::uint64_t seen_connection = 0;
    std::uint64_t seen_channel = 0;
    bool is_sleeping = false;
    // For who does not sleep: says that there is news.
    const std::function<void()>* on_news = nullptr;
    // When to look for signals. It outlives the single wait: in a busy transfer none is long.
    std::optional<Instant> next_look;
  };
  struct Deadline {
    std::optional<Instant> at;
    const char* phase = "";
  };

  static Deadline deadline_of(const operations::AwaitPeer& awaited, const WaitLimits& limits,
                              std::optional<Instant> whole);
  Lock enter();
  Status run_locked(Lock& lock, Waiter& waiter, operations::Operation& operation, World& world,
                    const WaitLimits& limits);
  Status satisfy(Lock& lock, operations::Operation& operation, World& world,
                 const operations::Want& want);
  Status await_news(Lock& lock, Waiter& waiter, const Deadline& deadline,
                    const std::function<bool()>& is_interrupted);
  Status lead(Lock& lock, std::optional<Duration> most);
  void sleep(Lock& lock, Waiter& waiter, std::optional<Instant> until);
  void pump();  // what it brings may want to say something: flush() after it
  void drain();
  void flush();
  void notify_concerned();
  void promote_a_sleeper();
  void do_postponed();
  void note_seen(Waiter& waiter) const;
  [[nodiscard]] bool has_news(const Waiter& waiter) const;

  std::optional<Status> advance_locked(Lock& lock, Ride& ride);
  void get_off(Ride& ride, const Status& status);
  void say_news();
  // What a call is told that began after close(): that, whatever had ended the session before.
  [[nodiscard]] Status told_late(Status status) const;

  const pid_t process_;
  std::mutex mutex_;
  std::unique_ptr<ByteStream> stream_;
  session::Session session_;
  operations::Inbox inbox_;
  std::list<Waiter*> waiters_;
  bool has_leader_ = false;
  bool leader_watches_output_ = false;
  std::size_t riders_ = 0;
  bool is_closed_ = false;
  bool is_output_broken_ = false;  // the stream takes no more; what still comes may say why
  std::atomic<bool> is_aborted_ = false;
  std::uint64_t nudges_ = 0;  // news of the driver's own: the socket took what it could not
  std::mutex postponed_mutex_;
  std::vector<Work> postponed_;
};

class BlockingDriver::Ride {
 public:
  // `on_news` is called, from any thread and with the driver's lock held, when it should be
  // advanced.
  Ride(operations::Operation& operation, World& world, WaitLimits limits,
       const std::function<void()>& on_news)
      : operation_(operation), world_(world), limits_(std::move(limits)) {
    waiter_.operation = &operation;
    waiter_.on_news = &on_news;
  }
  Ride(const Ride&) = delete;
  Ride& operator=(const Ride&) = delete;

  // When it has waited too long; nullopt: it may wait for ever.
  [[nodiscard]] std::optional<Instant> deadline() const { return deadline_.at; }

 private:
  friend class BlockingDriver;

  operations::Operation& operation_;
  World& world_;
  const WaitLimits limits_;
  Waiter waiter_;
  std::list<Waiter*>::iterator place_;
  std::optional<Instant> whole_;
  bool is_late_ = false;  // it came after close()
  Deadline deadline_;
  bool is_waiting_ = false;
};

}  // namespace hawser::client
