// Private key files. The formats that OpenSSH reads, and PuTTY's; which one is found from the
// content.
#pragma once

#include "hawser/keys/memory_signer.h"

namespace hawser::keys {

// Parses the content of a key file.
//   passphrase_required  it is encrypted and no passphrase was given (empty view)
//   passphrase_wrong     the passphrase does not open it, or what it would open is damaged
//   key_unsupported      a type, cipher or KDF that is not known; a file that holds no private key
//   kdf_too_expensive    it asks for more than limits::kBcryptRounds, kArgon2Memory and the like
//   key_damaged          anything else that is wrong with it
// Nothing of the private parts outlives the call but what is in the signer.
Result<MemorySigner> parse_private_key(const crypto::Engine& engine, ByteView content,
                                       ByteView passphrase);

// The blob alone of parse_public_key_file().
Result<Bytes> parse_public_key_line(ByteView content);

}  // namespace hawser::keys
