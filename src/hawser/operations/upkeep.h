// What keeps a connection in shape: a sign of life, new keys.
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

// Asks the server for any answer at all (keepalive@openssh.com) and waits for it.
class Keepalive final : public Operation {
 public:
  Result<Want> advance(session::Session& session, Inbox& inbox) override;

 private:
  std::optional<std::uint64_t> awaited_;  // the count of global replies that ends the wait
};

// A key exchange of our own (RFC 4253 9), until both directions use the new keys.
class Rekey final : public Operation {
 public:
  Result<Want> advance(session::Session& session, Inbox& inbox) override;

 private:
  std::optional<std::uint64_t> before_;
};

}  // namespace hawser::operations
