// Opening a channel (RFC 4254 5.1).
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

class OpenChannel final : public Operation {
 public:
  // The texts in `kind` are borrowed until the first advance().
  explicit OpenChannel(const connection::ChannelKind& kind) : kind_(kind) {}

  // Done when it is open; channel_open_refused: look at box()->refusal().
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const ChannelBox* channel() const override { return box_.get(); }

  [[nodiscard]] const std::shared_ptr<ChannelBox>& box() const { return box_; }

 private:
  connection::ChannelKind kind_;
  std::shared_ptr<ChannelBox> box_;
};

}  // namespace hawser::operations
