#include "hawser/client/host_key_judge.h"

#include <algorithm>
#include <cstring>

#include "hawser/base/display.h"
#include "hawser/client/certificate_words.h"
#include "hawser/client/clock.h"
#include "hawser/keys/certificate.h"
#include "hawser/keys/fingerprint.h"

namespace hawser::client {

namespace {

constexpr std::uint16_t kSshPort = 22;

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += between;
    text += name;
  }
  return text;
}

class Judge {
 public:
  Judge(const crypto::Engine& engine, const HostKeyPolicy& policy, const keys::PublicKey& key)
      : engine_(engine),
        policy_(policy),
        key_(key),
        certificate_(key.certificate()),
        key_blob_(certificate_ == nullptr ? key.blob() : ByteView(certificate_->key_blob)),
        host_(display(as_bytes(policy.host))),
        fingerprint_(fingerprint_of(key_blob_)) {}

  Outcome<void> judge() {
    std::string failed_path;
    const auto known = read_known_hosts(engine_, policy_.known_hosts, failed_path);
    if (!known) {
      return refuse(Errc::host_key_refused, "cannot read the known hosts file " + failed_path +
                                                ": " + reason(known.error()));
    }
    const Judgement judgement = look_up(*known);
    if (certificate_ != nullptr && judgement.match != keys::HostKeyMatch::revoked) {
      const Judgement authority = look_up_authority(*known);
      if (authority.match == keys::HostKeyMatch::revoked) {
        return refuse(Errc::host_key_revoked, "the authority that certifies the host key of " +
                                                  shown() + " is marked as revoked at " +
                                                  place_of(authority));
      }
      const auto fault = judge_certificate(authority);
      if (fault == keys::CertificateFault::none) return {};
      complaint_ = "; its certificate '" + display(as_bytes(certificate_->key_id)) + "' by " +
                   std::string(keys::key_type_of(certificate_->authority_blob)) + " " +
                   fingerprint_of(certificate_->authority_blob) + " does not count: " +
                   complaint_of(*certificate_, fault, keys::CertificateKind::host);
    }
    HAWSER_TRY_OUTCOME(judge_address(*known));
    return judge_plain(judgement);
  }

 private:
  using Judgement = keys::KnownHosts::Judgement;

  [[nodiscard]] keys::CertificateFault judge_certificate(const Judgement& authority) const {
    keys::CertificateNeed need;
    need.kind = keys::CertificateKind::host;
    need.principal = policy_.host;
    need.now = seconds_since_epoch();
    need.signature_algorithms = policy_.authority_algorithms;
    if (authority.match == keys::HostKeyMatch::known) {
      need.authority_blob = certificate_->authority_blob;
    }
    return keys::judge_certificate(*certificate_, need);
  }

  Outcome<void> judge_address(const keys::KnownHosts& known) const {
    if (policy_.address.empty() || policy_.address == policy_.host) return {};
    const auto judgement = known.judge(engine_, policy_.address, policy_.port, key_blob_);
    if (judgement.match != keys::HostKeyMatch::changed) return {};
    return refuse(Errc::host_key_changed,
                  "the host key of " + shown() + ", " + key() + ", is not the one of its address " +
                      display(as_bytes(policy_.address)) + ", which is on record at " +
                      place_of(judgement) +
                      ". Someone may be listening in, or the address is another's now: ask the "
                      "host's keeper, then remove the old line" +
                      complaint_);
  }

  Outcome<void> judge_plain(const Judgement& judgement) {
    switch (judgement.match) {
      case keys::HostKeyMatch::known:
        return {};
      case keys::HostKeyMatch::revoked:
        return refuse(
            Errc::host_key_revoked,
            "the host key of " + shown() + " is marked as revoked at " + place_of(judgement));
      case keys::HostKeyMatch::changed:
        return refuse(Errc::host_key_changed,
                      "the host key of " + shown() + " has CHANGED: the server shows " + key() +
                          ", another key is on record at " + place_of(judgement) +
                          ". Someone may be listening in, or the host was set up anew: ask its "
                          "keeper, then remove the old line" +
                          complaint_);
      case keys::HostKeyMatch::unknown:
        return certificate_ == nullptr ? judge_unknown() : judge_unknown_certified();
    }
    return refuse(Errc::internal, "no verdict");
  }

