#include "hawser/crypto/openssl/prime.h"

namespace hawser::crypto::openssl {

namespace {

// number - 1 = odd * 2^twos
struct Parts {
  OwnedBignum minus_one;
  OwnedBignum odd;
  int twos;
};

Result<Parts> split(const BIGNUM* number) {
  Parts parts{};
  parts.minus_one = HAWSER_TRY(require(OwnedBignum(BN_dup(number)), "prime"));
  parts.odd = HAWSER_TRY(require(OwnedBignum(BN_new()), "prime"));
  HAWSER_TRY(check(BN_sub_word(parts.minus_one.get(), 1), "prime"));
  while (BN_is_bit_set(parts.minus_one.get(), parts.twos) == 0) ++parts.twos;
  HAWSER_TRY(check(BN_rshift(parts.odd.get(), parts.minus_one.get(), parts.twos), "prime"));
  return parts;
}

// A base in [2, number - 2], drawn with 64 bits more than the number has, which hides the bias.
Result<OwnedBignum> draw_base(const BIGNUM* number, Random& random, BN_CTX* context) {
  Bytes drawn(static_cast<std::size_t>(BN_num_bytes(number)) + 8);
  HAWSER_TRY(random.fill(drawn));
  auto base = HAWSER_TRY(public_number(drawn));
  const auto choices = HAWSER_TRY(require(OwnedBignum(BN_dup(number)), "prime"));
  HAWSER_TRY(check(BN_sub_word(choices.get(), 3), "prime"));
  HAWSER_TRY(check(BN_nnmod(base.get(), base.get(), choices.get(), context), "prime"));
  HAWSER_TRY(check(BN_add_word(base.get(), 2), "prime"));
  return base;
}

// base^odd is 1, or one of its `twos` squares, itself included, is -1.
Result<bool> passes(const BIGNUM* number, const Parts& parts, const BIGNUM* base, BN_CTX* context) {
  const auto power = HAWSER_TRY(require(OwnedBignum(BN_new()), "prime"));
  HAWSER_TRY(check(BN_mod_exp(power.get(), base, parts.odd.get(), number, context), "prime"));
  if (BN_is_one(power.get()) != 0) return true;
  for (int square = 0; square < parts.twos; ++square) {
    if (BN_cmp(power.get(), parts.minus_one.get()) == 0) return true;
    HAWSER_TRY(check(BN_mod_sqr(power.get(), power.get(), number, context), "prime"));
  }
  return false;
}

}  // namespace

Result<bool> is_probable_prime(const BIGNUM* number, int rounds, Random& random) {
  if (BN_is_word(number, 2) != 0 || BN_is_word(number, 3) != 0) return true;
  if (BN_is_negative(number) != 0 || BN_is_odd(number) == 0 || BN_is_one(number) != 0) return false;
  const auto context = HAWSER_TRY(require(OwnedBignumCtx(BN_CTX_new()), "prime"));
  const Parts parts = HAWSER_TRY(split(number));
  for (int round = 0; round < rounds; ++round) {
    const auto base = HAWSER_TRY(draw_base(number, random, context.get()));
    if (!HAWSER_TRY(passes(number, parts, base.get(), context.get()))) return false;
  }
  return true;
}

}  // namespace hawser::crypto::openssl
