// What SSH's names of keys stand for, as two constant tables: the types that key blobs begin with,
// and the algorithms that are offered, agreed on and signed by. They differ for RSA, whose keys
// sign in several ways (RFC 8332), and for certificates, whose signatures are those of the key
// within (OpenSSH's PROTOCOL.certkeys). The mathematics are the engine's: a row that it cannot do
// is not found.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hawser/crypto/engine.h"

namespace hawser::keys {

struct KeyType {
  std::string_view name;         // in a key blob: "ssh-rsa"
  std::string_view certificate;  // in a certificate of such a key: "ssh-rsa-cert-v01@openssh.com"
  std::string_view engine_type;  // the engine's name of it; another one for security keys
  std::size_t fields;            // strings that follow the name in a key blob

  // A key in a FIDO token (OpenSSH's PROTOCOL.u2f): its blob and its signatures say more.
  [[nodiscard]] bool is_security_key() const { return name != engine_type; }
};

struct KeyUse {
  std::string_view name;       // in KEXINIT and in login requests: "rsa-sha2-512-cert-v01@..."
  std::string_view blob_type;  // at the start of the key blob that goes with it
  std::string_view signature;  // at the start of the signature blob: "rsa-sha2-512"
  std::string_view defined_in;
  crypto::Standing standing = crypto::Standing::by_default;

  [[nodiscard]] bool is_certificate() const { return name != signature; }
};

// All uses that there are, in order of preference, certificates first, the legacy ones last.
std::span<const KeyUse> all_key_uses();
bool can_do(const crypto::Engine& engine, const KeyUse& use);

// The row of that name, or nullptr.
const KeyType* find_key_type(const crypto::Engine& engine, std::string_view name);
// The type of the key within a certificate of that type.
const KeyType* find_certified_type(const crypto::Engine& engine, std::string_view certificate);
const KeyUse* find_key_use(const crypto::Engine& engine, std::string_view name);

// The engine's row that makes and checks the signatures of this use.
const crypto::SignatureAlgorithm* signature_of(const crypto::Engine& engine, const KeyUse& use);

// The names of all uses that are not legacy.
std::vector<std::string> default_key_uses(const crypto::Engine& engine);

// The algorithms among the `allowed` to offer for a key of this type, in their order: those that
// the server says it takes (server-sig-algs, "" if it did not say), then the others, for servers
// that do not say, or say more than they take. Empty: nothing can be done with the type.
std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms,
                                              std::span<const std::string> allowed);
// The same among all that are not legacy.
std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms);

// The name that stands in the signature itself: without the mark of a certificate. A name that is
// not known stays as it is.
std::string_view plain_algorithm(std::string_view algorithm);

}  // namespace hawser::keys
