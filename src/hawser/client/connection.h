// An SSH connection for C++ programs, and what the Python module stands on: every call waits until
// it is done, any number of threads may call at once, and channels keep their connection alive.
#pragma once

#include "hawser/client/blocking_driver.h"
#include "hawser/client/host_key_judge.h"
#include "hawser/operations/command.h"
#include "hawser/operations/prove_host_keys.h"

namespace hawser::client {

class Agent;
class Channel;
class Listener;
class Signer;

struct ConnectionOptions {
  session::Config session;  // proposal: transport::default_proposal(engine) unless it is set
  HostKeyPolicy host_key;
  std::optional<Duration> timeout;  // for each answer that the protocol owes us
};

// Asked while a call waits; true ends it with Errc::cancelled.
using Interrupt = std::function<bool()>;

// Where a command's input comes from: reads some bytes, end once there are no more.
using InputSource = std::function<Outcome<World::Input>(ByteSpan)>;

struct CommandResult {
  ByteQueue output;
  ByteQueue error_output;
  std::optional<operations::ChannelExit> exit;  // nullopt: the server did not say
};

// What a command came to, or how it failed, given how its operation ended.
Outcome<CommandResult> conclude(operations::Command& command, Outcome<void> outcome);

struct Facts {
  std::string server_version;
  std::string kex;
  std::string host_key_algorithm;
  transport::ProtectionSuite client_to_server;
  transport::ProtectionSuite server_to_client;
  bool is_strict = false;
  std::string host_key_type;
  Bytes host_key_blob;
  Bytes session_id;
  unsigned exchanges = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Does the handshake and judges the host key. The engine outlives the connection.
  static Outcome<std::shared_ptr<Connection>> connect(std::unique_ptr<ByteStream> stream,
                                                      ConnectionOptions options,
                                                      const crypto::Engine& engine,
                                                      const Interrupt& interrupt = {});
  ~Connection();

  Outcome<void> login_none(const std::string& user, const Interrupt& interrupt = {});
  // `new_password` is sent if the server says that the old one has expired (RFC 4252 8).
  Outcome<void> login_password(const std::string& user, SecretBytes password,
                               std::optional<SecretBytes> new_password = std::nullopt,
                               const Interrupt& interrupt = {});
  // `answer` is called for each round of the server's questions, with no lock held.
  using PromptHandler =
      std::function<Outcome<std::vector<SecretBytes>>(const session::PromptsShown&)>;
  // `submethods` is a hint to the server (RFC 4256 3.1).
  Outcome<void> login_keyboard_interactive(const std::string& user, const PromptHandler& answer,
                                           const std::string& submethods = {},
                                           const Interrupt& interrupt = {});
  using Probe = auth::PublicKeyCredential::Probe;
  // By each algorithm that the key can be used with and the proposal's `login` allows, until the
  // server takes one (RFC 8332).
  Outcome<void> login_public_key(const std::string& user, Signer& signer,
                                 Probe probe = Probe::sign_at_once,
                                 const Interrupt& interrupt = {});
  // Every key of the agent's in its order, but the one with the blob `first` before all others.
  Outcome<void> login_agent(const std::string& user, const std::shared_ptr<Agent>& agent,
                            const std::optional<Bytes>& first = std::nullopt,
                            const Interrupt& interrupt = {});
  struct HostBasedNames {
    std::string client_host;
    std::string client_user;
  };
  Outcome<void> login_host_based(const std::string& user, Signer& signer,
                                 const HostBasedNames& names, const Interrupt& interrupt = {});

  // `input` may be empty: the command then sees an empty one. A passed `timeout` gives timed_out
  // with the output so far in the failure.
  Outcome<CommandResult> run(operations::CommandSpec spec, const InputSource& input = {},
                             std::optional<Duration> timeout = std::nullopt,
                             const Interrupt& interrupt = {});

  Outcome<std::shared_ptr<Channel>> open(const connection::ChannelKind& kind,
                                         const Interrupt& interrupt = {});

  // Asks the server to listen for us: at an address and a port (0: one that it chooses), at the
  // path of a Unix socket, or, which asks nothing yet, as an agent (see connection::AgentRequest).
  Outcome<std::shared_ptr<Listener>> listen(connection::OfferKind kind, std::string address,
                                            std::uint16_t port, const Interrupt& interrupt = {});

  Outcome<void> keepalive(std::optional<Duration> timeout, const Interrupt& interrupt = {});
  Outcome<void> rekey(const Interrupt& interrupt = {});
  // The keys that the server has, each proved by its signature: the present one, and those that it
  // announced (hostkeys-00@openssh.com) and we can judge.
  Outcome<std::vector<Bytes>> prove_host_keys(const Interrupt& interrupt = {});
  struct HostKeyChange {
    std::vector<Bytes> added;
    std::vector<Bytes> removed;
  };
  // Writes them to the first known_hosts file, and takes out those that the server has no longer,
  // as OpenSSH's UpdateHostKeys does: only where the present key was known there by a line of its
  // own.
  Outcome<HostKeyChange> update_known_hosts(const Interrupt& interrupt = {});
  void close();
  void abort();

  [[nodiscard]] Facts facts();
  [[nodiscard]] std::string banner();
  // What is weak in what was agreed on, and in the login, as sentences for people.
  [[nodiscard]] std::vector<std::string> warnings();
  [[nodiscard]] std::string login_weakness() const;  // empty: none
  [[nodiscard]] bool is_logged_in();
  [[nodiscard]] bool is_closed();
  // For who drops it: whether that ends what is open. Asked without waiting; false if that is not
  // to be known.
  [[nodiscard]] bool is_left_open();
  [[nodiscard]] std::optional<Duration> timeout() const;
  void set_timeout(std::optional<Duration> timeout);

  // For Channel, RunMany and the streams on top of it.
  Outcome<void> explained(const Status& status);
  Outcome<void> perform(operations::Operation& operation, World& world, const WaitLimits& limits);
  [[nodiscard]] WaitLimits limits(const Interrupt& interrupt) const;
  BlockingDriver& driver() { return driver_; }

 private:
  Connection(std::unique_ptr<ByteStream> stream, ConnectionOptions options,
             const crypto::Engine& engine);
  Outcome<void> handshake(const Interrupt& interrupt);
  Outcome<void> prove(operations::ProveHostKeys& proof, const Interrupt& interrupt);
  Outcome<void> login(const std::string& user, auth::Credential credential, World& world,
                      const Interrupt& interrupt);
  [[nodiscard]] std::optional<Failure> too_short(ByteView key_blob) const;
  void note_login(std::string_view algorithm);  // that it worked, by this one

  const crypto::Engine& engine_;
  HostKeyPolicy host_key_policy_;  // after the handshake without its callback
  BlockingDriver driver_;
  const std::vector<std::string> login_algorithms_;
  const unsigned required_rsa_bits_;
  mutable std::mutex mutex_;  // for what follows
  std::optional<Duration> timeout_;
  std::string login_weakness_;
};

}  // namespace hawser::client
