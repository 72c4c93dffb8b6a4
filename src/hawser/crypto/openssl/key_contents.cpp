#include "hawser/crypto/openssl/key_contents.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>

namespace hawser::crypto::openssl {

namespace {

// Appends a number of the key as a magnitude.
Status append_number(RawKey& to, const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  const int got = EVP_PKEY_get_bn_param(key, name, &raw);
  const OwnedBignum number(raw);
  if (got != 1) return refused(Errc::key_damaged, name);
  SecretBytes part(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), part.span().data());
  to.parts.push_back(std::move(part));
  return {};
}

Result<RawKey> rsa_parts(const EVP_PKEY* key) {
  RawKey parts{"ssh-rsa", {}};
  for (const char* name : {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
                           OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_RSA_FACTOR1,
                           OSSL_PKEY_PARAM_RSA_FACTOR2}) {
    HAWSER_TRY(append_number(parts, key, name));
  }
  return parts;
}

struct CurveRow {
  std::string_view library_name;
  std::string_view key_type;
  int field_size;
};
constexpr CurveRow kCurves[] = {{SN_X9_62_prime256v1, "ecdsa-sha2-nistp256", 32},
                                {SN_secp384r1, "ecdsa-sha2-nistp384", 48},
                                {SN_secp521r1, "ecdsa-sha2-nistp521", 66}};

// The point from its coordinates: the file may hold it compressed.
Result<SecretBytes> uncompressed_point(const EVP_PKEY* key, int field_size) {
  SecretBytes point(1 + 2 * static_cast<std::size_t>(field_size));
  point.span()[0] = POINT_CONVERSION_UNCOMPRESSED;
  std::uint8_t* place = point.span().data() + 1;
  for (const char* name : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
    BIGNUM* raw = nullptr;
    const int got = EVP_PKEY_get_bn_param(key, name, &raw);
    const OwnedBignum coordinate(raw);
    if (got != 1 || BN_bn2binpad(coordinate.get(), place, field_size) != field_size) {
      return refused(Errc::key_damaged, name);
    }
    place += field_size;
  }
  return point;
}

Result<RawKey> ec_parts(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) {
    return refused(Errc::key_unsupported, "curve");
  }
  for (const CurveRow& row : kCurves) {
    if (row.library_name != name.data()) continue;
    RawKey parts{row.key_type, {}};
    parts.parts.push_back(HAWSER_TRY(uncompressed_point(key, row.field_size)));
    HAWSER_TRY(append_number(parts, key, OSSL_PKEY_PARAM_PRIV_KEY));
    return parts;
  }
  return fail(Errc::key_unsupported, "curve");
}

Result<RawKey> ed25519_parts(const EVP_PKEY* key) {
  constexpr std::size_t kKey = 32;
  RawKey parts{"ssh-ed25519", {}};
  SecretBytes point(kKey);
  SecretBytes seed(kKey);
  std::size_t point_size = kKey;
  std::size_t seed_size = kKey;
  if (EVP_PKEY_get_raw_public_key(key, point.span().data(), &point_size) != 1 ||
      EVP_PKEY_get_raw_private_key(key, seed.span().data(), &seed_size) != 1) {
    return refused(Errc::key_damaged, "ed25519");
  }
  parts.parts.push_back(std::move(point));
  parts.parts.push_back(std::move(seed));
  return parts;
}

}  // namespace

Result<RawKey> contents_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return rsa_parts(key);
    case EVP_PKEY_EC:
      return ec_parts(key);
    case EVP_PKEY_ED25519:
      return ed25519_parts(key);
    default:
      return fail(Errc::key_unsupported, "key type");
  }
}

}  // namespace hawser::crypto::openssl
