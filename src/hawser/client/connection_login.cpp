// The logins of a connection, one method a call.
#include <algorithm>

#include "hawser/base/display.h"
#include "hawser/client/agent.h"
#include "hawser/client/certificate_words.h"
#include "hawser/client/clock.h"
#include "hawser/client/connection.h"
#include "hawser/client/legacy_advice.h"
#include "hawser/client/signer.h"
#include "hawser/keys/algorithms.h"
#include "hawser/keys/fingerprint.h"
#include "hawser/operations/login.h"
#include "hawser/transport/weakness.h"

namespace hawser::client {

namespace {

class SigningWorld final : public World {
 public:
  explicit SigningWorld(Signer& signer) : signer_(signer) {}
  Result<Bytes> sign(const session::SignatureWanted& request) override {
    const std::string_view algorithm = keys::plain_algorithm(request.algorithm);
    auto signature = signer_.sign(algorithm, request.data);
    if (signature && named(*signature) != algorithm) {
      signature = std::unexpected(wrong_algorithm(algorithm, named(*signature)));
    }
    if (signature) return *std::move(signature);
    failure = std::move(signature).error();
    return std::unexpected(failure->error);
  }
  std::optional<Failure> failure;

 private:
  // The algorithm that a signature blob names.
  static std::string_view named(ByteView signature) { return keys::key_type_of(signature); }

  // An old agent ignores what it does not know, and signs by SHA-1.
  static Failure wrong_algorithm(std::string_view wanted, std::string_view got) {
    Failure failure = explain(Error{Errc::signer_failed, 0, "sign"}, Report{});
    failure.text = "a signature by " + std::string(wanted) + " was asked for, and one by '" +
                   display(as_bytes(got), 64) + "' came";
    return failure;
  }

