// The parts of a key that the library holds. Included only inside this folder.
#pragma once

#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/raw_key.h"

namespace hawser::crypto::openssl {

// key_unsupported for a type or curve that is not known.
Result<RawKey> contents_of(const EVP_PKEY* key);

}  // namespace hawser::crypto::openssl
