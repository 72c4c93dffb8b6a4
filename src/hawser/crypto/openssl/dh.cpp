// Finite-field Diffie-Hellman (RFC 4253 8): in the MODP groups of RFC 3526 and RFC 2409, generator
// 2, whose primes are safe, so that a value in [2, p - 2] generates a subgroup no smaller than (p -
// 1) / 2; and in a group that the peer chose (RFC 4419).
#include "hawser/base/limits.h"
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"
#include "hawser/crypto/openssl/prime.h"

namespace hawser::crypto::openssl {

namespace {

// RFC 3526 8 puts the groups at 110 to 160, 150 to 240 and 190 to 310 bits of strength. An exponent
// needs twice that against Pollard's methods, which in a safe-prime group is all that it needs; a
// full-length one would cost four to six times as much.
struct GroupRow {
  DhGroup group;
  BIGNUM* (*prime)(BIGNUM*);
  std::size_t exponent_size;  // bytes
};
constexpr GroupRow kGroups[] = {
    // RFC 2409 6.2, at 80 bits at best: precomputation for this one prime is within a state's
    // reach.
    {DhGroup::modp1024, BN_get_rfc2409_prime_1024, 320 / 8},
    {DhGroup::modp2048, BN_get_rfc3526_prime_2048, 512 / 8},
    {DhGroup::modp4096, BN_get_rfc3526_prime_4096, 640 / 8},
    {DhGroup::modp8192, BN_get_rfc3526_prime_8192, 640 / 8},
};
// Enough for the largest group, and for one whose prime is not safe: what small factors of p - 1
// give away of an exponent leaves more than the rest needs.
constexpr std::size_t kExponentInPeersGroup = 640 / 8;

// The prime is the server's, which knows the secret anyway: this is to find broken lists of moduli,
// and a composite number of that size that nobody made on purpose passes one round with a chance
// below 2^-100.
constexpr int kPrimalityRounds = 2;

// base^exponent mod prime.
Result<OwnedBignum> power(const BIGNUM* base, const BIGNUM* exponent, const BIGNUM* prime) {
  const auto context = HAWSER_TRY(require(OwnedBignumCtx(BN_CTX_secure_new()), "dh"));
  auto result = HAWSER_TRY(require(OwnedBignum(BN_secure_new()), "dh"));
  HAWSER_TRY(
      check(BN_mod_exp_mont_consttime(result.get(), base, exponent, prime, context.get(), nullptr),
            "dh"));
  return result;
}

// 2 <= value <= prime - 2
Result<bool> is_in_range(const BIGNUM* value, const BIGNUM* prime) {
  if (BN_is_zero(value) != 0 || BN_is_one(value) != 0) return false;
  const auto highest = HAWSER_TRY(require(OwnedBignum(BN_dup(prime)), "dh"));
  HAWSER_TRY(check(BN_sub_word(highest.get(), 2), "dh"));
  return BN_cmp(value, highest.get()) <= 0;
}

class Dh final : public KeyAgreement {
 public:
  Dh(OwnedBignum prime, OwnedBignum exponent, Bytes public_value)
      : prime_(std::move(prime)),
        exponent_(std::move(exponent)),
        public_value_(std::move(public_value)) {}

  [[nodiscard]] ByteView public_value() const override { return public_value_; }

  Result<SecretBytes> agree(ByteView peer_value) override {
    const auto prime_size = static_cast<std::size_t>(BN_num_bytes(prime_.get()));
    const ByteView magnitude = trimmed(peer_value);
    if (magnitude.size() > prime_size) return fail(Errc::bad_kex_value, "dh value");
    const auto peer = HAWSER_TRY(public_number(magnitude));
    if (!HAWSER_TRY(is_in_range(peer.get(), prime_.get()))) {
      return fail(Errc::bad_kex_value, "dh value");
    }
    const auto shared = HAWSER_TRY(power(peer.get(), exponent_.get(), prime_.get()));
    if (!HAWSER_TRY(is_in_range(shared.get(), prime_.get()))) {
      return fail(Errc::bad_kex_value, "dh value");
    }
    SecretBytes secret(prime_size);
    const int size = static_cast<int>(prime_size);
    if (BN_bn2binpad(shared.get(), secret.span().data(), size) != size) {
      return refused(Errc::crypto_failed, "dh");
    }
    return secret;
  }

 private:
  OwnedBignum prime_;
  OwnedBignum exponent_;
  Bytes public_value_;
};

Result<std::unique_ptr<KeyAgreement>> generate(OwnedBignum prime, const BIGNUM* generator,
                                               std::size_t exponent_size, Random& random) {
  SecretBytes drawn(exponent_size);
  HAWSER_TRY(random.fill(drawn.span()));
  drawn.span()[0] |= 0x80;  // one length for every exponent, and never zero; costs one bit
  auto exponent = HAWSER_TRY(secret_number(drawn.view()));
  const auto value = HAWSER_TRY(power(generator, exponent.get(), prime.get()));
  Bytes public_value(static_cast<std::size_t>(BN_num_bytes(value.get())));
  BN_bn2bin(value.get(), public_value.data());
  return std::make_unique<Dh>(std::move(prime), std::move(exponent), std::move(public_value));
}

}  // namespace

Result<std::unique_ptr<KeyAgreement>> generate_dh(DhGroup group, Random& random) {
  static constexpr std::uint8_t kGenerator[] = {2};
  const auto generator = HAWSER_TRY(public_number(kGenerator));
  for (const GroupRow& row : kGroups) {
    if (row.group != group) continue;
    auto prime = HAWSER_TRY(require(OwnedBignum(row.prime(nullptr)), "dh"));
    return generate(std::move(prime), generator.get(), row.exponent_size, random);
  }
  return fail(Errc::internal, "dh group");
}

Result<std::unique_ptr<KeyAgreement>> generate_dh_in_group(const PeerGroup& group, Random& random) {
  const ByteView magnitude = trimmed(group.prime);
  const std::size_t bits =
      magnitude.empty() ? 0 : magnitude.size() * 8 - std::countl_zero(magnitude[0]);
  if (bits < limits::kGroupBitsMin || bits > limits::kGroupBitsMax ||
      trimmed(group.generator).size() > magnitude.size()) {
    return fail(Errc::bad_kex_value, "dh group size");
  }
  auto prime = HAWSER_TRY(public_number(magnitude));
  const auto generator = HAWSER_TRY(public_number(trimmed(group.generator)));
  if (!HAWSER_TRY(is_in_range(generator.get(), prime.get()))) {
    return fail(Errc::bad_kex_value, "dh generator");
  }
  if (!HAWSER_TRY(is_probable_prime(prime.get(), kPrimalityRounds, random))) {
    return fail(Errc::bad_kex_value, "dh prime");
  }
  return generate(std::move(prime), generator.get(), kExponentInPeersGroup, random);
}

}  // namespace hawser::crypto::openssl
