#include "hawser/client/connection.h"

#include <algorithm>

#include "hawser/client/channel.h"
#include "hawser/operations/handshake.h"
#include "hawser/operations/login.h"
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

class SigningWorld final : public World {
 public:
  SigningWorld(const crypto::Engine& engine, const keys::MemorySigner& signer)
      : engine_(engine), signer_(signer) {}
  Result<Bytes> sign(const session::SignatureWanted& request) override {
    return signer_.sign(engine_, request.algorithm, request.data);
  }

 private:
  const crypto::Engine& engine_;
  const keys::MemorySigner& signer_;
};

class AnsweringWorld final : public World {
 public:
  explicit AnsweringWorld(const Connection::PromptHandler& answer) : answer_(answer) {}
  Result<std::vector<SecretBytes>> answer_prompts(const session::PromptsShown& request) override {
    auto answers = answer_(request);
    if (answers) return *std::move(answers);
    failure = std::move(answers).error();
    return std::unexpected(failure->error);
  }
  std::optional<Failure> failure;

 private:
  const Connection::PromptHandler& answer_;
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

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

// RFC 8332: one RSA key, several algorithms. In order: those that the server says it takes, then
// the others, for servers that do not say, or say more than they take.
std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms) {
  const wire::NameList accepted(server_algorithms);
  std::vector<std::string> algorithms;
  for (const bool is_accepted : {true, false}) {
    for (const auto& row : engine.signatures) {
      if (row.key_type == key_type && accepted.contains(row.name) == is_accepted) {
        algorithms.emplace_back(row.name);
      }
    }
  }
  return algorithms;
}

bool may_try_again(const Failure& failure) {
  return failure.error.code == Errc::auth_refused && !failure.is_partial &&
         std::find(failure.allowed.begin(), failure.allowed.end(), "publickey") !=
             failure.allowed.end();
}

}  // namespace

Connection::Connection(std::unique_ptr<ByteStream> stream, ConnectionOptions options,
                       const crypto::Engine& engine)
    : engine_(engine),
      host_key_policy_(std::move(options.host_key)),
      driver_(std::move(options.session), engine, std::move(stream)),
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
  prefer_known_types(engine, options.host_key, proposal.host_key);
  std::shared_ptr<Connection> connection(
      new Connection(std::move(stream), std::move(options), engine));
  HAWSER_TRY_OUTCOME(connection->handshake(interrupt));
  return connection;
}

Outcome<void> Connection::handshake(const Interrupt& interrupt) {
  operations::Handshake handshake;
  JudgingWorld world(engine_, host_key_policy_);
  auto outcome = perform(handshake, world, limits(interrupt));
  host_key_policy_ = {};  // judged once; nothing of the caller's is held on to
  if (outcome) return outcome;
  driver_.abort();
  if (world.failure) return std::unexpected(*std::move(world.failure));
  return outcome;
}

Outcome<void> Connection::perform(operations::Operation& operation, World& world,
                                  const WaitLimits& limits) {
  const Status status = driver_.run(operation, world, limits);
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

Outcome<void> Connection::login(const std::string& user, auth::Credential credential, World& world,
                                const Interrupt& interrupt) {
  operations::Login login(user, std::move(credential));
  auto outcome = perform(login, world, limits(interrupt));
  if (outcome) return outcome;
  Failure& failure = outcome.error();
  if (failure.error.code == Errc::auth_refused) {
    const auto& refused = login.refused();
    failure.allowed = refused.allowed;
    failure.is_partial = refused.is_partial;
    failure.text = refused.wants_password_change
                       ? "the password has expired: the server wants a new one before it lets '" +
                             user + "' in"
                   : refused.is_partial
                       ? "the server accepted this step for '" + user + "' and wants a further one"
                       : "the server refused the login of '" + user + "'";
    failure.text += "; it accepts: " + joined(refused.allowed);
  }
  // A login that was given up halfway cannot be taken back: its answer may still come.
  const bool is_under_way = driver_.with_session([](session::Session& session, operations::Inbox&) {
    return session.is_login_under_way() && !session.failure();
  });
  if (is_under_way) abort();
  return outcome;
}

Outcome<void> Connection::login_none(const std::string& user, const Interrupt& interrupt) {
  return login(user, auth::NoneCredential{}, no_world(), interrupt);
}

Outcome<void> Connection::login_password(const std::string& user, SecretBytes password,
                                         std::optional<SecretBytes> new_password,
                                         const Interrupt& interrupt) {
  return login(user, auth::PasswordCredential{std::move(password), std::move(new_password)},
               no_world(), interrupt);
}

Outcome<void> Connection::login_keyboard_interactive(const std::string& user,
                                                     const PromptHandler& answer,
                                                     const Interrupt& interrupt) {
  AnsweringWorld world(answer);
  auto outcome = login(user, auth::KeyboardInteractiveCredential{}, world, interrupt);
  if (!outcome && world.failure) return std::unexpected(*std::move(world.failure));
  return outcome;
}

Outcome<void> Connection::login_public_key(const std::string& user,
                                           const keys::MemorySigner& signer,
                                           const Interrupt& interrupt) {
  const std::string accepted =
      driver_.with_session([](session::Session& session, operations::Inbox&) {
        return session.transport().server_signature_algorithms();
      });
  Outcome<void> outcome = std::unexpected(explain(Error{Errc::key_unsupported, 0, "login"}, {}));
  SigningWorld world(engine_, signer);
  for (auto& algorithm : signature_algorithms(engine_, signer.type(), accepted)) {
    auth::PublicKeyCredential credential;
    credential.algorithm = std::move(algorithm);
    credential.key_blob = to_bytes(signer.public_blob());
    outcome = login(user, std::move(credential), world, interrupt);
    if (outcome || !may_try_again(outcome.error())) break;
  }
  return outcome;
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
  if (outcome)
    return CommandResult{command.take_output(), command.take_error_output(), command.exit()};
  if (world.failure) return std::unexpected(*std::move(world.failure));
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

std::optional<Duration> Connection::timeout() const {
  const std::scoped_lock lock(mutex_);
  return timeout_;
}

void Connection::set_timeout(std::optional<Duration> timeout) {
  const std::scoped_lock lock(mutex_);
  timeout_ = timeout;
}

}  // namespace hawser::client
