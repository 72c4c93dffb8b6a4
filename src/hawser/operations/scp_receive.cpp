#include "hawser/operations/scp_receive.h"

namespace hawser::operations {

void ScpReceive::read_into(ByteSpan to) {
  stage_ = Stage::filling;
  sink_.data_taken(to.size());
  link_.fill(to);
}

Result<Want> ScpReceive::advance(session::Session& session, Inbox& inbox) {
  if (auto want = HAWSER_TRY(link_.proceed(session, inbox))) return *std::move(want);
  HAWSER_TRY(link_.send(session, sink_.output()));
  switch (stage_) {
    case Stage::announced:
    case Stage::over:
      return Done{};
    case Stage::filling:
      return fill();
    case Stage::beginning:
    case Stage::ending:
      break;
  }
  return converse(session);
}

Result<Want> ScpReceive::fill() {
  if (link_.unfilled() > 0) return link_.await_more();
  return Done{};
}

Result<Want> ScpReceive::converse(session::Session& session) {
  for (;;) {
    const auto offer = HAWSER_TRY(link_.next(session, sink_));
    if (!offer) break;
    if (std::holds_alternative<scp::Complained>(*offer)) continue;
    sink_.accept();
    if (const auto* offered = std::get_if<scp::FileOffered>(&*offer)) {
      size_ = offered->file.size;
      stage_ = Stage::announced;
    }
    const bool is_sent = HAWSER_TRY(link_.send(session, sink_.output()));
    if (stage_ == Stage::announced) return Done{};
    if (!is_sent) break;
  }
  if (sink_.is_complete() && sink_.output().empty()) HAWSER_TRY(link_.send_end(session));
  if (!link_.has_ended() || !link_.is_closed()) return link_.await_more();
  HAWSER_TRY(sink_.end());
  stage_ = Stage::over;
  return Done{};
}

}  // namespace hawser::operations
