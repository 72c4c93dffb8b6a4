#include "hawser/operations/scp_link.h"

#include <algorithm>

#include "hawser/base/display.h"
#include "hawser/base/invariant.h"

namespace hawser::operations {

ScpLink::ScpLink(std::string command, std::size_t capacity)
    : command_(std::move(command)),
      open_(connection::SessionKind{}),
      capacity_(capacity),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity)) {}

Result<std::optional<Want>> ScpLink::proceed(session::Session& session, Inbox& inbox) {
  if (!is_started_) {
    Want want = HAWSER_TRY(open_.advance(session, inbox));
    if (!std::holds_alternative<Done>(want)) return want;
    HAWSER_TRY(session.request(open_.box()->id(), connection::ExecRequest{command_}));
    ticket_ = open_.box()->take_ticket();
    is_started_ = true;
  }
  if (ticket_) {
    const auto reply = open_.box()->take_reply(*ticket_);
    if (reply && !*reply) return fail(Errc::channel_request_refused, "scp");
    if (reply) ticket_.reset();
  }
  // Also later: there may be room again.
  HAWSER_TRY(open_.box()->direct_to(session, this));
  return std::nullopt;
}

void ScpLink::cancel(session::Session& session, Inbox& inbox) {
  open_.cancel(session, inbox);
  if (open_.box()) (void)open_.box()->direct_to(session, nullptr);
}

// what it says -----------------------------------------------------------------------------------

Status ScpLink::drop(session::Session& session, std::size_t size) {
  HAWSER_INVARIANT(size <= end_ - begin_);
  begin_ += size;
  if (begin_ < end_) return {};
  begin_ = end_ = 0;
  return open_.box()->direct_to(session, this);
}

void ScpLink::fill(ByteSpan to) {
  const std::size_t size = std::min(said().size(), to.size());
  copy(said().first(size), to);
  begin_ += size;
  if (begin_ == end_) begin_ = end_ = 0;
  to_fill_ = to.subspan(size);
}

void ScpLink::take(connection::Stream stream, ByteView data) {
  if (stream == connection::Stream::error) return keep_error_output(data);
  const std::size_t direct = std::min(to_fill_.size(), data.size());
  copy(data.first(direct), to_fill_);
  to_fill_ = to_fill_.subspan(direct);
  data = data.subspan(direct);
  copy(data, ByteSpan(buffer_.get(), capacity_).subspan(end_));
  end_ += data.size();
}

std::size_t ScpLink::room(connection::Stream stream) const {
  if (stream == connection::Stream::error) return SIZE_MAX;
  return to_fill_.size() + (capacity_ - end_);
}

void ScpLink::keep_error_output(ByteView data) {
  append(error_output_, data);
  if (error_output_.size() <= limits::kTextShown) return;
  const auto surplus = static_cast<std::ptrdiff_t>(error_output_.size() - limits::kTextShown);
  error_output_.erase(error_output_.begin(), error_output_.begin() + surplus);
}

std::string ScpLink::error_output() const {
  ByteView text = error_output_;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text = text.first(text.size() - 1);
  }
  return display(text);
}

// what is sent -----------------------------------------------------------------------------------

// A remote that has gone takes nothing; what it said before is looked at all the same.
Result<bool> ScpLink::send(session::Session& session, std::string& output) {
  if (is_closed()) output.clear();
  if (output.empty()) return true;
  output.erase(0, HAWSER_TRY(session.write(open_.box()->id(), Gather(as_bytes(output)))));
  return output.empty();
}

Result<std::size_t> ScpLink::send_data(session::Session& session, ByteView data) {
  return session.write(open_.box()->id(), Gather(data));
}

Status ScpLink::send_end(session::Session& session) {
  if (has_sent_end_ || is_closed()) return {};
  has_sent_end_ = true;
  return session.send_eof(open_.box()->id());
}

// its end ----------------------------------------------------------------------------------------

bool ScpLink::has_ended() const {
  return open_.box()->has_ended() && said().empty() &&
         open_.box()->readable(connection::Stream::standard) == 0;
}

Result<Want> ScpLink::await_end(session::Session& session) {
  while (!said().empty()) HAWSER_TRY(drop(session, said().size()));
  if (is_closed()) return Done{};
  return await_more();
}

Result<Want> ScpLink::await_more() const {
  if (!has_ended()) return AwaitPeer{"the remote scp", Patience::for_protocol};
  if (!is_closed()) return AwaitPeer{"the end of the remote scp", Patience::for_protocol};
  return fail(Errc::scp_ended, "scp");
}

}  // namespace hawser::operations
