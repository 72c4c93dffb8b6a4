// Every maker that a row of engine.cpp's tables can name. A new algorithm declares its maker here,
// defines it in a file of its own and gets its row.
#pragma once

#include "hawser/crypto/engine.h"

namespace hawser::crypto::openssl {

// hash.cpp, mac.cpp: of the named digest.
Result<std::unique_ptr<Hash>> make_hash(HashId hash);
// `tag_size`: what is sent of the digest.
Result<std::unique_ptr<Mac>> make_hmac(HashId hash, std::size_t tag_size, ByteView key);

// cipher.cpp: `cipher` is OpenSSL's name; key and IV must have just its sizes.
Result<std::unique_ptr<StreamCipher>> make_ctr(const char* cipher, ByteView key, ByteView iv);
// Whole blocks only.
Result<std::unique_ptr<StreamCipher>> make_cbc(const char* cipher, ByteView key, ByteView iv,
                                               Direction direction);
Result<std::unique_ptr<Aead>> make_gcm(const char* cipher, ByteView key, Direction direction);

// chacha_poly.cpp
Result<std::unique_ptr<ChachaPoly>> make_chacha_poly(ByteView key);

// x25519.cpp, ecdh.cpp, dh.cpp
enum class Curve : std::uint8_t { p256, p384, p521 };
enum class DhGroup : std::uint8_t { modp1024, modp2048, modp4096, modp8192 };
Result<std::unique_ptr<KeyAgreement>> generate_x25519(Random& random);
Result<std::unique_ptr<KeyAgreement>> generate_ecdh(Curve curve, Random& random);
Result<std::unique_ptr<KeyAgreement>> generate_dh(DhGroup group, Random& random);
Result<std::unique_ptr<KeyAgreement>> generate_dh_in_group(const PeerGroup& group, Random& random);

// ml_kem.cpp
bool has_ml_kem();
Result<std::unique_ptr<KemKeyPair>> generate_ml_kem(const Engine& engine);

// ed25519.cpp, ecdsa.cpp, rsa.cpp
using Parts = std::span<const ByteView>;
Result<std::unique_ptr<VerifyKey>> load_ed25519_public(Parts parts);
Result<std::unique_ptr<SigningKey>> load_ed25519_private(Parts parts);
Result<std::unique_ptr<VerifyKey>> load_ecdsa_public(Curve curve, Parts parts);
Result<std::unique_ptr<SigningKey>> load_ecdsa_private(Curve curve, Parts parts);
Result<std::unique_ptr<VerifyKey>> load_rsa_public(Parts parts);
Result<std::unique_ptr<SigningKey>> load_rsa_private(Parts parts);

// random.cpp: the operating system's generator by way of OpenSSL's, which reseeds after a fork.
Random& system_random();

}  // namespace hawser::crypto::openssl
