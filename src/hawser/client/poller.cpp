#include "hawser/client/poller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <unistd.h>

#include "hawser/client/clock.h"
#include "hawser/client/exit_gate.h"

namespace hawser::client {

namespace {

constexpr Duration kInterruptCheck = std::chrono::milliseconds(50);
constexpr std::size_t kEvents = 64;

std::unexpected<Error> no_room(const char* where) {
  return fail(Errc::connection_lost, where, static_cast<std::uint32_t>(errno));
}

Instant earlier(std::optional<Instant> a, Instant b) {
  return a ? std::min(*a, b) : b;
}

}  // namespace

struct Poller::Task {
  std::optional<BlockingDriver::Ride> ride;
  Ended ended;
};

// A session that has tasks.
struct Poller::Watched {
  BlockingDriver* driver;
  std::list<Task> tasks;
  std::function<void()> on_news;
  bool has_news = false;  // under the poller's mutex
  int descriptor = -1;
  std::uint32_t events = 0;  // as epoll knows it
  bool is_known = false;     // to epoll
  std::optional<Instant> until;
};

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0 || wake_.descriptor() < 0) return;
  epoll_event event{};
  event.events = EPOLLIN;
  (void)epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.descriptor(), &event);
}

Poller::~Poller() {
  cancel_all();
  if (epoll_ >= 0) close(epoll_);
}

Status Poller::add(BlockingDriver& driver, operations::Operation& operation, World& world,
                   WaitLimits limits, Ended ended) {
  if (!driver.is_ours()) return fail(Errc::wrong_state, "forked");  // its lock may be held for ever
  if (is_cancelled_) return fail(Errc::cancelled, "poller");
  if (epoll_ < 0 || wake_.descriptor() < 0) return no_room("epoll");
  auto& place = watched_[&driver];
  if (!place) {
    const int descriptor = driver.vigil().descriptor;
    if (descriptor < 0) {
      watched_.erase(&driver);
      return fail(Errc::invalid_argument, "stream");
    }
    place = std::make_unique<Watched>();
    place->driver = &driver;
    place->descriptor = descriptor;
    place->on_news = [this, watched = place.get()] { note_news(*watched); };
  }
  Task& task = place->tasks.emplace_back();
  task.ride.emplace(operation, world, std::move(limits), place->on_news);
  task.ended = std::move(ended);
  driver.board(*task.ride);
  note_news(*place);
  return {};
}

void Poller::note_news(Watched& watched) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(watched.has_news, true)) return;
  news_.push_back(&watched);
  if (std::this_thread::get_id() != runner_) wake_.set();
}

std::vector<Poller::Watched*> Poller::take_news() {
  const std::scoped_lock lock(mutex_);
  for (Watched* watched : news_) watched->has_news = false;
  return std::exchange(news_, {});
}

Status Poller::run(const std::function<bool()>& is_interrupted) {
  runner_ = std::this_thread::get_id();
  Instant next_look = now() + kInterruptCheck;
  for (;;) {
    for (auto concerned = take_news(); !concerned.empty(); concerned = take_news()) {
      for (Watched* watched : concerned) look_after(*watched);
    }
    if (watched_.empty()) return {};
    if (const Status waited = wait(is_interrupted ? earlier(until_, next_look) : until_); !waited) {
      cancel_all();
      return waited;
    }
    look_at_deadlines();
    if (is_interrupted && now() >= next_look) {
      next_look = now() + kInterruptCheck;
      if (is_interrupted()) cancel_all();
    }
  }
}

Status Poller::wait(std::optional<Instant> until) {
  int most = -1;
  if (until) {
    const auto left = std::max(*until - now(), Duration::zero());
    most = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
  }
  std::array<epoll_event, kEvents> events{};
  const int count = [&] {
    const Away away;
    return epoll_wait(epoll_, events.data(), static_cast<int>(kEvents), most);
  }();
  if (count < 0 && errno != EINTR) return no_room("epoll_wait");
  for (int i = 0; i < count; ++i) {
    auto* watched = static_cast<Watched*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (watched == nullptr) {
      wake_.clear();
    } else {
      watched->driver->serve();
      note_news(*watched);
    }
  }
  return {};
}

void Poller::look_after(Watched& watched) {
  advance_all(watched);
  settle(watched);
}

void Poller::advance_all(Watched& watched) {
  for (auto task = watched.tasks.begin(); task != watched.tasks.end();) {
    const auto current = task++;
    if (const auto status = watched.driver->advance(*current->ride)) {
      end(watched, current, *status);
    }
  }
}

// What the session wants to be told from now on, if it still has tasks.
void Poller::settle(Watched& watched) {
  if (watched.tasks.empty()) {
    forget(watched);
    return;
  }
  const auto vigil = watched.driver->vigil();
  watched.until = vigil.until;
  for (const Task& task : watched.tasks) {
    const auto deadline = task.ride->deadline();
    if (deadline) watched.until = earlier(watched.until, *deadline);
  }
  if (watched.until) until_ = earlier(until_, *watched.until);
  const Status status = watch(watched, vigil.wanted);
  if (status) return;
  while (!watched.tasks.empty()) {
    watched.driver->leave(*watched.tasks.front().ride, status);
    end(watched, watched.tasks.begin(), status);
  }
  forget(watched);
}

void Poller::forget(Watched& watched) {
  if (watched.is_known) (void)epoll_ctl(epoll_, EPOLL_CTL_DEL, watched.descriptor, nullptr);
  {
    const std::scoped_lock lock(mutex_);
    std::erase(news_, &watched);
  }
  watched_.erase(watched.driver);
}

Status Poller::watch(Watched& watched, Readiness wanted) {
  const std::uint32_t events =
      (wanted.read ? std::uint32_t{EPOLLIN} : 0) | (wanted.write ? std::uint32_t{EPOLLOUT} : 0);
  if (watched.is_known && watched.events == events) return {};
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watched;
  const int change = watched.is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_, change, watched.descriptor, &event) != 0) return no_room("epoll_ctl");
  watched.is_known = true;
  watched.events = events;
  return {};
}

void Poller::end(Watched& watched, std::list<Task>::iterator task, const Status& status) {
  const Ended ended = std::move(task->ended);
  watched.tasks.erase(task);
  if (ended) ended(status);
}

void Poller::look_at_deadlines() {
  const Instant time = now();
  if (!until_ || time < *until_) return;
  until_.reset();
  for (const auto& [driver, watched] : watched_) {
    if (!watched->until) continue;
    if (time < *watched->until) {
      until_ = earlier(until_, *watched->until);
      continue;
    }
    driver->serve();  // the session's own deadlines, too: login, new keys
    note_news(*watched);
  }
}

void Poller::cancel_all() {
  is_cancelled_ = true;
  const Status cancelled = fail(Errc::cancelled, "poller");
  while (!watched_.empty()) {
    Watched& watched = *watched_.begin()->second;
    while (!watched.tasks.empty()) {
      watched.driver->leave(*watched.tasks.front().ride, cancelled);
      end(watched, watched.tasks.begin(), cancelled);
    }
    forget(watched);
  }
  is_cancelled_ = false;
}

}  // namespace hawser::client
