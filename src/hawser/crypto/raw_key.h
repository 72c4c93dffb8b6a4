// A private key in its parts, wherever it came from.
#pragma once

#include <string_view>
#include <vector>

#include "hawser/base/result.h"
#include "hawser/base/secret.h"

namespace hawser::crypto {

struct RawKey {
  std::string_view key_type;       // as in KeyAlgorithm
  std::vector<SecretBytes> parts;  // the private parts, as crypto/signature.h lists them
};

// A new key by the library's own generator. `bits` are for ssh-rsa alone. key_unsupported: another
// type than the engine's; invalid_argument: bits beyond limits::kRsaBitsRequired and kRsaBitsMax.
Result<RawKey> generate_key(std::string_view key_type, unsigned bits);

}  // namespace hawser::crypto
