// Fingerprints of public keys as people read them.
#pragma once

#include <string>

#include "hawser/crypto/engine.h"

namespace hawser::keys {

// "SHA256:" and the unpadded base64 of the blob's SHA-256, as ssh-keygen -l prints it; of a
// certificate that of the key within.
Result<std::string> fingerprint(const crypto::Engine& engine, ByteView key_blob);

}  // namespace hawser::keys
