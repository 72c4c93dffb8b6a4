// Files of public keys and certificates: the one line that OpenSSH writes, and RFC 4716.
#pragma once

#include <string>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::keys {

struct PublicKeyFile {
  Bytes blob;
  std::string comment;  // as it stands there: see display.h
};

// Parses "ssh-ed25519 AAAA... comment", an RFC 4716 file, or a bare blob. key_damaged for anything
// else; what is in the blob is looked at no further than its type's name.
Result<PublicKeyFile> parse_public_key_file(ByteView content);

// With a line end each; line breaks in the comment become blanks.
std::string public_key_line(ByteView blob, std::string_view comment);
std::string rfc4716_file(ByteView blob, std::string_view comment);

}  // namespace hawser::keys
