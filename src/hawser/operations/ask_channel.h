// One request on an open channel and its answer (RFC 4254 5.4).
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

class AskChannel final : public Operation {
 public:
  // The texts in `request` are borrowed until the first advance().
  AskChannel(std::shared_ptr<ChannelBox> box, connection::ChannelRequest request)
      : box_(std::move(box)), request_(std::move(request)) {}

  // Done when it was granted, or sent if it is of a kind that is never answered.
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const ChannelBox* channel() const override { return box_.get(); }

 private:
  std::shared_ptr<ChannelBox> box_;
  connection::ChannelRequest request_;
  std::optional<std::uint64_t> ticket_;  // once it is sent
};

}  // namespace hawser::operations
