// ECDSA over the NIST curves (RFC 5656 3). The library speaks DER; here it becomes r || s and back.
#include <openssl/core_names.h>

#include "hawser/crypto/openssl/curve.h"

namespace hawser::crypto::openssl {

namespace {

using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

// r || s, each as long as the field, as a DER SEQUENCE of two INTEGERs.
Result<Bytes> to_der(ByteView raw, std::size_t field_size) {
  const auto parts = HAWSER_TRY(require(OwnedSignature(ECDSA_SIG_new()), "ecdsa"));
  auto r = HAWSER_TRY(public_number(raw.first(field_size)));
  auto s = HAWSER_TRY(public_number(raw.last(field_size)));
  // It takes both over; it would refuse, and leave them, only null ones.
  HAWSER_TRY(check(ECDSA_SIG_set0(parts.get(), r.release(), s.release()), "ecdsa"));
  const int size = i2d_ECDSA_SIG(parts.get(), nullptr);
  if (size <= 0) return refused(Errc::crypto_failed, "ecdsa");
  Bytes der(static_cast<std::size_t>(size));
  std::uint8_t* place = der.data();
  if (i2d_ECDSA_SIG(parts.get(), &place) != size) return refused(Errc::crypto_failed, "ecdsa");
  return der;
}

Result<Bytes> from_der(ByteView der, std::size_t field_size) {
  const std::uint8_t* place = der.data();
  const auto parts = HAWSER_TRY(require(
      OwnedSignature(d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(der.size()))), "ecdsa"));
  Bytes raw(2 * field_size);
  const int size = static_cast<int>(field_size);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), raw.data(), size) != size ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), raw.data() + field_size, size) != size) {
    return refused(Errc::crypto_failed, "ecdsa");
  }
  return raw;
}

// `scalar` is null for a public key.
Result<OwnedKey> make_key(const CurveGroup& curve, ByteView point, const BIGNUM* scalar) {
  const auto builder = HAWSER_TRY(require(OwnedParamBuilder(OSSL_PARAM_BLD_new()), "ecdsa"));
  HAWSER_TRY(check(
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.name(), 0),
      "ecdsa"));
  HAWSER_TRY(check(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                                    point.data(), point.size()),
                   "ecdsa"));
  if (scalar == nullptr) return key_from(builder.get(), "EC", EVP_PKEY_PUBLIC_KEY);
  HAWSER_TRY(
      check(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar), "ecdsa"));
  return key_from(builder.get(), "EC", EVP_PKEY_KEYPAIR);
}

class EcdsaPublic final : public VerifyKey {
 public:
  EcdsaPublic(OwnedKey key, std::size_t field_size)
      : key_(std::move(key)), field_size_(field_size) {}

  [[nodiscard]] Status verify(HashId hash, ByteView message, ByteView signature) const override {
    if (hash == HashId::none) return fail(Errc::internal, "ecdsa hash");
    if (signature.size() != 2 * field_size_) return fail(Errc::host_key_signature, "ecdsa size");
    const Bytes der = HAWSER_TRY(to_der(signature, field_size_));
    return verify_digest(key_.get(), hash, message, der);
  }

 private:
  OwnedKey key_;
  std::size_t field_size_;
};

class EcdsaPrivate final : public SigningKey {
 public:
  EcdsaPrivate(OwnedKey key, std::size_t field_size)
      : key_(std::move(key)), field_size_(field_size) {}

  // The library draws the nonce from randomness, key and message together, so that a weak generator
  // alone does not give the key away.
  [[nodiscard]] Result<Bytes> sign(HashId hash, ByteView message) const override {
    if (hash == HashId::none) return fail(Errc::internal, "ecdsa hash");
    const Bytes der = HAWSER_TRY(sign_digest(key_.get(), hash, message));
    return from_der(der, field_size_);
  }

 private:
  OwnedKey key_;
  std::size_t field_size_;
};

}  // namespace

Result<std::unique_ptr<VerifyKey>> load_ecdsa_public(Curve curve, Parts parts) {
  if (parts.size() != 1) return fail(Errc::bad_host_key, "ecdsa");
  const auto group = HAWSER_TRY(CurveGroup::open(curve));
  HAWSER_TRY(group.parse(parts[0], Errc::bad_host_key));
  auto key = HAWSER_TRY(make_key(group, parts[0], nullptr));
  return std::make_unique<EcdsaPublic>(std::move(key), group.field_size());
}

Result<std::unique_ptr<SigningKey>> load_ecdsa_private(Curve curve, Parts parts) {
  if (parts.size() != 2) return fail(Errc::key_damaged, "ecdsa");
  const auto group = HAWSER_TRY(CurveGroup::open(curve));
  HAWSER_TRY(group.parse(parts[0], Errc::key_damaged));
  const ByteView magnitude = trimmed(parts[1]);
  if (magnitude.size() > group.field_size()) return fail(Errc::key_damaged, "ecdsa scalar");
  const auto scalar = HAWSER_TRY(secret_number(magnitude));
  if (!group.is_scalar(scalar.get())) return fail(Errc::key_damaged, "ecdsa scalar");
  const auto point = HAWSER_TRY(group.times_generator(scalar.get()));
  if (!equal(HAWSER_TRY(group.encode(point.get())), parts[0])) {
    return fail(Errc::key_damaged, "ecdsa");
  }
  auto key = HAWSER_TRY(make_key(group, parts[0], scalar.get()));
  return std::make_unique<EcdsaPrivate>(std::move(key), group.field_size());
}

}  // namespace hawser::crypto::openssl
