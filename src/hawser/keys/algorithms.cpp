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

constexpr std::string_view kOpenSsh = "OpenSSH";
constexpr std::string_view kEcdsa = "RFC 5656";
constexpr std::string_view kRsaSha2 = "RFC 8332";

constexpr KeyUse certified(std::string_view type_name, std::string_view signature) {
  return {type_name, type_name, signature, kOpenSsh};
}
constexpr KeyUse plain(std::string_view name, std::string_view defined_in) {
  return {name, name, name, defined_in};
}

constexpr KeyUse kUses[] = {
    certified("ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"),
    certified("ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256"),
    certified("ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384"),
    certified("ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521"),
    certified("sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com"),
    certified("sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
    {"rsa-sha2-512-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-512", kOpenSsh},
    {"rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256", kOpenSsh},
    plain("ssh-ed25519", "RFC 8709"),
    plain("ecdsa-sha2-nistp256", kEcdsa),
    plain("ecdsa-sha2-nistp384", kEcdsa),
    plain("ecdsa-sha2-nistp521", kEcdsa),
    plain("sk-ssh-ed25519@openssh.com", kOpenSsh),
    plain("sk-ecdsa-sha2-nistp256@openssh.com", kOpenSsh),
    {"rsa-sha2-512", "ssh-rsa", "rsa-sha2-512", kRsaSha2},
    {"rsa-sha2-256", "ssh-rsa", "rsa-sha2-256", kRsaSha2},
    // SHA-1, of which collisions are made for some 10,000 dollars.
    {"ssh-rsa-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com", "ssh-rsa", kOpenSsh,
     crypto::Standing::legacy},
    {"ssh-rsa", "ssh-rsa", "ssh-rsa", "RFC 4253", crypto::Standing::legacy},
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

std::vector<std::string> default_key_uses(const crypto::Engine& engine) {
  std::vector<std::string> names;
  for (const KeyUse& use : kUses) {
    if (use.standing == crypto::Standing::by_default && can_do(engine, use)) {
      names.emplace_back(use.name);
    }
  }
  return names;
}

std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms,
                                              std::span<const std::string> allowed) {
  const wire::NameList accepted(server_algorithms);
  std::vector<std::string> names;
  for (const bool is_accepted : {true, false}) {
    for (const std::string& name : allowed) {
      const KeyUse* use = find_key_use(engine, name);
      if (use == nullptr || use->blob_type != key_type) continue;
      // Servers list rsa-sha2-512 and mean its certificates, too.
      const bool is_listed = accepted.contains(use->name) || accepted.contains(use->signature);
      if (is_listed == is_accepted) names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms) {
  return signature_algorithms(engine, key_type, server_algorithms, default_key_uses(engine));
}

std::string_view plain_algorithm(std::string_view algorithm) {
  const KeyUse* use = find_row(kUses, &KeyUse::name, algorithm);
  return use == nullptr ? algorithm : use->signature;
}

}  // namespace hawser::keys
