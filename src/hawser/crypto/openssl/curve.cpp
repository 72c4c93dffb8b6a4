// The NIST curves on OpenSSL's EC_GROUP; its products with a secret scalar run in constant time.
#include "hawser/crypto/openssl/curve.h"

#include <openssl/obj_mac.h>

namespace hawser::crypto::openssl {

namespace {

struct CurveRow {
  Curve curve;
  int nid;
  const char* name;
  std::size_t field_size;
};
constexpr CurveRow kCurves[] = {
    {Curve::p256, NID_X9_62_prime256v1, "P-256", 32},
    {Curve::p384, NID_secp384r1, "P-384", 48},
    {Curve::p521, NID_secp521r1, "P-521", 66},
};
constexpr std::uint8_t kUncompressed = 0x04;

}  // namespace

Result<CurveGroup> CurveGroup::open(Curve curve) {
  for (const CurveRow& row : kCurves) {
    if (row.curve != curve) continue;
    auto group = HAWSER_TRY(require(OwnedGroup(EC_GROUP_new_by_curve_name(row.nid)), "curve"));
    return CurveGroup(std::move(group), row.name, row.field_size);
  }
  return fail(Errc::internal, "curve");
}

Result<OwnedPoint> CurveGroup::parse(ByteView encoded, Errc code) const {
  if (encoded.size() != point_size() || encoded[0] != kUncompressed) return fail(code, "point");
  auto point = HAWSER_TRY(require(OwnedPoint(EC_POINT_new(group())), "point"));
  // Decoding makes sure that the point is on the curve; of prime order, that is all there is.
  HAWSER_TRY(
      check(EC_POINT_oct2point(group(), point.get(), encoded.data(), encoded.size(), nullptr),
            "point", code));
  if (EC_POINT_is_at_infinity(group(), point.get()) != 0) return refused(code, "point");
  return point;
}

Result<Bytes> CurveGroup::encode(const EC_POINT* point) const {
  Bytes encoded(point_size());
  const std::size_t size = EC_POINT_point2oct(group(), point, POINT_CONVERSION_UNCOMPRESSED,
                                              encoded.data(), encoded.size(), nullptr);
  if (size != encoded.size()) return refused(Errc::crypto_failed, "point");
  return encoded;
}

bool CurveGroup::is_scalar(const BIGNUM* scalar) const {
  return BN_is_zero(scalar) == 0 && BN_cmp(scalar, order()) < 0;
}

Result<OwnedPoint> CurveGroup::times_generator(const BIGNUM* scalar) const {
  const auto context = HAWSER_TRY(require(OwnedBignumCtx(BN_CTX_secure_new()), "curve"));
  auto point = HAWSER_TRY(require(OwnedPoint(EC_POINT_new(group())), "curve"));
  HAWSER_TRY(
      check(EC_POINT_mul(group(), point.get(), scalar, nullptr, nullptr, context.get()), "curve"));
  return point;
}

Result<SecretBytes> CurveGroup::x_of_product(const BIGNUM* scalar, const EC_POINT* point) const {
  const auto context = HAWSER_TRY(require(OwnedBignumCtx(BN_CTX_secure_new()), "curve"));
  const auto product = HAWSER_TRY(require(OwnedPoint(EC_POINT_new(group())), "curve"));
  HAWSER_TRY(
      check(EC_POINT_mul(group(), product.get(), nullptr, point, scalar, context.get()), "curve"));
  if (EC_POINT_is_at_infinity(group(), product.get()) != 0) {
    return refused(Errc::bad_kex_value, "point");
  }
  const auto x = HAWSER_TRY(require(OwnedBignum(BN_secure_new()), "curve"));
  HAWSER_TRY(check(
      EC_POINT_get_affine_coordinates(group(), product.get(), x.get(), nullptr, context.get()),
      "curve"));
  SecretBytes bytes(field_size_);
  const int size = static_cast<int>(field_size_);
  if (BN_bn2binpad(x.get(), bytes.span().data(), size) != size) {
    return refused(Errc::crypto_failed, "curve");
  }
  return bytes;
}

}  // namespace hawser::crypto::openssl
