// The tables of the engine on OpenSSL, in order of preference. A row and a maker are all that a new
// algorithm needs.
#include "hawser/crypto/engine.h"

#include "hawser/base/limits.h"
#include "hawser/crypto/native/ml_kem.h"
#include "hawser/crypto/native/sntrup.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto {

namespace {

using namespace openssl;

constexpr HashAlgorithm kHashes[] = {
    {HashId::md5, "md5", 16, [] { return make_hash(HashId::md5); }},
    {HashId::sha1, "sha1", 20, [] { return make_hash(HashId::sha1); }},
    {HashId::sha256, "sha256", 32, [] { return make_hash(HashId::sha256); }},
    {HashId::sha384, "sha384", 48, [] { return make_hash(HashId::sha384); }},
    {HashId::sha512, "sha512", 64, [] { return make_hash(HashId::sha512); }},
    {HashId::sha3_256, "sha3-256", 32, [] { return make_hash(HashId::sha3_256); }},
    {HashId::sha3_512, "sha3-512", 64, [] { return make_hash(HashId::sha3_512); }},
    {HashId::shake128, "shake128", 0, [] { return make_hash(HashId::shake128); }},
    {HashId::shake256, "shake256", 0, [] { return make_hash(HashId::shake256); }},
};

template <const char* const& cipher>
consteval CipherAlgorithm ctr_row(std::string_view name, std::size_t key_size) {
  return {.name = name,
          .mode = CipherMode::stream,
          .key_size = key_size,
          .iv_size = 16,
          .block_size = 16,
          .tag_size = 0,
          .defined_in = "RFC 4344",
          .make_stream = [](ByteView key, ByteView iv, Direction) {
            return make_ctr(cipher, key, iv);
          }};
}

template <const char* const& cipher>
consteval CipherAlgorithm gcm_row(std::string_view name, std::size_t key_size) {
  return {.name = name,
          .mode = CipherMode::gcm,
          .key_size = key_size,
          .iv_size = 12,
          .block_size = 16,
          .tag_size = 16,
          .defined_in = "RFC 5647, OpenSSH",
          .make_aead = [](ByteView key, Direction direction) {
            return make_gcm(cipher, key, direction);
          }};
}

// The start of a packet is a known plaintext after a known IV, and the length cannot be checked
// before a block is decrypted (CVE-2008-5161).
template <const char* const& cipher, std::size_t block_size>
consteval CipherAlgorithm cbc_row(std::string_view name, std::size_t key_size) {
  return {.name = name,
          .mode = CipherMode::cbc,
          .key_size = key_size,
          .iv_size = block_size,
          .block_size = block_size,
          .tag_size = 0,
          .defined_in = "RFC 4253",
          .standing = Standing::legacy,
          .bytes_under_key = block_size < 16 ? limits::kSmallBlockBytes : UINT64_MAX,
          .make_stream = [](ByteView key, ByteView iv, Direction direction) {
            return make_cbc(cipher, key, iv, direction);
          }};
}

constexpr const char* kAes128Ctr = "AES-128-CTR";
constexpr const char* kAes192Ctr = "AES-192-CTR";
constexpr const char* kAes256Ctr = "AES-256-CTR";
constexpr const char* kAes128Cbc = "AES-128-CBC";
constexpr const char* kAes192Cbc = "AES-192-CBC";
constexpr const char* kAes256Cbc = "AES-256-CBC";
constexpr const char* k3DesCbc = "DES-EDE3-CBC";
constexpr const char* kAes128Gcm = "AES-128-GCM";
constexpr const char* kAes256Gcm = "AES-256-GCM";

constexpr CipherAlgorithm kCiphers[] = {
    {.name = "chacha20-poly1305@openssh.com",
     .mode = CipherMode::chacha_poly,
     .key_size = 64,
     .iv_size = 0,
     .block_size = 8,
     .tag_size = 16,
     .defined_in = "OpenSSH",
     .make_chacha_poly = make_chacha_poly},
    gcm_row<kAes128Gcm>("aes128-gcm@openssh.com", 16),
    gcm_row<kAes256Gcm>("aes256-gcm@openssh.com", 32),
    ctr_row<kAes128Ctr>("aes128-ctr", 16),
    ctr_row<kAes192Ctr>("aes192-ctr", 24),
    ctr_row<kAes256Ctr>("aes256-ctr", 32),
    cbc_row<kAes128Cbc, 16>("aes128-cbc", 16),
    cbc_row<kAes192Cbc, 16>("aes192-cbc", 24),
    cbc_row<kAes256Cbc, 16>("aes256-cbc", 32),
    cbc_row<k3DesCbc, 8>("3des-cbc", 24),
};

// `tag_size`: less than the digest where it is cut.
template <HashId hash, std::size_t tag_size>
Result<std::unique_ptr<Mac>> hmac(ByteView key) {
  return make_hmac(hash, tag_size, key);
}
constexpr MacOrder kEtm = MacOrder::encrypt_then_mac;
constexpr MacOrder kPlain = MacOrder::encrypt_and_mac;
constexpr auto kSha2_256 = hmac<HashId::sha256, 32>;
constexpr auto kSha2_512 = hmac<HashId::sha512, 64>;
constexpr auto kSha1 = hmac<HashId::sha1, 20>;
constexpr auto kSha1Cut = hmac<HashId::sha1, 12>;
constexpr auto kMd5 = hmac<HashId::md5, 16>;
constexpr auto kMd5Cut = hmac<HashId::md5, 12>;
constexpr Standing kLegacy = Standing::legacy;

constexpr MacAlgorithm kMacs[] = {
    {"hmac-sha2-256-etm@openssh.com", 32, 32, kEtm, kSha2_256, "OpenSSH"},
    {"hmac-sha2-512-etm@openssh.com", 64, 64, kEtm, kSha2_512, "OpenSSH"},
    {"hmac-sha1-etm@openssh.com", 20, 20, kEtm, kSha1, "OpenSSH"},
    {"hmac-sha2-256", 32, 32, kPlain, kSha2_256, "RFC 6668"},
    {"hmac-sha2-512", 64, 64, kPlain, kSha2_512, "RFC 6668"},
    {"hmac-sha1", 20, 20, kPlain, kSha1, "RFC 4253"},
    {"hmac-sha1-96-etm@openssh.com", 20, 12, kEtm, kSha1Cut, "OpenSSH", kLegacy},
    {"hmac-md5-etm@openssh.com", 16, 16, kEtm, kMd5, "OpenSSH", kLegacy},
    {"hmac-md5-96-etm@openssh.com", 16, 12, kEtm, kMd5Cut, "OpenSSH", kLegacy},
    {"hmac-sha1-96", 20, 12, kPlain, kSha1Cut, "RFC 4253", kLegacy},
    {"hmac-md5", 16, 16, kPlain, kMd5, "RFC 4253", kLegacy},
    {"hmac-md5-96", 16, 12, kPlain, kMd5Cut, "RFC 4253", kLegacy},
};

constexpr AgreementAlgorithm kAgreements[] = {
    {"x25519", generate_x25519},
    {"nistp256", [](Random& random) { return generate_ecdh(Curve::p256, random); }},
    {"nistp384", [](Random& random) { return generate_ecdh(Curve::p384, random); }},
    {"nistp521", [](Random& random) { return generate_ecdh(Curve::p521, random); }},
    {"modp1024", [](Random& random) { return generate_dh(DhGroup::modp1024, random); }},
    {"modp2048", [](Random& random) { return generate_dh(DhGroup::modp2048, random); }},
    {"modp4096", [](Random& random) { return generate_dh(DhGroup::modp4096, random); }},
    {"modp8192", [](Random& random) { return generate_dh(DhGroup::modp8192, random); }},
};

constexpr KemAlgorithm kNativeKems[] = {ml_kem::kAlgorithm, sntrup::kAlgorithm};

// Only the private key's half is the library's: a client has no other.
constexpr KemAlgorithm kKems[] = {
    {ml_kem::kAlgorithm.name, ml_kem::kEncapsulationKey, ml_kem::kCiphertext, generate_ml_kem,
     ml_kem::kAlgorithm.encapsulate},
    sntrup::kAlgorithm,
};

template <Curve curve>
consteval KeyAlgorithm ecdsa_row(std::string_view key_type, std::size_t field_size) {
  return {key_type,
          1,
          2,
          field_size,
          [](Parts parts) { return load_ecdsa_public(curve, parts); },
          [](Parts parts) { return load_ecdsa_private(curve, parts); }};
}

constexpr KeyAlgorithm kKeys[] = {
    {"ssh-ed25519", 1, 2, 0, load_ed25519_public, load_ed25519_private},
    ecdsa_row<Curve::p256>("ecdsa-sha2-nistp256", 32),
    ecdsa_row<Curve::p384>("ecdsa-sha2-nistp384", 48),
    ecdsa_row<Curve::p521>("ecdsa-sha2-nistp521", 66),
    {"ssh-rsa", 2, 6, 0, load_rsa_public, load_rsa_private},
};

constexpr SignatureAlgorithm kSignatures[] = {
    {"ssh-ed25519", "ssh-ed25519", HashId::none},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", HashId::sha256},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", HashId::sha384},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", HashId::sha512},
    {"rsa-sha2-512", "ssh-rsa", HashId::sha512},
    {"rsa-sha2-256", "ssh-rsa", HashId::sha256},
    {"ssh-rsa", "ssh-rsa", HashId::sha1},
};

}  // namespace

const Engine& openssl_engine() {
  static const Engine engine{.name = "openssl",
                             .hashes = kHashes,
                             .ciphers = kCiphers,
                             .macs = kMacs,
                             .agreements = kAgreements,
                             .generate_in_group = generate_dh_in_group,
                             .kems = has_ml_kem() ? std::span(kKems) : std::span(kNativeKems),
                             .keys = kKeys,
                             .signatures = kSignatures,
                             .random = &system_random()};
  return engine;
}

}  // namespace hawser::crypto
