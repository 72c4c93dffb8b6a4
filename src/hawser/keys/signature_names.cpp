#include "hawser/keys/signature_names.h"

#include "hawser/wire/types.h"

namespace hawser::keys {

namespace {

constexpr std::string_view kCertificate = "-cert-v01@openssh.com";

struct HardwareKey {
  std::string_view type;
  std::string_view certificate;
};
// Keys in hardware that an agent signs with: the algorithm is the type.
constexpr HardwareKey kHardwareKeys[] = {
    {"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"},
};

// All of them, best first.
std::vector<std::string> candidates(const crypto::Engine& engine, std::string_view type) {
  for (const auto& key : kHardwareKeys) {
    if (type == key.type || type == key.certificate) return {std::string(type)};
  }
  const bool is_certificate = type.ends_with(kCertificate);
  const std::string_view plain =
      is_certificate ? type.substr(0, type.size() - kCertificate.size()) : type;
  std::vector<std::string> names;
  for (const auto& row : engine.signatures) {
    if (row.key_type != plain) continue;
    names.push_back(std::string(row.name) + std::string(is_certificate ? kCertificate : ""));
  }
  return names;
}

}  // namespace

std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms) {
  const wire::NameList accepted(server_algorithms);
  const auto all = candidates(engine, key_type);
  std::vector<std::string> sorted;
  for (const bool is_accepted : {true, false}) {
    for (const auto& name : all) {
      // Servers list rsa-sha2-512 and mean its certificates, too.
      const bool is_listed = accepted.contains(name) || accepted.contains(plain_algorithm(name));
      if (is_listed == is_accepted) sorted.push_back(name);
    }
  }
  return sorted;
}

std::string_view plain_algorithm(std::string_view algorithm) {
  for (const auto& key : kHardwareKeys) {
    if (algorithm == key.certificate) return key.type;
  }
  if (algorithm.ends_with(kCertificate)) algorithm.remove_suffix(kCertificate.size());
  return algorithm;
}

}  // namespace hawser::keys
