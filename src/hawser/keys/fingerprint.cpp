#include "hawser/keys/fingerprint.h"

#include "hawser/base/base64.h"
#include "hawser/keys/certificate.h"

namespace hawser::keys {

Result<std::string> fingerprint(const crypto::Engine& engine, ByteView key_blob) {
  const Bytes plain = plain_key_blob(engine, key_blob);
  const ByteView piece = plain;
  const Bytes digest = HAWSER_TRY(crypto::digest(engine, crypto::HashId::sha256, {&piece, 1}));
  return "SHA256:" + base64_encode(digest, Base64Padding::without);
}

}  // namespace hawser::keys
