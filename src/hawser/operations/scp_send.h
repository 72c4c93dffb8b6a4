// One file from the caller's memory to a remote path by SCP, with exactly the permissions asked
// for.
#pragma once

#include "hawser/operations/scp_link.h"
#include "hawser/scp/scp_source.h"

namespace hawser::operations {

class ScpSend final : public Operation {
 public:
  // `command` as scp::remote_command() makes it, preserving; `data` outlives the operation.
  ScpSend(std::string command, std::uint32_t mode, ByteView data)
      : link_(std::move(command), ScpLink::kReplies), mode_(mode), data_(data) {}

  // Done when the remote has ended: look at source().complaints() and link().exit().
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override { link_.cancel(session, inbox); }
  [[nodiscard]] const ChannelBox* channel() const override { return link_.channel(); }

  [[nodiscard]] const ScpLink& link() const { return link_; }
  [[nodiscard]] const scp::ScpSource& source() const { return source_; }
  // Whether a complaint is about the path being a directory: one that the remote would have put a
  // file into, had its name not been one that no directory takes.
  [[nodiscard]] static bool is_about_directory(std::string_view complaint);

 private:
  enum class Stage : std::uint8_t { greeting, creating, created, sending, sent, over };

  void go_on(scp::Answer answer);
  Result<bool> feed(session::Session& session);

  ScpLink link_;
  scp::ScpSource source_;
  std::uint32_t mode_;
  ByteView data_;
  std::size_t done_ = 0;
  Stage stage_ = Stage::greeting;
};

}  // namespace hawser::operations
