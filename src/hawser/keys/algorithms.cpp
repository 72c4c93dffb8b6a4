#include "hawser/keys/algorithms.h"

#include "hawser/wire/types.h"

namespace hawser::keys {

namespace {

constexpr KeyType kTypes[] = {
    {"ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2},
    {"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 2},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
     "ecdsa-sha2-nistp256", 3},
    {"ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2},
};

constexpr KeyUse certified(std::string_view type_name, std::string_view signature) {
  return {type_name, type_name, signature};
}
constexpr KeyUse plain(std::string_view name) {
  return {name, name, name};
}

constexpr KeyUse kUses[] = {
    certified("ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"),
    certified("ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256"),
    certified("ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384"),
    certified("ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521"),
    certified("sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com"),
    certified("sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
    {"rsa-sha2-512-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-512"},
    {"rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256"},
    plain("ssh-ed25519"),
    plain("ecdsa-sha2-nistp256"),
    plain("ecdsa-sha2-nistp384"),
    plain("ecdsa-sha2-nistp521"),
    plain("sk-ssh-ed25519@openssh.com"),
    plain("sk-ecdsa-sha2-nistp256@openssh.com"),
    {"rsa-sha2-512", "ssh-rsa", "rsa-sha2-512"},
    {"rsa-sha2-256", "ssh-rsa", "rsa-sha2-256"},
};

template <typename Row, std::size_t size>
const Row* find_row(const Row (&rows)[size], std::string_view Row::* column,
                    std::string_view wanted) {
  for (const Row& row : rows) {
    if (row.*column == wanted) return &row;
  }
  return nullptr;
}

const KeyType* if_done(const crypto::Engine& engine, const KeyType* type) {
  return type != nullptr && crypto::find_key(engine, type->engine_type) != nullptr ? type : nullptr;
}

}  // namespace

std::span<const KeyUse> all_key_uses() {
  return kUses;
}

bool can_do(const crypto::Engine& engine, const KeyUse& use) {
  return signature_of(engine, use) != nullptr;
}

const KeyType* find_key_type(const crypto::Engine& engine, std::string_view name) {
  return if_done(engine, find_row(kTypes, &KeyType::name, name));
}

const KeyType* find_certified_type(const crypto::Engine& engine, std::string_view certificate) {
  return if_done(engine, find_row(kTypes, &KeyType::certificate, certificate));
}

const KeyUse* find_key_use(const crypto::Engine& engine, std::string_view name) {
  const KeyUse* use = find_row(kUses, &KeyUse::name, name);
  return use != nullptr && can_do(engine, *use) ? use : nullptr;
}

const crypto::SignatureAlgorithm* signature_of(const crypto::Engine& engine, const KeyUse& use) {
  // Security keys sign as their type does, and are named by it.
  const KeyType* type = find_row(kTypes, &KeyType::name, use.signature);
  return crypto::find_signature(engine, type == nullptr ? use.signature : type->engine_type);
}

std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms) {
  const wire::NameList accepted(server_algorithms);
  std::vector<std::string> names;
  for (const bool is_accepted : {true, false}) {
    for (const KeyUse& use : kUses) {
      if (use.blob_type != key_type || !can_do(engine, use)) continue;
      // Servers list rsa-sha2-512 and mean its certificates, too.
      const bool is_listed = accepted.contains(use.name) || accepted.contains(use.signature);
      if (is_listed == is_accepted) names.emplace_back(use.name);
    }
  }
  return names;
}

std::string_view plain_algorithm(std::string_view algorithm) {
  const KeyUse* use = find_row(kUses, &KeyUse::name, algorithm);
  return use == nullptr ? algorithm : use->signature;
}

}  // namespace hawser::keys
