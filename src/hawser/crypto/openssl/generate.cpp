// New keys. The generator is the library's: it is what stands behind the engine's Random, too.
#include "hawser/base/limits.h"
#include "hawser/crypto/openssl/key_contents.h"

namespace hawser::crypto {

namespace {

using openssl::OwnedKey;

constexpr std::pair<std::string_view, const char*> kCurves[] = {{"ecdsa-sha2-nistp256", "P-256"},
                                                                {"ecdsa-sha2-nistp384", "P-384"},
                                                                {"ecdsa-sha2-nistp521", "P-521"}};

Result<OwnedKey> make(std::string_view key_type, unsigned bits) {
  if (key_type == "ssh-ed25519") {
    return openssl::require(OwnedKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), "generate");
  }
  if (key_type == "ssh-rsa") {
    if (bits < limits::kRsaBitsRequired || bits > limits::kRsaBitsMax) {
      return fail(Errc::invalid_argument, "RSA bits", bits);
    }
    return openssl::require(
        OwnedKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits))),
        "generate");
  }
  for (const auto& [type, curve] : kCurves) {
    if (type != key_type) continue;
    return openssl::require(OwnedKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)), "generate");
  }
  return fail(Errc::key_unsupported, "key type");
}

}  // namespace

Result<RawKey> generate_key(std::string_view key_type, unsigned bits) {
  const OwnedKey key = HAWSER_TRY(make(key_type, bits));
  return openssl::contents_of(key.get());
}

}  // namespace hawser::crypto
