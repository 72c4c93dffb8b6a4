#include "hawser/client/connection.h"

#include "hawser/client/channel.h"
#include "hawser/operations/handshake.h"
#include "hawser/operations/upkeep.h"

namespace hawser::client {

namespace {

class JudgingWorld final : public World {
 public:
  JudgingWorld(const crypto::Engine& engine, const HostKeyPolicy& policy)
      : engine_(engine), policy_(policy) {}
  Status judge(const keys::PublicKey& key) override {
    auto verdict = judge_host_key(engine_, policy_, key);
    if (verdict) return {};
    failure = std::move(verdict).error();
    return std::unexpected(failure->error);
  }
  std::optional<Failure> failure;

 private:
  const crypto::Engine& engine_;
  const HostKeyPolicy& policy_;
};

class FeedingWorld final : public World {
 public:
  explicit FeedingWorld(const InputSource& source) : source_(source) {}
  Result<Input> read_input(ByteSpan to) override {
    auto input = source_(to);
    if (input) return *input;
    failure = std::move(input).error();
    return std::unexpected(failure->error);
  }
  std::optional<Failure> failure;

 private:
  const InputSource& source_;
};

}  // namespace

Connection::Connection(std::unique_ptr<ByteStream> stream, ConnectionOptions options,
                       const crypto::Engine& engine)
    : engine_(engine),
      host_key_policy_(std::move(options.host_key)),
      driver_(options.session, engine, std::move(stream)),
      login_algorithms_(std::move(options.session.transport.proposal.login)),
      required_rsa_bits_(options.session.transport.required_rsa_bits),
      timeout_(options.timeout) {}

Connection::~Connection() = default;

Outcome<std::shared_ptr<Connection>> Connection::connect(std::unique_ptr<ByteStream> stream,
                                                         ConnectionOptions options,
                                                         const crypto::Engine& engine,
                                                         const Interrupt& interrupt) {
  auto& proposal = options.session.transport.proposal;
  if (proposal.kex.empty()) proposal = transport::default_proposal(engine);
  if (const Status checked = transport::check_proposal(engine, proposal); !checked) {
    return std::unexpected(explain(checked.error(), Report{}));
  }
  fit_to_known_hosts(engine, options.host_key, proposal.host_key);
  std::shared_ptr<Connection> connection(
      new Connection(std::move(stream), std::move(options), engine));
  HAWSER_TRY_OUTCOME(connection->handshake(interrupt));
  return connection;
}

Outcome<void> Connection::handshake(const Interrupt& interrupt) {
  operations::Handshake handshake;
  JudgingWorld world(engine_, host_key_policy_);
  auto outcome = perform(handshake, world, limits(interrupt));
  host_key_policy_.ask = {};  // judged once; nothing of the caller's is held on to
  if (outcome) return outcome;
  driver_.abort();
  if (world.failure) return std::unexpected(*std::move(world.failure));
  return outcome;
}

Outcome<void> Connection::perform(operations::Operation& operation, World& world,
                                  const WaitLimits& limits) {
  return explained(driver_.run(operation, world, limits));
}

// The long story is the session's where the failure is.
Outcome<void> Connection::explained(const Status& status) {
  if (status) return {};
  return driver_.with_session([&](session::Session& session, operations::Inbox&) {
    const bool is_sessions = session.failure() && *session.failure() == status.error();
    return Outcome<void>(
        std::unexpected(explain(status.error(), is_sessions ? session.report() : Report{})));
  });
}

WaitLimits Connection::limits(const Interrupt& interrupt) const {
  return {timeout(), std::nullopt, interrupt};
}

Outcome<CommandResult> Connection::run(operations::CommandSpec spec, const InputSource& input,
                                       std::optional<Duration> timeout,
                                       const Interrupt& interrupt) {
  spec.has_input = static_cast<bool>(input);
  operations::Command command(std::move(spec));
  FeedingWorld world(input);
  WaitLimits wait = limits(interrupt);
  wait.operation = timeout;
  auto outcome = perform(command, world, wait);
  if (!outcome && world.failure) return std::unexpected(*std::move(world.failure));
  return conclude(command, std::move(outcome));
}

Outcome<CommandResult> conclude(operations::Command& command, Outcome<void> outcome) {
  if (outcome) {
    return CommandResult{command.take_output(), command.take_error_output(), command.exit()};
  }
  Failure& failure = outcome.error();
  if (failure.error.code == Errc::channel_request_refused) {
    failure.text = "the server refused " + command.refused();
    if (command.refused().starts_with("environment")) {
      failure.text += ": sshd takes only what its AcceptEnv names";
    }
  }
  if (failure.error.code == Errc::channel_open_refused) {
    explain_refusal(failure, *command.refusal());
  }
  if (failure.error.code == Errc::timed_out) {
    failure.has_output = true;
    failure.output = command.take_output();
    failure.error_output = command.take_error_output();
  }
  return std::unexpected(std::move(failure));
}

Outcome<std::shared_ptr<Channel>> Connection::open(const connection::ChannelKind& kind,
                                                   const Interrupt& interrupt) {
  operations::OpenChannel open(kind);
  auto outcome = perform(open, no_world(), limits(interrupt));
  if (outcome) return std::make_shared<Channel>(shared_from_this(), open.box());
  if (outcome.error().error.code == Errc::channel_open_refused) {
    explain_refusal(outcome.error(), *open.box()->refusal());
  }
  return std::unexpected(std::move(outcome).error());
}

Outcome<void> Connection::keepalive(std::optional<Duration> timeout, const Interrupt& interrupt) {
  operations::Keepalive keepalive;
  WaitLimits wait = limits(interrupt);
  if (timeout) wait.protocol = timeout;
  return perform(keepalive, no_world(), wait);
}

Outcome<void> Connection::rekey(const Interrupt& interrupt) {
  operations::Rekey rekey;
  return perform(rekey, no_world(), limits(interrupt));
}

void Connection::close() {
  driver_.close();
}
void Connection::abort() {
  driver_.abort();
}

Facts Connection::facts() {
  return driver_.with_session([](session::Session& session, operations::Inbox&) {
    const auto& kex = session.transport().kex();
    Facts facts;
    facts.server_version = session.transport().server_line();
    facts.is_strict = kex.strict() == wire::StrictKex::on;
    facts.session_id = to_bytes(kex.session_id());
    facts.exchanges = kex.exchanges();
    if (kex.agreed()) {
      facts.kex = kex.agreed()->kex->name;
      facts.host_key_algorithm = kex.agreed()->host_key->name;
      facts.client_to_server = kex.agreed()->client_to_server;
      facts.server_to_client = kex.agreed()->server_to_client;
    }
    if (kex.host_key()) {
      facts.host_key_type = kex.host_key()->type();
      facts.host_key_blob = to_bytes(kex.host_key()->blob());
    }
    return facts;
  });
}

std::string Connection::banner() {
  return driver_.with_session(
      [](session::Session&, operations::Inbox& inbox) { return inbox.banner(); });
}

std::vector<std::string> Connection::warnings() {
  auto all = driver_.with_session(
      [](session::Session&, operations::Inbox& inbox) { return inbox.weaknesses(); });
  if (auto weakness = login_weakness(); !weakness.empty()) all.push_back(std::move(weakness));
  return all;
}

std::string Connection::login_weakness() const {
  const std::scoped_lock lock(mutex_);
  return login_weakness_;
}

bool Connection::is_logged_in() {
  return driver_.with_session(
      [](session::Session& session, operations::Inbox&) { return session.is_logged_in(); });
}

bool Connection::is_closed() {
  return !driver_.is_ours() ||
         driver_.with_session([](session::Session& session, operations::Inbox&) {
           return session.failure().has_value();
         });
}

bool Connection::is_left_open() {
  return driver_.is_so_at_once([](const session::Session&) { return true; });
}

std::optional<Duration> Connection::timeout() const {
  const std::scoped_lock lock(mutex_);
  return timeout_;
}

void Connection::set_timeout(std::optional<Duration> timeout) {
  const std::scoped_lock lock(mutex_);
  timeout_ = timeout;
}

}  // namespace hawser::client
