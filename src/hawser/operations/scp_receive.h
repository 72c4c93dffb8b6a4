// One remote file into the caller's memory by SCP, in runs of the same operation: to its size, to
// its bytes as often as the caller wishes, to its end.
//
//   run; size(); { read_into(span); run; } ...; finish(); run
//
// Each run is done when that is reached, or when the remote has nothing (more) to give: is_over().
#pragma once

#include "hawser/operations/scp_link.h"
#include "hawser/scp/quote.h"
#include "hawser/scp/scp_sink.h"

namespace hawser::operations {

class ScpReceive final : public Operation {
 public:
  // `command` as scp::remote_command() makes it for a file of this name.
  ScpReceive(std::string command, std::string name)
      : link_(std::move(command), ScpLink::kReplies),
        sink_(std::move(name), scp::Recursion::none) {}

  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override { link_.cancel(session, inbox); }
  [[nodiscard]] const ChannelBox* channel() const override { return link_.channel(); }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Requires: `to` is not empty, outlives the run, and has no more than is left of the file.
  void read_into(ByteSpan to);
  // Requires: all bytes were read.
  void finish() { stage_ = Stage::ending; }

  // The remote has ended in order: look at sink().complaints() and link().exit().
  [[nodiscard]] bool is_over() const { return stage_ == Stage::over; }
  [[nodiscard]] const ScpLink& link() const { return link_; }
  [[nodiscard]] const scp::ScpSink& sink() const { return sink_; }

 private:
  enum class Stage : std::uint8_t { beginning, announced, filling, ending, over };

  Result<Want> fill();
  Result<Want> converse(session::Session& session);

  ScpLink link_;
  scp::ScpSink sink_;
  Stage stage_ = Stage::beginning;
  std::uint64_t size_ = 0;
};

}  // namespace hawser::operations
