#include "hawser/crypto/native/sntrup.h"

#include "hawser/crypto/native/constant_time.h"
#include "hawser/crypto/native/constant_time_sort.h"
#include "hawser/crypto/native/sntrup_coding.h"

namespace hawser::crypto::sntrup {

namespace {

constexpr std::size_t kHash = 32;
constexpr std::size_t kConfirmation = kHash;
static_assert(kPublicKey == kEncodedModQ);
static_assert(kPrivateKey == 3 * kEncodedSmall + kPublicKey + kHash);
static_assert(kCiphertext == kEncodedRounded + kConfirmation);

// The specification's hashes: half of SHA-512 over a byte that says what for, and the rest.
enum class Purpose : std::uint8_t {
  rejected = 0,
  session = 1,
  confirmation = 2,
  input = 3,
  key = 4
};

class PrefixHash {
 public:
  static Result<PrefixHash> make(const Engine& engine) {
    const HashAlgorithm* row = find_hash(engine, HashId::sha512);
    if (row == nullptr) return fail(Errc::internal, "sntrup");
    return PrefixHash(HAWSER_TRY(row->make()));
  }

  Status hash(std::uint8_t purpose, std::initializer_list<ByteView> pieces, ByteSpan out) {
    Secret<std::array<std::uint8_t, 64>> digest;
    hash_->update({&purpose, 1});
    for (ByteView piece : pieces) hash_->update(piece);
    HAWSER_TRY(hash_->finish(*digest));
    copy(ByteView(*digest).first(kHash), out);
    return {};
  }
  Status hash(Purpose purpose, std::initializer_list<ByteView> pieces, ByteSpan out) {
    return hash(static_cast<std::uint8_t>(purpose), pieces, out);
  }

