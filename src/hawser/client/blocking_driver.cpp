#include "hawser/client/blocking_driver.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <new>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include "hawser/client/clock.h"
#include "hawser/client/exit_gate.h"
#include "hawser/client/process.h"

namespace hawser::client {

namespace {

// How often a waiting thread looks for signals: half of what a person notices.
constexpr Duration kInterruptCheck = std::chrono::milliseconds(50);
// How long close() lets a peer take nothing of what is still to be sent, and how often it looks.
constexpr Duration kLinger = std::chrono::seconds(1);
constexpr Duration kLingerStep = std::chrono::milliseconds(2);

std::optional<Instant> earliest(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::optional<Instant> after(std::optional<Duration> span) {
  if (!span) return std::nullopt;
  return now() + *span;
}

void linger() {
  const Away away;
  std::this_thread::sleep_for(kLingerStep);
}

}  // namespace

BlockingDriver::BlockingDriver(session::Config config, const crypto::Engine& engine,
                               std::unique_ptr<ByteStream> stream)
    : process_(this_process()),
      stream_(std::move(stream)),
      session_(std::move(config), engine, now()) {}

BlockingDriver::~BlockingDriver() = default;

Status BlockingDriver::run(operations::Operation& operation, World& world,
                           const WaitLimits& limits) {
  if (!is_ours()) return fail(Errc::wrong_state, "forked");
  Lock lock(mutex_);
  const bool is_late = is_closed_;
  Waiter waiter;
  waiter.operation = &operation;
  const auto place = waiters_.insert(waiters_.end(), &waiter);
  Status status;
  std::exception_ptr thrown;
  try {
    status = run_locked(lock, waiter, operation, world, limits);
  } catch (const std::bad_alloc&) {
    // Below here nothing expects it: what the session was doing is not to be trusted any more.
    if (!lock.owns_lock()) lock.lock();
    has_leader_ = false;
    session_.abandon(Errc::out_of_memory);
    notify_concerned();
    status = fail(Errc::out_of_memory, "session");
  } catch (...) {  // by the world, which is asked without the lock
    if (!lock.owns_lock()) lock.lock();
    thrown = std::current_exception();
    status = fail(Errc::cancelled, "callback");
  }
  if (!status) {
    operation.cancel(session_, inbox_);
    flush();
  }
  waiters_.erase(place);
  if (waiters_.empty()) session_.release_idle_memory();
  notify_concerned();  // whoever waited for this operation's turn to end
  promote_a_sleeper();
  if (thrown) std::rethrow_exception(thrown);
  return is_late ? told_late(std::move(status)) : status;
}

Status BlockingDriver::told_late(Status status) const {
  const bool is_sessions = !status && session_.failure() && status.error() == *session_.failure();
  return is_sessions ? fail(Errc::closed, "session") : status;
}

Status BlockingDriver::run_locked(Lock& lock, Waiter& waiter, operations::Operation& operation,
                                  World& world, const WaitLimits& limits) {
  const std::optional<Instant> whole = after(limits.operation);
  for (;;) {
    session_.on_time(now());
    do_postponed();
    note_seen(waiter);
    operations::Want want = HAWSER_TRY(operation.advance(session_, inbox_));
    drain();
    flush();
    if (std::holds_alternative<operations::Done>(want)) return {};
    if (const auto* awaited = std::get_if<operations::AwaitPeer>(&want)) {
      HAWSER_TRY(
          await_news(lock, waiter, deadline_of(*awaited, limits, whole), limits.is_interrupted));
    } else {
      HAWSER_TRY(satisfy(lock, operation, world, want));
    }
  }
}

BlockingDriver::Deadline BlockingDriver::deadline_of(const operations::AwaitPeer& awaited,
                                                     const WaitLimits& limits,
                                                     std::optional<Instant> whole) {
  const bool is_bounded = awaited.patience == operations::Patience::for_protocol;
  return {earliest(whole, is_bounded ? after(limits.protocol) : std::nullopt), awaited.phase};
}

// The world is asked without the lock: it may take long, and others go on meanwhile.
Status BlockingDriver::satisfy(Lock& lock, operations::Operation& operation, World& world,
                               const operations::Want& want) {
  const auto unlocked = [&](auto&& ask) {
    promote_a_sleeper();
    lock.unlock();
    auto answer = ask();
    lock.lock();
    return answer;
  };
  if (const auto* input = std::get_if<operations::NeedInput>(&want)) {
    Bytes piece(input->most);
    const auto taken = HAWSER_TRY(unlocked([&] { return world.read_input(piece); }));
    return operation.supply_input(ByteView(piece).first(taken.size), taken.is_end);
  }
  if (const auto* signature = std::get_if<operations::NeedSignature>(&want)) {
    return operation.supply_signature(session_,
                                      unlocked([&] { return world.sign(signature->request); }));
  }
  if (const auto* prompts = std::get_if<operations::NeedAnswers>(&want)) {
    return operation.supply_answers(
        session_, unlocked([&] { return world.answer_prompts(prompts->request); }));
  }
  if (const auto* local = std::get_if<operations::NeedLocal>(&want)) {
    return operation.supply_local(unlocked([&] { return world.local(local->request); }));
  }
  const auto& verdict = std::get<operations::NeedVerdict>(want);
  return operation.supply_verdict(session_, inbox_,
                                  unlocked([&] { return world.judge(*verdict.key); }));
}

Status BlockingDriver::await_news(Lock& lock, Waiter& waiter, const Deadline& deadline,
                                  const std::function<bool()>& is_interrupted) {
  auto& look = waiter.next_look;
  if (is_interrupted && !look) look = now() + kInterruptCheck;
  while (!has_news(waiter)) {
    // Events are taken before the failure is looked at: what came whole counts.
    if (session_.failure()) return std::unexpected(*session_.failure());
    const Instant time = now();
    if (deadline.at && time >= *deadline.at) return fail(Errc::timed_out, deadline.phase);
    if (look && time >= *look) {
      promote_a_sleeper();
      lock.unlock();
      const bool shall_stop = is_interrupted();
      lock.lock();
      if (shall_stop) return fail(Errc::cancelled, deadline.phase);
      look = now() + kInterruptCheck;
      continue;
    }
    const auto until = earliest(deadline.at, look);
    if (has_leader_) {
      sleep(lock, waiter, until);
    } else {
      HAWSER_TRY(lead(lock, until ? std::optional(*until - time) : std::nullopt));
    }
  }
  promote_a_sleeper();
  return {};
}

void BlockingDriver::sleep(Lock& lock, Waiter& waiter, std::optional<Instant> until) {
  const Away away(&lock);
  waiter.is_sleeping = true;
  if (until) {
    waiter.condition.wait_for(lock, *until - now());
  } else {
    waiter.condition.wait(lock);
  }
  waiter.is_sleeping = false;
}

Status BlockingDriver::lead(Lock& lock, std::optional<Duration> most) {
  flush();  // once for all that pump() and who was woken by it had to say
  if (const auto deadline = session_.next_deadline()) {
    const Duration left = *deadline - now();
    most = most ? std::min(*most, left) : left;
  }
  const Readiness wanted{session_.can_receive(),
                         !session_.pending_output().empty() && !is_output_broken_};
  stream_->will_wait();
  has_leader_ = true;
  leader_watches_output_ = wanted.write;
  lock.unlock();
  const Status waited = stream_->wait(wanted, most);
  lock.lock();
  has_leader_ = false;
  const bool is_cancelled = !waited && waited.error().code == Errc::cancelled;
  if (!waited && !is_cancelled) session_.ended(static_cast<int>(waited.error().detail));
  pump();
  notify_concerned();
  if (is_cancelled) return waited;
  return {};
}

void BlockingDriver::pump() {
  session_.on_time(now());
  do_postponed();
  flush();
  const ByteSpan space = session_.receive_space();
  if (!space.empty()) {
    const auto got = stream_->read_some(space);
    if (!got) {
      session_.ended(static_cast<int>(got.error().detail));
    } else if (got->is_end) {
      session_.ended(is_aborted_ ? ECONNABORTED : 0);
    } else {
      session_.received(got->size);
    }
  }
  drain();
}

// Deals out all events that there are. The session keeps its failure; whoever waits finds it there.
void BlockingDriver::drain() {
  for (;;) {
    const auto event = session_.next();
    if (!event || !*event) return;
    if (!inbox_.take(session_, **event)) return;
  }
}

void BlockingDriver::flush() {
  if (!session_.pending_output().empty() && !is_ours()) return;
  const bool was_full = session_.pending_output().size() >= limits::kOutboundData;
  while (!session_.pending_output().empty() && !is_output_broken_) {
    const auto taken = stream_->write_some(session_.pending_output());
    if (!taken) {
      is_output_broken_ = true;
    } else if (*taken == 0) {
      break;
    } else {
      session_.sent(*taken);
    }
  }
  if (is_output_broken_) session_.sent(session_.pending_output().size());
  if (was_full && session_.pending_output().size() < limits::kOutboundData) ++nudges_;
  if (has_leader_ && !leader_watches_output_ && !session_.pending_output().empty()) {
    stream_->wake();
  }
  if (!session_.pending_output().empty()) say_news();
}

void BlockingDriver::notify_concerned() {
  for (Waiter* waiter : waiters_) {
    if (!session_.failure() && !has_news(*waiter)) continue;
    if (waiter->is_sleeping) waiter->condition.notify_one();
    if (waiter->on_news != nullptr) (*waiter->on_news)();
  }
}

void BlockingDriver::promote_a_sleeper() {
  if (has_leader_) return;
  for (Waiter* waiter : waiters_) {
    if (!waiter->is_sleeping) continue;
    waiter->condition.notify_one();
    return;
  }
}

void BlockingDriver::note_seen(Waiter& waiter) const {
  waiter.seen_connection = inbox_.version() + nudges_;
  const auto* channel = waiter.operation->channel();
  waiter.seen_channel = channel == nullptr ? 0 : channel->version();
}

bool BlockingDriver::has_news(const Waiter& waiter) const {
  if (waiter.seen_connection != inbox_.version() + nudges_) return true;
  const auto* channel = waiter.operation->channel();
  return channel != nullptr && waiter.seen_channel != channel->version();
}

bool BlockingDriver::is_ours() const {
  return this_process() == process_;
}

// In a forked child whoever had the lock may be gone: then nobody is in the way either.
BlockingDriver::Lock BlockingDriver::enter() {
  if (is_ours()) return Lock(mutex_);
  return {mutex_, std::try_to_lock};
}

void BlockingDriver::when_free(Work work) {
  if (!is_ours()) return;
  {
    const std::scoped_lock lock(postponed_mutex_);
    postponed_.push_back(std::move(work));
  }
  // Not std::mutex::try_lock(): this thread may hold the lock, for which POSIX, unlike C++, says
  // what happens.
  if (pthread_mutex_trylock(mutex_.native_handle()) == 0) {
    do_postponed();
    flush();
    pthread_mutex_unlock(mutex_.native_handle());
  }
}

bool BlockingDriver::is_so_at_once(const Look& look) {
  if (!is_ours() || pthread_mutex_trylock(mutex_.native_handle()) != 0) return false;
  const bool is_so = !session_.failure() && look(session_);
  pthread_mutex_unlock(mutex_.native_handle());
  return is_so;
}

void BlockingDriver::do_postponed() {
  if (!is_ours()) return;
  std::vector<Work> works;
  {
    const std::scoped_lock lock(postponed_mutex_);
    works.swap(postponed_);
  }
  for (const Work& work : works) work(session_, inbox_);
}

void BlockingDriver::poke() {
  if (!is_ours()) return;
  const Lock lock(mutex_);
  ++nudges_;
  notify_concerned();
  stream_->wake();
}

void BlockingDriver::close() {
  if (!is_ours()) return;
  Lock lock(mutex_);
  is_closed_ = true;
  session_.disconnect();
  Instant give_up = now() + kLinger;
  std::size_t left = session_.pending_output().size();
  for (flush(); !session_.pending_output().empty() && now() < give_up; flush()) {
    if (session_.pending_output().size() < left) give_up = now() + kLinger;
    left = session_.pending_output().size();
    lock.unlock();
    linger();
    lock.lock();
  }
  stream_->shut_down();
  session_.release_idle_memory();
  notify_concerned();
}

void BlockingDriver::abort() {
  if (!is_ours()) return;
  is_aborted_ = true;
  stream_->shut_down();  // without the lock: whoever holds it may be waiting for the stream
  const Lock lock(mutex_);
  session_.ended(ECONNABORTED);
  drain();
  notify_concerned();
}

}  // namespace hawser::client
