// From nothing to an SFTP link that stands: a channel, the subsystem, the versions, the limits.
#pragma once

#include "hawser/operations/open_channel.h"
#include "hawser/operations/sftp_link.h"

namespace hawser::operations {

class OpenSftp final : public Operation, private sftp::Receiver {
 public:
  // `server` as SftpLink has it.
  explicit OpenSftp(std::string server = "sftp")
      : open_(connection::SessionKind{}), server_(std::move(server)) {}

  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const ChannelBox* channel() const override { return open_.channel(); }

  // Once it is done, or failed after the channel was open.
  [[nodiscard]] const std::shared_ptr<SftpLink>& link() const { return link_; }
  [[nodiscard]] const ChannelRefusal* refusal() const {
    return open_.box() && open_.box()->refusal() ? &*open_.box()->refusal() : nullptr;
  }

 private:
  enum class Stage : std::uint8_t { opening, asking, greeting, limits };

  void take(sftp::RequestId id, const sftp::Reply& reply) override;  // of limits@openssh.com

  OpenChannel open_;
  std::string server_;
  Stage stage_ = Stage::opening;
  std::uint64_t ticket_ = 0;
  std::shared_ptr<SftpLink> link_;
  bool has_limits_ = false;
};

}  // namespace hawser::operations
