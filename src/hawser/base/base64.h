// Base64 (RFC 4648 section 4), as key files and known_hosts use it.
#pragma once

#include <string>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"
#include "hawser/base/secret.h"

namespace hawser {

enum class Base64Padding { with, without };

std::string base64_encode(ByteView bytes, Base64Padding padding = Base64Padding::with);

// Strict: no whitespace, right padding, no stray bits.
Result<Bytes> base64_decode(std::string_view text);

// The same for what nobody may see: no copy of it stays behind, not even of a part before an error.
Result<SecretBytes> base64_decode_secret(std::string_view text);

}  // namespace hawser
