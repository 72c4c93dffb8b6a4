// Asks the server to prove that it has the host keys that it announced (hostkeys-00@openssh.com and
// hostkeys-prove-00@openssh.com, OpenSSH's PROTOCOL 2.5): it signs the session's identifier by
// each.
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

class ProveHostKeys final : public Operation {
 public:
  // The engine outlives the operation.
  explicit ProveHostKeys(const crypto::Engine& engine) : engine_(engine) {}

  // host_key_signature if a signature is wrong or the server refuses; the session goes on.
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  void cancel(session::Session& session, Inbox& inbox) override;

  // All that were announced, proved or not; empty if the server announced none.
  [[nodiscard]] const std::vector<Bytes>& announced() const { return announced_; }
  // Those of them that are the server's, and of a type that the engine knows. The key of the key
  // exchange, which proved it, is the first, announced or not; a certificate is none of them.
  [[nodiscard]] const std::vector<Bytes>& proved() const { return proved_; }

 private:
  Status ask(session::Session& session, Inbox& inbox);
  Status check(session::Session& session, ByteView answer);

  const crypto::Engine& engine_;
  std::optional<std::uint64_t> round_trip_;  // the global reply behind which all announcements came
  std::optional<std::uint64_t> proof_;       // the global reply with the signatures
  std::vector<Bytes> announced_;
  std::vector<keys::PublicKey> asked_;
  std::vector<Bytes> proved_;
};

}  // namespace hawser::operations
