// The NIST curves (RFC 5656 10.1), for ECDH and ECDSA alike: sizes, points and scalars.
#pragma once

#include "hawser/base/secret.h"
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

class CurveGroup {
 public:
  static Result<CurveGroup> open(Curve curve);

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] std::size_t field_size() const { return field_size_; }
  [[nodiscard]] std::size_t point_size() const { return 1 + 2 * field_size_; }
  [[nodiscard]] const EC_GROUP* group() const { return group_.get(); }
  [[nodiscard]] const BIGNUM* order() const { return EC_GROUP_get0_order(group_.get()); }

  // The point of an uncompressed encoding (SEC 1 2.3.3, RFC 5656 3.1); `code` for any other form,
  // another size or a point off the curve.
  [[nodiscard]] Result<OwnedPoint> parse(ByteView encoded, Errc code) const;
  [[nodiscard]] Result<Bytes> encode(const EC_POINT* point) const;

  [[nodiscard]] bool is_scalar(const BIGNUM* scalar) const;  // 1 <= scalar < order
  [[nodiscard]] Result<OwnedPoint> times_generator(const BIGNUM* scalar) const;
  // The x coordinate of scalar * point, as long as the field.
  [[nodiscard]] Result<SecretBytes> x_of_product(const BIGNUM* scalar, const EC_POINT* point) const;

 private:
  CurveGroup(OwnedGroup group, const char* name, std::size_t field_size)
      : group_(std::move(group)), name_(name), field_size_(field_size) {}

  OwnedGroup group_;
  const char* name_;
  std::size_t field_size_;
};

}  // namespace hawser::crypto::openssl
