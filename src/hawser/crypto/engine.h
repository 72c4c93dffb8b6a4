// An Engine is all the cryptography that a session may use: tables of algorithms in order of
// preference, the legacy ones last, and a source of randomness. It is an argument, never a global;
// a test hands in another.
#pragma once

#include <span>

#include "hawser/crypto/agreement.h"
#include "hawser/crypto/cipher.h"
#include "hawser/crypto/hash.h"
#include "hawser/crypto/kem.h"
#include "hawser/crypto/mac.h"
#include "hawser/crypto/random.h"
#include "hawser/crypto/signature.h"

namespace hawser::crypto {

struct Engine {
  std::string_view name;
  std::span<const HashAlgorithm> hashes;
  std::span<const CipherAlgorithm> ciphers;
  std::span<const MacAlgorithm> macs;
  std::span<const AgreementAlgorithm> agreements;
  GenerateInGroup generate_in_group;
  std::span<const KemAlgorithm> kems;
  std::span<const KeyAlgorithm> keys;
  std::span<const SignatureAlgorithm> signatures;
  Random* random;
};

// The row of that name (or id), or nullptr.
const HashAlgorithm* find_hash(const Engine& engine, HashId id);
const CipherAlgorithm* find_cipher(const Engine& engine, std::string_view name);
const MacAlgorithm* find_mac(const Engine& engine, std::string_view name);
const AgreementAlgorithm* find_agreement(const Engine& engine, std::string_view name);
const KemAlgorithm* find_kem(const Engine& engine, std::string_view name);
const KeyAlgorithm* find_key(const Engine& engine, std::string_view key_type);
const SignatureAlgorithm* find_signature(const Engine& engine, std::string_view name);

// `hash` over the pieces, in one call.
Result<Bytes> digest(const Engine& engine, HashId hash, std::span<const ByteView> pieces);

// The engine on OpenSSL 3's EVP interface. Lives as long as the program.
const Engine& openssl_engine();

}  // namespace hawser::crypto
