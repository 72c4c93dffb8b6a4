#include "hawser/client/channel_stream.h"

namespace hawser::client {

namespace {

// Until the channel can be read or written as wanted, or the flag is up.
class AwaitReadiness final : public operations::Operation {
 public:
  AwaitReadiness(std::shared_ptr<operations::ChannelBox> box, Readiness wanted,
                 std::atomic<bool>& is_woken)
      : box_(std::move(box)), wanted_(wanted), is_woken_(is_woken) {}

  Result<operations::Want> advance(session::Session& session,
                                   operations::Inbox& /*inbox*/) override {
    const bool is_readable = box_->readable(connection::Stream::standard) > 0 || box_->has_ended();
    const bool is_writable = session.writable(box_->id()) > 0;
    if (is_woken_.exchange(false) || (wanted_.read && is_readable) ||
        (wanted_.write && is_writable)) {
      return operations::Done{};
    }
    return operations::AwaitPeer{"channel data", operations::Patience::without_bound};
  }
  [[nodiscard]] const operations::ChannelBox* channel() const override { return box_.get(); }

 private:
  std::shared_ptr<operations::ChannelBox> box_;
  Readiness wanted_;
  std::atomic<bool>& is_woken_;
};

}  // namespace

Result<ByteStream::ReadResult> ChannelStream::read_some(ByteSpan to) {
  return channel_->connection()->driver().with_session(
      [&](session::Session& session, operations::Inbox&) -> Result<ReadResult> {
        const auto& box = channel_->box();
        ReadResult result;
        result.size = HAWSER_TRY(box->read(session, connection::Stream::standard, to));
        result.is_end = result.size == 0 && box->has_ended();
        if (result.size == 0 && !result.is_end && session.failure()) {
          return fail(Errc::connection_lost, "outer connection");
        }
        return result;
      });
}

Result<std::size_t> ChannelStream::write_some(ByteView from) {
  return channel_->connection()->driver().with_session(
      [&](session::Session& session, operations::Inbox&) {
        return session.write(channel_->box()->id(), Gather(from));
      });
}

Status ChannelStream::wait(Readiness wanted, std::optional<Duration> most) {
  AwaitReadiness readiness(channel_->box(), wanted, is_woken_);
  WaitLimits limits;
  limits.operation = most;
  const Status waited = channel_->connection()->driver().run(readiness, no_world(), limits);
  if (waited || waited.error().code == Errc::timed_out) return {};
  return fail(Errc::connection_lost, "outer connection");
}

void ChannelStream::wake() {
  is_woken_ = true;
  channel_->connection()->driver().poke();
}

}  // namespace hawser::client
