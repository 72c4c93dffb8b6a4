// RSA signatures, PKCS#1 v1.5 (RFC 8017 8.2, in SSH RFC 8332). Sizes are checked on the bytes,
// before any arithmetic: a huge modulus or exponent would cost minutes.
#include <openssl/core_names.h>

#include "hawser/base/limits.h"
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

std::size_t bits_of(ByteView magnitude) {
  if (magnitude.empty()) return 0;
  return (magnitude.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(magnitude[0]));
}

bool is_odd(ByteView magnitude) {
  return !magnitude.empty() && (magnitude.back() & 1) != 0;
}

struct PublicNumbers {
  OwnedBignum e;
  OwnedBignum n;
};

Result<PublicNumbers> public_numbers(ByteView e_bytes, ByteView n_bytes, Errc code) {
  constexpr std::size_t kExponentBits = 32;  // 65537 and 37 are in use; RFC 8017 sets no bound
  const ByteView e = trimmed(e_bytes);
  const ByteView n = trimmed(n_bytes);
  if (bits_of(n) < limits::kRsaBitsMin || bits_of(n) > limits::kRsaBitsMax || !is_odd(n)) {
    return fail(code, "rsa modulus");
  }
  // Odd, and not 1, is at least 3.
  if (bits_of(e) < 2 || bits_of(e) > kExponentBits || !is_odd(e)) return fail(code, "rsa exponent");
  PublicNumbers numbers;
  numbers.e = HAWSER_TRY(public_number(e));
  numbers.n = HAWSER_TRY(public_number(n));
  return numbers;
}

// Parameters being collected; the first failure sticks.
class Parameters {
 public:
  void push(const char* name, const OwnedBignum& number) {
    is_good_ = is_good_ && OSSL_PARAM_BLD_push_BN(builder_.get(), name, number.get()) == 1;
  }
  Result<OwnedKey> key(int selection) {
    if (!is_good_) return refused(Errc::crypto_failed, "rsa");
    return key_from(builder_.get(), "RSA", selection);
  }

 private:
  OwnedParamBuilder builder_{OSSL_PARAM_BLD_new()};
  bool is_good_ = builder_ != nullptr;
};

Status verify_signature(EVP_PKEY* key, HashId hash, ByteView message, ByteView signature) {
  if (hash == HashId::none) return fail(Errc::internal, "rsa hash");
  const auto modulus_size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  if (signature.size() > modulus_size) return refused(Errc::host_key_signature, "rsa size");
  // Some old servers leave out the leading zeros.
  Bytes padded(modulus_size);
  copy(signature, ByteSpan(padded).last(signature.size()));
  return verify_digest(key, hash, message, padded);
}

class RsaPublic final : public VerifyKey {
 public:
  explicit RsaPublic(OwnedKey key) : key_(std::move(key)) {}

  [[nodiscard]] Status verify(HashId hash, ByteView message, ByteView signature) const override {
    return verify_signature(key_.get(), hash, message, signature);
  }

 private:
  OwnedKey key_;
};

class RsaPrivate final : public SigningKey {
 public:
  explicit RsaPrivate(OwnedKey key) : key_(std::move(key)) {}

  [[nodiscard]] Result<Bytes> sign(HashId hash, ByteView message) const override {
    if (hash == HashId::none) return fail(Errc::internal, "rsa hash");
    auto signature = HAWSER_TRY(sign_digest(key_.get(), hash, message));
    // One signature with a fault in one half of the CRT gives away a factor of n.
    if (!verify_signature(key_.get(), hash, message, signature)) {
      return fail(Errc::crypto_failed, "rsa signature");
    }
    return signature;
  }

 private:
  OwnedKey key_;
};

struct PrivateNumbers {
  OwnedBignum d, iqmp, p, q;
  OwnedBignum dmp1, dmq1;  // d mod p - 1, d mod q - 1: not in the file
};

