// bcrypt_pbkdf, the key derivation of encrypted OpenSSH private keys. In no library of the target:
// it stands in crypto/native/.
#pragma once

#include "hawser/base/secret.h"
#include "hawser/crypto/engine.h"

namespace hawser::crypto {

// Derives out.size() bytes. Requires: rounds >= 1, salt and out not empty; the caller has bounded
// rounds by limits::kBcryptRounds.
Status bcrypt_pbkdf(const Engine& engine, ByteView passphrase, ByteView salt, std::uint32_t rounds,
                    ByteSpan out);

}  // namespace hawser::crypto