  Signer& signer_;
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

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

bool may_try_again(const Failure& failure) {
  return failure.error.code == Errc::auth_refused && !failure.is_partial &&
         std::find(failure.allowed.begin(), failure.allowed.end(), "publickey") !=
             failure.allowed.end();
}

// No key of all that were tried was taken.
Failure none_taken(Failure failure, std::size_t tried) {
  failure.text = "the server took none of the " + std::to_string(tried) +
                 " keys that the ssh-agent holds: " + failure.text;
  return failure;
}

// What can be said about a certificate that the server refused: it does not say why.
std::string note_on(const crypto::Engine& engine, ByteView blob, const std::string& user) {
  const auto certificate = keys::read_certificate(engine, blob);
  if (!certificate) return {};
  keys::CertificateNeed need;
  need.kind = keys::CertificateKind::user;
  need.principal = user;
  need.now = seconds_since_epoch();
  need.authority_blob = certificate->authority_blob;
  const auto fault = keys::judge_certificate(*certificate, need);
  const std::string name = "; the certificate '" + display(as_bytes(certificate->key_id)) + "': ";
  if (fault != keys::CertificateFault::none) {
    return name + complaint_of(*certificate, fault, keys::CertificateKind::user);
  }
  return name + "it is valid for this user now: does the server trust its authority, " +
         std::string(keys::key_type_of(certificate->authority_blob)) + " " +
         keys::fingerprint(engine, certificate->authority_blob).value_or("") + "?";
}

}  // namespace

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
  if (!login.is_offered()) return outcome;  // what is under way is somebody else's
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
                                                     const std::string& submethods,
                                                     const Interrupt& interrupt) {
  AnsweringWorld world(answer);
  auto outcome = login(user, auth::KeyboardInteractiveCredential{submethods}, world, interrupt);
  if (!outcome && world.failure) return std::unexpected(*std::move(world.failure));
  return outcome;
}

Outcome<void> Connection::login_public_key(const std::string& user, Signer& signer, Probe probe,
                                           const Interrupt& interrupt) {
  const auto [accepted, host_key] =
      driver_.with_session([](session::Session& session, operations::Inbox&) {
        const auto& transport = session.transport();
        const auto& key = transport.kex().host_key();
        const bool is_bound = transport.takes_host_bound_keys() && key;
        return std::pair(transport.server_signature_algorithms(),
                         is_bound ? to_bytes(key->blob()) : Bytes{});
      });
  Outcome<void> outcome = std::unexpected(explain(Error{Errc::key_unsupported, 0, "login"}, {}));
  const Bytes blob = to_bytes(signer.public_blob());
  if (auto failure = too_short(blob)) return std::unexpected(*std::move(failure));
  const auto type = keys::key_type_of(blob);
  for (const auto& algorithm :
       keys::signature_algorithms(engine_, type, accepted, login_algorithms_)) {
    SigningWorld world(signer);
    outcome =
        login(user, auth::PublicKeyCredential{algorithm, blob, probe, host_key}, world, interrupt);
    if (!outcome && world.failure) return std::unexpected(*std::move(world.failure));
    if (outcome) note_login(algorithm);
    if (outcome || !may_try_again(outcome.error())) break;
  }
  if (!outcome && outcome.error().error.code == Errc::auth_refused && !outcome.error().is_partial) {
    outcome.error().text += note_on(engine_, blob, user);
    outcome.error().text += legacy_advice(engine_, type, accepted, login_algorithms_);
  }
  return outcome;
}

Outcome<void> Connection::login_agent(const std::string& user, const std::shared_ptr<Agent>& agent,
                                      const std::optional<Bytes>& first,
                                      const Interrupt& interrupt) {
  auto identities = HAWSER_TRY_OUTCOME(agent->identities(interrupt));
  if (first) {
    std::stable_partition(identities.begin(), identities.end(),
                          [&](const auto& identity) { return identity.key_blob == *first; });
  }
  Failure failure = explain(Error{Errc::auth_refused, 0, "agent"}, Report{});
  failure.text = "the ssh-agent holds no key that can be used";
  std::size_t tried = 0;
  for (const auto& identity : identities) {
    AgentSigner signer(agent, identity.key_blob, interrupt);
    auto outcome = login_public_key(user, signer, Probe::ask_first, interrupt);
    if (outcome) return outcome;
    const Errc code = outcome.error().error.code;
    if (code == Errc::key_unsupported || code == Errc::key_short) continue;
    ++tried;
    failure = std::move(outcome).error();
    // A key that cannot sign now (not confirmed, hardware away) is passed over, too.
    if (code == Errc::agent_refused || code == Errc::signer_failed) continue;
    if (!may_try_again(failure)) return std::unexpected(std::move(failure));
  }
  if (tried > 1) failure = none_taken(std::move(failure), tried);
  return std::unexpected(std::move(failure));
}

Outcome<void> Connection::login_host_based(const std::string& user, Signer& signer,
                                           const HostBasedNames& names,
                                           const Interrupt& interrupt) {
  const Bytes blob = to_bytes(signer.public_blob());
  if (auto failure = too_short(blob)) return std::unexpected(*std::move(failure));
  const auto algorithms =
      keys::signature_algorithms(engine_, keys::key_type_of(blob), "", login_algorithms_);
  if (algorithms.empty()) {
    return std::unexpected(explain(Error{Errc::key_unsupported, 0, "login"}, {}));
  }
  SigningWorld world(signer);
  auto outcome = login(
      user,
      auth::HostBasedCredential{algorithms.front(), blob, names.client_host, names.client_user},
      world, interrupt);
  if (!outcome && world.failure) return std::unexpected(*std::move(world.failure));
  if (outcome) note_login(algorithms.front());
  return outcome;
}

std::optional<Failure> Connection::too_short(ByteView key_blob) const {
  const unsigned bits = keys::rsa_bits_of(engine_, key_blob);
  if (bits == 0 || bits >= required_rsa_bits_) return std::nullopt;
  Failure failure = explain(Error{Errc::key_short, bits, "login"}, {});
  failure.text = transport::short_rsa_text("the key", bits, required_rsa_bits_);
  return failure;
}

void Connection::note_login(std::string_view algorithm) {
  const std::scoped_lock lock(mutex_);
  login_weakness_ = transport::weakness_of_login(engine_, algorithm);
}

}  // namespace hawser::client
