// Operations that take part in a session without a thread of their own (BlockingDriver::Ride).
#include <new>

#include "hawser/client/blocking_driver.h"
#include "hawser/client/clock.h"

namespace hawser::client {

void BlockingDriver::board(Ride& ride) {
  const Lock lock(mutex_);
  ride.is_late_ = is_closed_;
  if (ride.limits_.operation) ride.whole_ = now() + *ride.limits_.operation;
  ride.place_ = waiters_.insert(waiters_.end(), &ride.waiter_);
  ++riders_;
}

std::optional<Status> BlockingDriver::advance(Ride& ride) {
  Lock lock(mutex_);
  std::optional<Status> status;
  try {
    status = advance_locked(lock, ride);
  } catch (const std::bad_alloc&) {
    if (!lock.owns_lock()) lock.lock();
    session_.abandon(Errc::out_of_memory);
    status = fail(Errc::out_of_memory, "session");
  }
  if (!status) return std::nullopt;
  get_off(ride, *status);
  return ride.is_late_ ? told_late(*std::move(status)) : status;
}

void BlockingDriver::leave(Ride& ride, const Status& why) {
  const Lock lock(mutex_);
  get_off(ride, why);
}

std::optional<Status> BlockingDriver::advance_locked(Lock& lock, Ride& ride) {
  if (!is_ours()) return fail(Errc::wrong_state, "forked");
  for (;;) {
    if (ride.is_waiting_ && !has_news(ride.waiter_)) {
      if (session_.failure()) return std::unexpected(*session_.failure());
      const auto& deadline = ride.deadline_;
      if (deadline.at && now() >= *deadline.at) return fail(Errc::timed_out, deadline.phase);
      return std::nullopt;
    }
    ride.is_waiting_ = false;
    session_.on_time(now());
    do_postponed();
    note_seen(ride.waiter_);
    auto want = ride.operation_.advance(session_, inbox_);
    if (!want) return std::unexpected(want.error());
    drain();
    flush();
    if (std::holds_alternative<operations::Done>(*want)) return Status();
    if (const auto* awaited = std::get_if<operations::AwaitPeer>(&*want)) {
      ride.deadline_ = deadline_of(*awaited, ride.limits_, ride.whole_);
      ride.is_waiting_ = true;
    } else if (const Status supplied = satisfy(lock, ride.operation_, ride.world_, *want);
               !supplied) {
      return supplied;
    }
  }
}

void BlockingDriver::get_off(Ride& ride, const Status& status) {
  if (!status) {
    ride.operation_.cancel(session_, inbox_);
    flush();
  }
  waiters_.erase(ride.place_);
  --riders_;
  if (waiters_.empty()) session_.release_idle_memory();
  notify_concerned();
  promote_a_sleeper();
}

void BlockingDriver::serve() {
  if (!is_ours()) return;
  const Lock lock(mutex_);
  pump();
  flush();
  notify_concerned();
}

BlockingDriver::Vigil BlockingDriver::vigil() {
  const Lock lock(mutex_);
  stream_->will_wait();
  const bool has_output = !session_.pending_output().empty() && !is_output_broken_;
  return {stream_->descriptor(), {session_.can_receive(), has_output}, session_.next_deadline()};
}

void BlockingDriver::say_news() {
  if (riders_ == 0) return;
  for (const Waiter* waiter : waiters_) {
    if (waiter->on_news != nullptr) {
      (*waiter->on_news)();
      return;  // it looks at what is to be sent, for all of them
    }
  }
}

}  // namespace hawser::client
