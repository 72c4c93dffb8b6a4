// PuTTY's private key files, versions 2 and 3 (appendix C of its manual).
#pragma once

#include "hawser/keys/memory_signer.h"

namespace hawser::keys {

bool is_ppk(std::string_view text);

// The errors are those of parse_private_key(). The certificate of a certified key is left out.
Result<MemorySigner> parse_ppk(const crypto::Engine& engine, std::string_view text,
                               ByteView passphrase);

}  // namespace hawser::keys
