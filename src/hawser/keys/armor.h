// The armor that key files wear (RFC 7468): lines between "-----BEGIN label-----" and its END.
// Finds and unwraps; what the label means is for others. Used inside keys/ only.
#pragma once

#include "hawser/base/result.h"
#include "hawser/base/secret.h"

namespace hawser::keys {

struct Armored {
  std::string_view label;
  std::string_view body;  // the lines between
};

// The first block whose label ends in "PRIVATE KEY", as views into the text. key_unsupported if
// there is none, key_damaged if it does not end.
Result<Armored> find_private_block(std::string_view text);

// What the base64 in the body's lines stands for. key_damaged if it is none.
Result<SecretBytes> unwrap(std::string_view body);

}  // namespace hawser::keys