Result<OwnedBignum> fresh_secret() {
  auto number = HAWSER_TRY(require(OwnedBignum(BN_secure_new()), "rsa"));
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

// value mod (prime - 1)
Result<OwnedBignum> reduced(const BIGNUM* value, const BIGNUM* prime, BN_CTX* context) {
  const auto modulus = HAWSER_TRY(fresh_secret());
  auto result = HAWSER_TRY(fresh_secret());
  HAWSER_TRY(check(BN_sub(modulus.get(), prime, BN_value_one()), "rsa"));
  HAWSER_TRY(check(BN_nnmod(result.get(), value, modulus.get(), context), "rsa"));
  return result;
}

// Whether a * b == 1 mod modulus.
Result<bool> are_inverse(const BIGNUM* a, const BIGNUM* b, const BIGNUM* modulus, BN_CTX* context) {
  const auto product = HAWSER_TRY(fresh_secret());
  HAWSER_TRY(check(BN_mod_mul(product.get(), a, b, modulus, context), "rsa"));
  return BN_is_one(product.get()) != 0;
}

// Whether e and exponent (d mod prime - 1) are inverse mod prime - 1.
Result<bool> is_exponent(const BIGNUM* e, const BIGNUM* exponent, const BIGNUM* prime,
                         BN_CTX* context) {
  const auto modulus = HAWSER_TRY(fresh_secret());
  HAWSER_TRY(check(BN_sub(modulus.get(), prime, BN_value_one()), "rsa"));
  return are_inverse(e, exponent, modulus.get(), context);
}

// n == p q, and each stored number does what RFC 8017 3.2 says of it. Whether p and q are prime is
// not tried: if they are not, signatures come out wrong, and sign() finds that out.
Result<bool> is_consistent(const PublicNumbers& known, const PrivateNumbers& secret,
                           BN_CTX* context) {
  const auto product = HAWSER_TRY(fresh_secret());
  HAWSER_TRY(check(BN_mul(product.get(), secret.p.get(), secret.q.get(), context), "rsa"));
  if (BN_cmp(product.get(), known.n.get()) != 0) return false;
  if (BN_cmp(secret.d.get(), known.n.get()) >= 0) return false;
  if (BN_cmp(secret.iqmp.get(), secret.p.get()) >= 0) return false;
  return HAWSER_TRY(is_exponent(known.e.get(), secret.dmp1.get(), secret.p.get(), context)) &&
         HAWSER_TRY(is_exponent(known.e.get(), secret.dmq1.get(), secret.q.get(), context)) &&
         HAWSER_TRY(are_inverse(secret.iqmp.get(), secret.q.get(), secret.p.get(), context));
}

// parts: n, e, d, iqmp, p, q
Result<PrivateNumbers> private_numbers(Parts parts, BN_CTX* context) {
  const std::size_t modulus_size = trimmed(parts[0]).size();
  for (ByteView part : parts.subspan(2)) {
    if (trimmed(part).size() > modulus_size) return fail(Errc::key_damaged, "rsa sizes");
  }
  for (ByteView factor : parts.last(2)) {
    if (bits_of(trimmed(factor)) < 2 || !is_odd(factor))
      return fail(Errc::key_damaged, "rsa factor");
  }
  PrivateNumbers secret;
  secret.d = HAWSER_TRY(secret_number(trimmed(parts[2])));
  secret.iqmp = HAWSER_TRY(secret_number(trimmed(parts[3])));
  secret.p = HAWSER_TRY(secret_number(trimmed(parts[4])));
  secret.q = HAWSER_TRY(secret_number(trimmed(parts[5])));
  secret.dmp1 = HAWSER_TRY(reduced(secret.d.get(), secret.p.get(), context));
  secret.dmq1 = HAWSER_TRY(reduced(secret.d.get(), secret.q.get(), context));
  return secret;
}

}  // namespace

Result<std::unique_ptr<VerifyKey>> load_rsa_public(Parts parts) {
  if (parts.size() != 2) return fail(Errc::bad_host_key, "rsa");
  const auto numbers = HAWSER_TRY(public_numbers(parts[0], parts[1], Errc::bad_host_key));
  Parameters parameters;
  parameters.push(OSSL_PKEY_PARAM_RSA_N, numbers.n);
  parameters.push(OSSL_PKEY_PARAM_RSA_E, numbers.e);
  return std::make_unique<RsaPublic>(HAWSER_TRY(parameters.key(EVP_PKEY_PUBLIC_KEY)));
}

Result<std::unique_ptr<SigningKey>> load_rsa_private(Parts parts) {
  if (parts.size() != 6) return fail(Errc::key_damaged, "rsa");
  const auto context = HAWSER_TRY(require(OwnedBignumCtx(BN_CTX_secure_new()), "rsa"));
  const auto numbers = HAWSER_TRY(public_numbers(parts[1], parts[0], Errc::key_damaged));
  const auto secret = HAWSER_TRY(private_numbers(parts, context.get()));
  if (!HAWSER_TRY(is_consistent(numbers, secret, context.get()))) {
    return fail(Errc::key_damaged, "rsa");
  }
  Parameters parameters;
  parameters.push(OSSL_PKEY_PARAM_RSA_N, numbers.n);
  parameters.push(OSSL_PKEY_PARAM_RSA_E, numbers.e);
  parameters.push(OSSL_PKEY_PARAM_RSA_D, secret.d);
  parameters.push(OSSL_PKEY_PARAM_RSA_FACTOR1, secret.p);
  parameters.push(OSSL_PKEY_PARAM_RSA_FACTOR2, secret.q);
  parameters.push(OSSL_PKEY_PARAM_RSA_EXPONENT1, secret.dmp1);
  parameters.push(OSSL_PKEY_PARAM_RSA_EXPONENT2, secret.dmq1);
  parameters.push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, secret.iqmp);
  return std::make_unique<RsaPrivate>(HAWSER_TRY(parameters.key(EVP_PKEY_KEYPAIR)));
}

}  // namespace hawser::crypto::openssl