  // A key on record for the host without a port is good for its other ports too, as for OpenSSH;
  // another key there says nothing about this port.
  [[nodiscard]] Judgement look_up(const keys::KnownHosts& known) const {
    const auto judgement = known.judge(engine_, policy_.host, policy_.port, key_blob_);
    if (judgement.match != keys::HostKeyMatch::unknown || policy_.port == kSshPort) {
      return judgement;
    }
    const auto portless = known.judge(engine_, policy_.host, kSshPort, key_blob_);
    return portless.match == keys::HostKeyMatch::changed ? judgement : portless;
  }

  [[nodiscard]] Judgement look_up_authority(const keys::KnownHosts& known) const {
    const ByteView authority = certificate_->authority_blob;
    auto judgement = known.judge_authority(engine_, policy_.host, policy_.port, authority);
    if (judgement.match != keys::HostKeyMatch::unknown) return judgement;
    return known.judge_authority(engine_, policy_.host, kSshPort, authority);
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
    return refuse(Errc::host_key_unknown,
                  "the host key of " + shown() + ", " + key() + ", is not known (looked in " +
                      files() +
                      "). Compare the fingerprint with its keeper's, then add the line: " +
                      keys::known_hosts_line(policy_.host, policy_.port, key_.blob()));
  }

  Outcome<void> judge_unknown_certified() {
    if (policy_.unknown == UnknownHostKey::accept) return {};
    return refuse(Errc::host_key_unknown, "the host key of " + shown() + ", " + key() +
                                              ", is not known (looked in " + files() + ")" +
                                              complaint_);
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
  static std::string place_of(const Judgement& judgement) {
    return judgement.file + ":" + std::to_string(judgement.line);
  }
  [[nodiscard]] std::string fingerprint_of(ByteView blob) const {
    return keys::fingerprint(engine_, blob).value_or("(no fingerprint)");
  }
  [[nodiscard]] std::string files() const {
    return policy_.known_hosts.empty() ? "no file" : joined(policy_.known_hosts, ", ");
  }
  [[nodiscard]] std::string shown() const {
    return policy_.port == kSshPort ? host_ : host_ + " port " + std::to_string(policy_.port);
  }
  [[nodiscard]] std::string key() const { return std::string(key_.type()) + " " + fingerprint_; }

  const crypto::Engine& engine_;
  const HostKeyPolicy& policy_;
  const keys::PublicKey& key_;
  const keys::Certificate* certificate_;
  ByteView key_blob_;  // of the certified key, if it is one
  std::string host_;
  std::string fingerprint_;
  std::string complaint_;  // about the certificate
};

}  // namespace

Outcome<void> judge_host_key(const crypto::Engine& engine, const HostKeyPolicy& policy,
                             const keys::PublicKey& key) {
  if (!policy.judges) return {};
  return Judge(engine, policy, key).judge();
}

void fit_to_known_hosts(const crypto::Engine& engine, const HostKeyPolicy& policy,
                        std::vector<std::string>& host_key_algorithms) {
  std::vector<std::string> types;
  bool has_authority = false;
  std::string failed_path;
  if (policy.judges) {
    if (const auto known = read_known_hosts(engine, policy.known_hosts, failed_path)) {
      types = known->key_types(engine, policy.host, policy.port);
      if (types.empty()) types = known->key_types(engine, policy.host, kSshPort);
      has_authority = known->has_authority(engine, policy.host, policy.port) ||
                      known->has_authority(engine, policy.host, kSshPort);
    }
  }
  const auto is_certificate = [&engine](const std::string& name) {
    const auto* use = keys::find_key_use(engine, name);
    return use != nullptr && use->is_certificate();
  };
  const auto is_on_record = [&engine, &types](const std::string& name) {
    const auto* use = keys::find_key_use(engine, name);
    return use != nullptr && std::ranges::find(types, use->blob_type) != types.end();
  };
  if (!has_authority && !std::ranges::all_of(host_key_algorithms, is_certificate)) {
    std::erase_if(host_key_algorithms, is_certificate);
  }
  std::ranges::stable_partition(host_key_algorithms, is_on_record);
  std::ranges::stable_partition(host_key_algorithms, is_certificate);
}

}  // namespace hawser::client
