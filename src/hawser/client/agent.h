// An ssh-agent behind its socket (draft-ietf-sshm-ssh-agent). Each call is a connection of its own:
// nothing is held between them, and nothing is shared after a fork.
#pragma once

#include <functional>
#include <memory>

#include "hawser/client/signer.h"
#include "hawser/keys/agent_messages.h"

namespace hawser::client {

class Agent {
 public:
  // `path` of the socket; empty: that of SSH_AUTH_SOCK, and agent_unreachable if there is none.
  static Outcome<std::shared_ptr<Agent>> at(std::string path);

  using Interrupt = std::function<bool()>;
  // In the agent's order.
  Outcome<std::vector<keys::agent::Identity>> identities(const Interrupt& interrupt = {}) const;
  // An agent may ask a person first, or wait for a touch: it is given two minutes.
  Outcome<Bytes> sign(ByteView key_blob, std::string_view algorithm, ByteView data,
                      const Interrupt& interrupt = {}) const;

  // Has it hold the key, too. agent_refused: it would not.
  Outcome<void> add(const crypto::Engine& engine, const keys::MemorySigner& key,
                    const keys::agent::Hold& hold, const Interrupt& interrupt = {}) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Agent(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Failure failed(const Error& error) const;

  std::string path_;
};

// One key of an agent's.
class AgentSigner final : public Signer {
 public:
  AgentSigner(std::shared_ptr<Agent> agent, Bytes key_blob, Agent::Interrupt interrupt)
      : agent_(std::move(agent)),
        key_blob_(std::move(key_blob)),
        interrupt_(std::move(interrupt)) {}
  [[nodiscard]] ByteView public_blob() const override { return key_blob_; }
  Outcome<Bytes> sign(std::string_view algorithm, ByteView data) override {
    return agent_->sign(key_blob_, algorithm, data, interrupt_);
  }

 private:
  std::shared_ptr<Agent> agent_;
  Bytes key_blob_;
  Agent::Interrupt interrupt_;
};

}  // namespace hawser::client
