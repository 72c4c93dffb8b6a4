// Listening at the server (RFC 4254 7.1): asking for it, taking who comes, giving it up.
#pragma once

#include "hawser/operations/listening.h"
#include "hawser/operations/operation.h"

namespace hawser::operations {

class Listen final : public Operation {
 public:
  explicit Listen(std::shared_ptr<Listening> listening) : listening_(std::move(listening)) {}

  // channel_request_refused if the server will not.
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override;

 private:
  Result<Want> conclude(ByteView answer);

  std::shared_ptr<Listening> listening_;
  std::optional<std::uint64_t> awaited_;  // the global reply
};

// Waits for the next who comes, and opens the channel to them.
class Accept final : public Operation {
 public:
  explicit Accept(std::shared_ptr<Listening> listening) : listening_(std::move(listening)) {}

  // Errc::closed once nobody listens any more.
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] Offer& offer() { return *offer_; }

 private:
  std::shared_ptr<Listening> listening_;
  std::optional<Offer> offer_;
};

// Who waits is refused, and so is who still comes.
void stop_listening(session::Session& session, Inbox& inbox, Listening& listening);

}  // namespace hawser::operations
