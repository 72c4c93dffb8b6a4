#include "hawser/client/host_key_judge.h"

#include <algorithm>
#include <cstring>

#include "hawser/base/display.h"
#include "hawser/keys/fingerprint.h"

namespace hawser::client {

namespace {

constexpr std::uint16_t kSshPort = 22;

class Judge {
 public:
  Judge(const crypto::Engine& engine, const HostKeyPolicy& policy, const keys::PublicKey& key)
      : engine_(engine), policy_(policy), key_(key), host_(display(as_bytes(policy.host))) {
    fingerprint_ = keys::fingerprint(engine, key.blob()).value_or("(no fingerprint)");
  }

  Outcome<void> judge() {
    std::string failed_path;
    const auto known = read_known_hosts(engine_, policy_.known_hosts, failed_path);
    if (!known) {
      return refuse(Errc::host_key_refused, "cannot read the known hosts file " + failed_path +
                                                ": " + reason(known.error()));
    }
    const auto judgement = look_up(*known);
    const std::string place = judgement.file + ":" + std::to_string(judgement.line);
    switch (judgement.match) {
      case keys::HostKeyMatch::known:
        return {};
      case keys::HostKeyMatch::revoked:
        return refuse(Errc::host_key_revoked,
                      "the host key of " + shown() + " is marked as revoked at " + place);
      case keys::HostKeyMatch::changed:
        return refuse(Errc::host_key_changed,
                      "the host key of " + shown() + " has CHANGED: the server shows " + key() +
                          ", another key is on record at " + place +
                          ". Someone may be listening in, or the host was set up anew: ask its "
                          "keeper, then remove the old line");
      case keys::HostKeyMatch::unknown:
        return judge_unknown();
    }
    return refuse(Errc::internal, "no verdict");
  }

 private:
  // A key on record for the host without a port is good for its other ports too, as for OpenSSH;
  // another key there says nothing about this port.
  [[nodiscard]] keys::KnownHosts::Judgement look_up(const keys::KnownHosts& known) const {
    const auto judgement = known.judge(engine_, policy_.host, policy_.port, key_.blob());
    if (judgement.match != keys::HostKeyMatch::unknown || policy_.port == kSshPort) {
      return judgement;
    }
    const auto portless = known.judge(engine_, policy_.host, kSshPort, key_.blob());
    return portless.match == keys::HostKeyMatch::changed ? judgement : portless;
  }

  Outcome<void> judge_unknown() {
    switch (policy_.unknown) {
      case UnknownHostKey::accept:
        return {};
      case UnknownHostKey::accept_new:
        return remember();
      case UnknownHostKey::ask: {
        if (HAWSER_TRY_OUTCOME(policy_.ask(key_))) return {};
        return refuse(Errc::host_key_unknown, "the host key of " + shown() + ", " + key() +
                                                  ", is not known, and was not accepted");
      }
      case UnknownHostKey::refuse:
        break;
    }
    std::string files;
    for (const auto& path : policy_.known_hosts) files += (files.empty() ? "" : ", ") + path;
    return refuse(Errc::host_key_unknown,
                  "the host key of " + shown() + ", " + key() + ", is not known (looked in " +
                      (files.empty() ? "no file" : files) +
                      "). Compare the fingerprint with its keeper's, then add the line: " +
                      keys::known_hosts_line(policy_.host, policy_.port, key_.blob()));
  }

  Outcome<void> remember() {
    if (policy_.known_hosts.empty()) return {};
    const auto& path = policy_.known_hosts.front();
    const auto written = append_known_host(path, policy_.host, policy_.port, key_.blob());
    if (written) return {};
    return refuse(Errc::host_key_refused,
                  "cannot remember the host key in " + path + ": " + reason(written.error()));
  }

  [[nodiscard]] std::unexpected<Failure> refuse(Errc code, std::string text) const {
    Failure failure;
    failure.error = Error{code, 0, "host key"};
    while (text.ends_with('\n')) text.pop_back();
    failure.text = std::move(text);
    failure.host = policy_.host;
    failure.key_type = key_.type();
    failure.fingerprint = fingerprint_;
    return std::unexpected(std::move(failure));
  }

  static std::string reason(const Error& error) {
    return std::strerror(static_cast<int>(error.detail));
  }
  [[nodiscard]] std::string shown() const {
    return policy_.port == kSshPort ? host_ : host_ + " port " + std::to_string(policy_.port);
  }
  [[nodiscard]] std::string key() const { return std::string(key_.type()) + " " + fingerprint_; }

  const crypto::Engine& engine_;
  const HostKeyPolicy& policy_;
  const keys::PublicKey& key_;
  std::string host_;
  std::string fingerprint_;
};

}  // namespace

Outcome<void> judge_host_key(const crypto::Engine& engine, const HostKeyPolicy& policy,
                             const keys::PublicKey& key) {
  if (!policy.judges) return {};
  return Judge(engine, policy, key).judge();
}

void prefer_known_types(const crypto::Engine& engine, const HostKeyPolicy& policy,
                        std::vector<std::string>& host_key_algorithms) {
  if (!policy.judges) return;
  std::string failed_path;
  const auto known = read_known_hosts(engine, policy.known_hosts, failed_path);
  if (!known) return;
  auto types = known->key_types(engine, policy.host, policy.port);
  if (types.empty()) types = known->key_types(engine, policy.host, kSshPort);
  std::stable_partition(
      host_key_algorithms.begin(), host_key_algorithms.end(), [&](const std::string& name) {
        const auto* row = crypto::find_signature(engine, name);
        return row != nullptr &&
               std::find(types.begin(), types.end(), row->key_type) != types.end();
      });
}

}  // namespace hawser::client
