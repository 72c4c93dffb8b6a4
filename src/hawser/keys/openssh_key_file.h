// OpenSSH's own format of private keys (PROTOCOL.key), once its armor is off.
#pragma once

#include "hawser/keys/memory_signer.h"

namespace hawser::keys {

// The errors are those of parse_private_key().
Result<MemorySigner> parse_openssh_key(const crypto::Engine& engine, ByteView file,
                                       ByteView passphrase);

}  // namespace hawser::keys
