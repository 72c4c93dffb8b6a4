// The text of a PuTTY key file, taken apart; what it means is for ppk_file.h. Used inside keys/
// only.
#pragma once

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"
#include "hawser/crypto/kdf.h"

namespace hawser::keys {

inline constexpr std::string_view kPpkMagic = "PuTTY-User-Key-File-";
inline constexpr std::string_view kPpkNoCipher = "none";
inline constexpr std::string_view kPpkCipher = "aes256-cbc";

struct PpkFields {
  int version = 0;
  std::string_view type;
  std::string_view cipher;
  std::string_view comment;
  Bytes public_blob;
  crypto::Argon2Cost argon2;  // of an encrypted file of version 3
  Bytes salt;
  std::string_view private_lines;  // base64
  Bytes mac;
};

// As views into the text. key_unsupported: another version, cipher or key derivation;
// key_damaged: anything else.
Result<PpkFields> read_ppk_fields(std::string_view text);

}  // namespace hawser::keys
