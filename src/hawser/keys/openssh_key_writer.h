// Private keys in OpenSSH's own format (PROTOCOL.key), armored. Its grammar stands in
// openssh_key_file.cpp, which reads it.
#pragma once

#include "hawser/keys/memory_signer.h"

namespace hawser::keys {

inline constexpr std::uint32_t kBcryptRoundsWritten = 24;  // ssh-keygen's since OpenSSH 9.9

// The content of a key file. With a passphrase it is encrypted as ssh-keygen does: aes256-ctr, the
// key derived by that many rounds of bcrypt_pbkdf. invalid_argument: no round, or more than
// limits::kBcryptRounds.
Result<SecretBytes> write_openssh_key(const crypto::Engine& engine, const MemorySigner& key,
                                      ByteView passphrase,
                                      std::uint32_t rounds = kBcryptRoundsWritten);

}  // namespace hawser::keys
