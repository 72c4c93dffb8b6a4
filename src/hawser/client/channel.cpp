#include "hawser/client/channel.h"

#include "hawser/operations/ask_channel.h"

namespace hawser::client {

namespace {

std::string_view reason_name(std::uint32_t reason) {  // RFC 4254 5.1
  switch (reason) {
    case 1:
      return "administratively prohibited";
    case 2:
      return "connect failed";
    case 3:
      return "unknown channel type";
    case 4:
      return "resource shortage";
    default:
      return "no known reason";
  }
}

}  // namespace

void explain_refusal(Failure& failure, const operations::ChannelRefusal& refusal) {
  failure.code = refusal.reason;
  failure.text =
      "the server refused to open the channel: " + std::string(reason_name(refusal.reason));
  if (!refusal.text.empty()) failure.text += " (" + refusal.text + ")";
}

Channel::Channel(std::shared_ptr<Connection> connection,
                 std::shared_ptr<operations::ChannelBox> box)
    : connection_(std::move(connection)), box_(std::move(box)) {}

Channel::~Channel() {
  if (is_closed_by_us_) return;
  connection_->driver().when_free([id = box_->id()](session::Session& session, operations::Inbox&) {
    (void)session.close(id);
  });
}

Outcome<void> Channel::usable() const {
  if (!is_closed_by_us_) return {};
  return std::unexpected(explain(Error{Errc::closed, 0, "channel"}, Report{}));
}

WaitLimits Channel::limits(const Interrupt& interrupt) const {
  WaitLimits limits = connection_->limits(interrupt);
  limits.operation = timeout();
  return limits;
}

Outcome<void> Channel::request(const connection::ChannelRequest& request, std::string_view what,
                               const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  operations::AskChannel ask(box_, request);
  auto outcome = connection_->perform(ask, no_world(), limits(interrupt));
  if (!outcome && outcome.error().error.code == Errc::channel_request_refused) {
    outcome.error().text = "the server refused " + std::string(what);
  }
  return outcome;
}

Outcome<std::size_t> Channel::read(connection::Stream stream, ByteSpan to,
                                   const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  operations::ReadChannel read(box_, stream, to);
  HAWSER_TRY_OUTCOME(connection_->perform(read, no_world(), limits(interrupt)));
  return read.size();
}

Outcome<std::size_t> Channel::write(ByteView data, operations::WriteAmount amount,
                                    const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  operations::WriteChannel write(box_, data, amount);
  HAWSER_TRY_OUTCOME(connection_->perform(write, no_world(), limits(interrupt)));
  return write.size();
}

Outcome<void> Channel::send_eof() {
  HAWSER_TRY_OUTCOME(usable());
  return connection_->driver().with_session(
      [this](session::Session& session, operations::Inbox&) -> Outcome<void> {
        const Status status = session.send_eof(box_->id());
        if (status || status.error().code == Errc::channel_closed) return {};
        return std::unexpected(explain(status.error(), session.report()));
      });
}

Outcome<void> Channel::wait(std::optional<Duration> timeout, const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  operations::AwaitClose await(box_);
  WaitLimits wait = limits(interrupt);
  wait.operation = timeout;
  return connection_->perform(await, no_world(), wait);
}

void Channel::close() {
  if (is_closed_by_us_.exchange(true)) return;
  // A session that has failed has no channels left to close.
  (void)connection_->driver().with_session([this](session::Session& session, operations::Inbox&) {
    return box_->is_closed() ? Status{} : session.close(box_->id());
  });
}

std::optional<operations::ChannelExit> Channel::exit() const {
  return connection_->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return box_->exit(); });
}

bool Channel::has_ended() const {
  return connection_->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return box_->has_ended(); });
}

bool Channel::is_closed() const {
  return is_closed_by_us_ || !connection_->driver().is_ours() ||
         connection_->driver().with_session([this](session::Session& session, operations::Inbox&) {
           return box_->is_closed() || session.failure().has_value();
         });
}

bool Channel::is_left_open() const {
  return !is_closed_by_us_ && connection_->driver().is_so_at_once(
                                  [this](const session::Session&) { return !box_->has_ended(); });
}

std::size_t Channel::readable(connection::Stream stream) const {
  return connection_->driver().with_session(
      [&](session::Session&, operations::Inbox&) { return box_->readable(stream); });
}

std::optional<Duration> Channel::timeout() const {
  const std::scoped_lock lock(mutex_);
  return timeout_;
}

void Channel::set_timeout(std::optional<Duration> timeout) {
  const std::scoped_lock lock(mutex_);
  timeout_ = timeout;
}

}  // namespace hawser::client
