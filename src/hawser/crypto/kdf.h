// What makes keys of passphrases: bcrypt_pbkdf of OpenSSH's key files, which no library of the
// target has (it stands in crypto/native/), and Argon2 (RFC 9106) of PuTTY's.
#pragma once

#include "hawser/base/secret.h"
#include "hawser/crypto/engine.h"

namespace hawser::crypto {

// Derives out.size() bytes. Requires: rounds >= 1, salt and out not empty; the caller has bounded
// rounds by limits::kBcryptRounds.
Status bcrypt_pbkdf(const Engine& engine, ByteView passphrase, ByteView salt, std::uint32_t rounds,
                    ByteSpan out);

enum class Argon2Kind : std::uint8_t { d, i, id };

struct Argon2Cost {
  Argon2Kind kind = Argon2Kind::id;
  std::uint32_t memory_kib = 0;
  std::uint32_t passes = 0;
  std::uint32_t lanes = 0;
};

// Fills `out`. key_damaged for costs that Argon2 does not have (no pass, less than 8 KiB a lane)
// and salts of less than 8 bytes. Requires: the caller has bounded the costs by
// limits::kArgon2Memory and kArgon2Work.
Status argon2(const Argon2Cost& cost, ByteView passphrase, ByteView salt, ByteSpan out);

}  // namespace hawser::crypto