 private:
  explicit PrefixHash(std::unique_ptr<Hash> hash) : hash_(std::move(hash)) {}
  std::unique_ptr<Hash> hash_;
};

using Draw = std::array<std::uint32_t, kDegree>;

// Numbers of 32 bits, little-endian as in the specification's own vectors.
Status draw(Random& random, Draw& to) {
  Secret<std::array<std::uint8_t, sizeof(Draw)>> bytes;
  HAWSER_TRY(random.fill(*bytes));
  for (std::size_t i = 0; i < kDegree; ++i) {
    to[i] = std::byteswap(load_be32(bytes->data() + 4 * i));
  }
  return {};
}

// Every coefficient by itself; a third of 2^30 each, as nearly as can be.
Status draw_small(Random& random, Small& to) {
  Secret<Draw> numbers;
  HAWSER_TRY(draw(random, *numbers));
  for (std::size_t i = 0; i < kDegree; ++i) {
    const std::uint32_t third = (((*numbers)[i] & 0x3fffffff) * 3) >> 30;
    to.at[i] = static_cast<std::int16_t>(static_cast<std::int32_t>(third) - 1);
  }
  return {};
}

// kWeight coefficients that are 1 or -1, at places that a sort of random numbers finds: their
// lowest two bits are what is sorted along.
Status draw_short(Random& random, Small& to) {
  Secret<Draw> numbers;
  HAWSER_TRY(draw(random, *numbers));
  for (std::size_t i = 0; i < kDegree; ++i) {
    std::uint32_t& number = (*numbers)[i];
    number = i < kWeight ? number & ~1U : (number & ~3U) | 1;
  }
  constant_time::sort(*numbers);
  for (std::size_t i = 0; i < kDegree; ++i) {
    to.at[i] = static_cast<std::int16_t>(static_cast<std::int32_t>((*numbers)[i] & 3) - 1);
  }
  return {};
}

// An element of R/3 that has an inverse. One that has none is thrown away, so its fate is no
// secret.
Status draw_invertible(Random& random, Small& g, Small& inverse) {
  for (;;) {
    HAWSER_TRY(draw_small(random, g));
    const std::uint32_t exists = reciprocal(g, inverse);
    constant_time::declassify(&exists, sizeof(exists));
    if (exists != 0) return {};
  }
}

// Every coefficient to the nearest multiple of 3.
void round(ModQ& poly) {
  for (std::int16_t& value : poly.at) value = static_cast<std::int16_t>(value - freeze3(value));
}

void encrypt(const Small& r, ByteView public_key, ByteSpan rounded) {
  ModQ h;
  decode(public_key, h);
  Secret<ModQ> product;
  multiply(h, r, *product);
  round(*product);
  encode_rounded(*product, rounded);
}

// All ones if just kWeight coefficients are not zero.
std::int16_t has_weight(const Small& poly) {
  std::int32_t weight = 0;
  for (std::int16_t value : poly.at) weight += value & 1;
  const std::int32_t difference = weight - static_cast<std::int32_t>(kWeight);
  return static_cast<std::int16_t>(constant_time::hide(~((difference | -difference) >> 31)));
}

void decrypt(ByteView private_key, ByteView rounded, Small& r) {
  Secret<Small> f;
  Secret<Small> g_inverse;
  decode(private_key.first(kEncodedSmall), *f);
  decode(private_key.subspan(kEncodedSmall, kEncodedSmall), *g_inverse);
  ModQ c;
  decode_rounded(rounded, c);
  Secret<ModQ> product;
  multiply(c, *f, *product);
  Secret<Small> e;
  for (std::size_t i = 0; i < kDegree; ++i) e->at[i] = freeze3(freeze(3 * product->at[i]));
  multiply(*e, *g_inverse, r);
  // What cannot have been sent becomes something that can: the first kWeight coefficients are 1.
  const std::int16_t is_good = has_weight(r);
  for (std::size_t i = 0; i < kDegree; ++i) {
    const std::int16_t instead = i < kWeight ? 1 : 0;
    r.at[i] = static_cast<std::int16_t>((r.at[i] & is_good) | (instead & ~is_good));
  }
}

// The whole ciphertext of r: what decrypts to it, and a hash of both.
Status hide(PrefixHash& hash, const Small& r, ByteView public_key, ByteView key_hash,
            ByteSpan encoded_r, ByteSpan ciphertext) {
  encode(r, encoded_r);
  encrypt(r, public_key, ciphertext.first(kEncodedRounded));
  Secret<std::array<std::uint8_t, kHash>> input;
  HAWSER_TRY(hash.hash(Purpose::input, {encoded_r}, *input));
  return hash.hash(Purpose::confirmation, {*input, key_hash}, ciphertext.subspan(kEncodedRounded));
}

// `is_good` is a mask.
Result<SecretBytes> session_secret(PrefixHash& hash, std::uint8_t is_good, ByteView encoded_r,
                                   ByteView ciphertext) {
  Secret<std::array<std::uint8_t, kHash>> input;
  HAWSER_TRY(hash.hash(Purpose::input, {encoded_r}, *input));
  static_assert(static_cast<int>(Purpose::session) == 1 &&
                static_cast<int>(Purpose::rejected) == 0);
  SecretBytes secret(kSharedSecret);
  HAWSER_TRY(
      hash.hash(static_cast<std::uint8_t>(is_good & 1), {*input, ciphertext}, secret.span()));
  return secret;
}

}  // namespace

Result<KeyPair> generate_keys(const Engine& engine) {
  PrefixHash hash = HAWSER_TRY(PrefixHash::make(engine));
  Secret<Small> g;
  Secret<Small> g_inverse;
  Secret<Small> f;
  HAWSER_TRY(draw_invertible(*engine.random, *g, *g_inverse));
  HAWSER_TRY(draw_short(*engine.random, *f));
  Secret<ModQ> f_inverse;
  reciprocal_of_three(*f, *f_inverse);
  ModQ h;
  multiply(*f_inverse, *g, h);

  KeyPair keys{Bytes(kPublicKey), SecretBytes(kPrivateKey)};
  encode(h, keys.public_key);
  constant_time::declassify(keys.public_key.data(), keys.public_key.size());
  ByteSpan rest = keys.private_key.span();
  const auto next = [&rest](std::size_t size) {
    const ByteSpan part = rest.first(size);
    rest = rest.subspan(size);
    return part;
  };
  encode(*f, next(kEncodedSmall));
  encode(*g_inverse, next(kEncodedSmall));
  copy(keys.public_key, next(kPublicKey));
  HAWSER_TRY(engine.random->fill(next(kEncodedSmall)));  // rho
  HAWSER_TRY(hash.hash(Purpose::key, {keys.public_key}, rest));
  return keys;
}

Result<Encapsulation> encapsulate(const Engine& engine, ByteView public_key) {
  if (public_key.size() != kPublicKey) return fail(Errc::bad_kex_value, "sntrup key");
  PrefixHash hash = HAWSER_TRY(PrefixHash::make(engine));
  std::array<std::uint8_t, kHash> key_hash;
  HAWSER_TRY(hash.hash(Purpose::key, {public_key}, key_hash));
  Secret<Small> r;
  HAWSER_TRY(draw_short(*engine.random, *r));
  Secret<std::array<std::uint8_t, kEncodedSmall>> encoded_r;
  Bytes ciphertext(kCiphertext);
  HAWSER_TRY(hide(hash, *r, public_key, key_hash, *encoded_r, ciphertext));
  SecretBytes secret = HAWSER_TRY(session_secret(hash, 0xff, *encoded_r, ciphertext));
  return Encapsulation{std::move(ciphertext), std::move(secret)};
}

Result<SecretBytes> decapsulate(const Engine& engine, ByteView private_key, ByteView ciphertext) {
  if (private_key.size() != kPrivateKey || ciphertext.size() != kCiphertext) {
    return fail(Errc::bad_kex_value, "sntrup sizes");
  }
  PrefixHash hash = HAWSER_TRY(PrefixHash::make(engine));
  const ByteView public_key = private_key.subspan(2 * kEncodedSmall, kPublicKey);
  const ByteView rho = private_key.subspan(2 * kEncodedSmall + kPublicKey, kEncodedSmall);
  const ByteView key_hash = private_key.last(kHash);

  Secret<Small> r;
  decrypt(private_key, ciphertext.first(kEncodedRounded), *r);
  Secret<std::array<std::uint8_t, kEncodedSmall>> encoded_r;
  SecretBytes again(kCiphertext);
  HAWSER_TRY(hide(hash, *r, public_key, key_hash, *encoded_r, again.span()));
  // Who altered the ciphertext gets a secret made of rho, in the same time.
  const std::uint8_t is_good = constant_time::equal_mask(again.view(), ciphertext);
  constant_time::copy_if(static_cast<std::uint8_t>(~is_good), rho, *encoded_r);
  return session_secret(hash, is_good, *encoded_r, ciphertext);
}

namespace {

class SntrupKeyPair final : public KemKeyPair {
 public:
  SntrupKeyPair(const Engine& engine, KeyPair keys) : engine_(engine), keys_(std::move(keys)) {}

  [[nodiscard]] ByteView public_key() const override { return keys_.public_key; }
  Result<SecretBytes> decapsulate(ByteView ciphertext) override {
    return sntrup::decapsulate(engine_, keys_.private_key.view(), ciphertext);
  }

 private:
  const Engine& engine_;
  KeyPair keys_;
};

}  // namespace

Result<std::unique_ptr<KemKeyPair>> generate(const Engine& engine) {
  return std::make_unique<SntrupKeyPair>(engine, HAWSER_TRY(generate_keys(engine)));
}

}  // namespace hawser::crypto::sntrup
