#include "hawser/crypto/native/ml_kem.h"

#include <algorithm>

#include "hawser/crypto/native/constant_time.h"
#include "hawser/crypto/native/ml_kem_ring.h"

namespace hawser::crypto::ml_kem {

namespace {

using constant_time::declassify;

// The parameters of ML-KEM-768 (FIPS 203 8), and the sizes that come of them.
constexpr std::size_t kRank = 3;
constexpr unsigned kBitsOfU = 10;
constexpr unsigned kBitsOfV = 4;
constexpr std::size_t kRho = 32;
constexpr std::size_t kHash = 32;
constexpr std::size_t kEncodedPoly = kDegree * 12 / 8;
constexpr std::size_t kEncodedVector = kRank * kEncodedPoly;
constexpr std::size_t kEncodedU = kDegree * kBitsOfU / 8;
constexpr std::size_t kEncodedV = kDegree * kBitsOfV / 8;
constexpr std::size_t kNoise = kDegree / 2;  // eta = 2: four bits a coefficient
static_assert(kEncapsulationKey == kEncodedVector + kRho);
static_assert(kDecapsulationKey == kEncodedVector + kEncapsulationKey + kHash + kMessage);
static_assert(kCiphertext == kRank * kEncodedU + kEncodedV);

using Vector = std::array<NttPoly, kRank>;
using Matrix = std::array<Vector, kRank>;

// The standard's functions G, H, J, PRF and XOF (4.1).
class Functions {
 public:
  static Result<Functions> make(const Engine& engine) {
    Functions made;
    made.g_ = HAWSER_TRY(make_hash(engine, HashId::sha3_512));
    made.h_ = HAWSER_TRY(make_hash(engine, HashId::sha3_256));
    made.xof_ = HAWSER_TRY(make_hash(engine, HashId::shake128));
    made.prf_ = HAWSER_TRY(make_hash(engine, HashId::shake256));
    return made;
  }

  Status g(std::initializer_list<ByteView> in, ByteSpan out) { return hash(*g_, in, out); }
  Status h(std::initializer_list<ByteView> in, ByteSpan out) { return hash(*h_, in, out); }
  Status j(std::initializer_list<ByteView> in, ByteSpan out) { return hash(*prf_, in, out); }
  Status prf(std::initializer_list<ByteView> in, ByteSpan out) { return hash(*prf_, in, out); }
  Status xof(std::initializer_list<ByteView> in, ByteSpan out) { return hash(*xof_, in, out); }

 private:
  static Result<std::unique_ptr<Hash>> make_hash(const Engine& engine, HashId id) {
    const HashAlgorithm* row = find_hash(engine, id);
    if (row == nullptr) return fail(Errc::internal, "ml-kem");
    return row->make();
  }
  static Status hash(Hash& function, std::initializer_list<ByteView> in, ByteSpan out) {
    for (ByteView piece : in) function.update(piece);
    return function.finish(out);
  }

  std::unique_ptr<Hash> g_, h_, xof_, prf_;
};

// Algorithm 7: the first 256 numbers below q of a stream. Appendix B lets one stop after 280
// triples of bytes: more are needed once in 2^261 times.
Status sample_ntt(Functions& functions, ByteView rho, std::uint8_t column, std::uint8_t row,
                  NttPoly& to) {
  std::array<std::uint8_t, std::size_t{280} * 3> stream;
  const std::uint8_t place[] = {column, row};
  HAWSER_TRY(functions.xof({rho, place}, stream));
  std::size_t done = 0;
  const auto take = [&](std::uint32_t candidate) {
    if (candidate < kQ && done < kDegree) to.at[done++] = static_cast<std::uint16_t>(candidate);
  };
  for (std::size_t i = 0; i < stream.size(); i += 3) {
    take(stream[i] | (stream[i + 1] & 0xfU) << 8);
    take(stream[i + 1] >> 4 | std::uint32_t{stream[i + 2]} << 4);
  }
  if (done < kDegree) return fail(Errc::crypto_failed, "ml-kem matrix");
  return {};
}

Status sample_matrix(Functions& functions, ByteView rho, Matrix& to) {
  for (std::uint8_t row = 0; row < kRank; ++row) {
    for (std::uint8_t column = 0; column < kRank; ++column) {
      HAWSER_TRY(sample_ntt(functions, rho, column, row, to[row][column]));
    }
  }
  return {};
}

// Algorithm 8 for eta = 2: the difference of two sums of two bits.
Status sample_noise(Functions& functions, ByteView seed, std::uint8_t& counter, Poly& to) {
  Secret<std::array<std::uint8_t, kNoise>> bytes;
  HAWSER_TRY(functions.prf({seed, {&counter, 1}}, *bytes));
  ++counter;
  for (std::size_t i = 0; i < kDegree; ++i) {
    const std::uint32_t bits = (*bytes)[i / 2] >> (4 * (i % 2));
    const std::uint32_t plus = (bits & 1) + (bits >> 1 & 1);
    const std::uint32_t minus = (bits >> 2 & 1) + (bits >> 3 & 1);
    const std::uint32_t is_negative = 0 - ((plus - minus) >> 31);
    to.at[i] = static_cast<std::uint16_t>(plus - minus + (kQ & is_negative));
  }
  return {};
}

Status sample_noise(Functions& functions, ByteView seed, std::uint8_t& counter, Vector& to) {
  Secret<Poly> poly;
  for (NttPoly& each : to) {
    HAWSER_TRY(sample_noise(functions, seed, counter, *poly));
    ntt(*poly, each);
  }
  return {};
}

void decode_vector(ByteView bytes, Vector& to) {
  for (std::size_t i = 0; i < kRank; ++i) {
    decode(bytes.subspan(i * kEncodedPoly, kEncodedPoly), 12, to[i].at);
  }
}

void encode_vector(const Vector& vector, ByteSpan out) {
  for (std::size_t i = 0; i < kRank; ++i) {
    encode(vector[i].at, 12, out.subspan(i * kEncodedPoly, kEncodedPoly));
  }
}

// Algorithm 13: K-PKE.KeyGen, into the two keys.
Status generate_pke_keys(Functions& functions, ByteView d, ByteSpan public_key,
                         ByteSpan private_key) {
  Secret<std::array<std::uint8_t, 64>> seeds;
  static constexpr std::uint8_t kRankByte[] = {kRank};
  HAWSER_TRY(functions.g({d, kRankByte}, *seeds));
  const ByteView rho = ByteView(*seeds).first(kRho);
  const ByteView sigma = ByteView(*seeds).subspan(kRho);
  declassify(rho.data(), rho.size());  // it is in the public key

  Matrix matrix;
  HAWSER_TRY(sample_matrix(functions, rho, matrix));
  Secret<Vector> secret;
  Secret<Vector> sum;  // begins as the noise, ends as t
  std::uint8_t counter = 0;
  HAWSER_TRY(sample_noise(functions, sigma, counter, *secret));
  HAWSER_TRY(sample_noise(functions, sigma, counter, *sum));
  for (std::size_t row = 0; row < kRank; ++row) {
    for (std::size_t column = 0; column < kRank; ++column) {
      add_product((*sum)[row], matrix[row][column], (*secret)[column]);
    }
  }
  encode_vector(*sum, public_key);
  copy(rho, public_key.subspan(kEncodedVector));
  encode_vector(*secret, private_key);
  return {};
}

// Algorithm 14: K-PKE.Encrypt.
Status encrypt(Functions& functions, ByteView public_key, ByteView message, ByteView randomness,
               ByteSpan ciphertext) {
  Vector t;
  decode_vector(public_key, t);
  Matrix matrix;
  HAWSER_TRY(sample_matrix(functions, public_key.subspan(kEncodedVector), matrix));
  Secret<Vector> y;
  std::uint8_t counter = 0;
  HAWSER_TRY(sample_noise(functions, randomness, counter, *y));

  Secret<Poly> poly;
  Secret<Poly> noise;
  for (std::size_t i = 0; i < kRank; ++i) {
    Secret<NttPoly> sum;
    for (std::size_t j = 0; j < kRank; ++j) add_product(*sum, matrix[j][i], (*y)[j]);
    inverse_ntt(*sum, *poly);
    HAWSER_TRY(sample_noise(functions, randomness, counter, *noise));
    add(*poly, *noise);
    compress(poly->at, kBitsOfU);
    encode(poly->at, kBitsOfU, ciphertext.subspan(i * kEncodedU, kEncodedU));
  }

  Secret<NttPoly> sum;
  for (std::size_t i = 0; i < kRank; ++i) add_product(*sum, t[i], (*y)[i]);
  inverse_ntt(*sum, *poly);
  HAWSER_TRY(sample_noise(functions, randomness, counter, *noise));
  add(*poly, *noise);
  decode(message, 1, noise->at);
  decompress(noise->at, 1);
  add(*poly, *noise);
  compress(poly->at, kBitsOfV);
  encode(poly->at, kBitsOfV, ciphertext.subspan(kRank * kEncodedU));
  return {};
}

// Algorithm 15: K-PKE.Decrypt.
void decrypt(ByteView private_key, ByteView ciphertext, ByteSpan message) {
  Secret<Vector> secret;
  decode_vector(private_key, *secret);
  Secret<NttPoly> sum;
  for (std::size_t i = 0; i < kRank; ++i) {
    Poly u;
    decode(ciphertext.subspan(i * kEncodedU, kEncodedU), kBitsOfU, u.at);
    decompress(u.at, kBitsOfU);
    NttPoly transformed;
    ntt(u, transformed);
    add_product(*sum, (*secret)[i], transformed);
  }
  Secret<Poly> product;
  inverse_ntt(*sum, *product);
  Secret<Poly> w;
  decode(ciphertext.subspan(kRank * kEncodedU), kBitsOfV, w->at);
  decompress(w->at, kBitsOfV);
  subtract(*w, *product);
  compress(w->at, 1);
  encode(w->at, 1, message);
}

// 7.2: what is encoded anew must be what came. The key is public.
bool has_all_coefficients_below_q(ByteView encapsulation_key) {
  Vector t;
  decode_vector(encapsulation_key, t);
  Bytes again(kEncodedVector);
  encode_vector(t, again);
  return equal(again, encapsulation_key.first(kEncodedVector));
}

}  // namespace

Result<KeyPair> generate_keys(const Engine& engine, ByteView seed) {
  if (seed.size() != kSeed) return fail(Errc::bad_kex_value, "ml-kem seed");
  Functions functions = HAWSER_TRY(Functions::make(engine));
  KeyPair keys{Bytes(kEncapsulationKey), SecretBytes(kDecapsulationKey)};
  const ByteView d = seed.first(kSeed - kMessage);
  const ByteView z = seed.subspan(kSeed - kMessage);
  ByteSpan rest = keys.decapsulation_key.span();
  const auto next = [&rest](std::size_t size) {
    const ByteSpan part = rest.first(size);
    rest = rest.subspan(size);
    return part;
  };
  HAWSER_TRY(generate_pke_keys(functions, d, keys.encapsulation_key, next(kEncodedVector)));
  declassify(keys.encapsulation_key.data(), keys.encapsulation_key.size());
  copy(keys.encapsulation_key, next(kEncapsulationKey));
  HAWSER_TRY(functions.h({keys.encapsulation_key}, next(kHash)));
  copy(z, rest);
  return keys;
}

Result<Encapsulation> encapsulate(const Engine& engine, ByteView encapsulation_key,
                                  ByteView message) {
  if (encapsulation_key.size() != kEncapsulationKey ||
      !has_all_coefficients_below_q(encapsulation_key)) {
    return fail(Errc::bad_kex_value, "ml-kem key");
  }
  Functions functions = HAWSER_TRY(Functions::make(engine));
  std::array<std::uint8_t, kHash> key_hash;
  HAWSER_TRY(functions.h({encapsulation_key}, key_hash));
  Secret<std::array<std::uint8_t, 64>> secrets;
  HAWSER_TRY(functions.g({message, key_hash}, *secrets));
  const ByteView shared = ByteView(*secrets).first(kSharedSecret);
  const ByteView randomness = ByteView(*secrets).subspan(kSharedSecret);
  Encapsulation made{Bytes(kCiphertext), SecretBytes(shared)};
  HAWSER_TRY(encrypt(functions, encapsulation_key, message, randomness, made.ciphertext));
  return made;
}

Result<SecretBytes> decapsulate(const Engine& engine, ByteView decapsulation_key,
                                ByteView ciphertext) {
  if (decapsulation_key.size() != kDecapsulationKey || ciphertext.size() != kCiphertext) {
    return fail(Errc::bad_kex_value, "ml-kem sizes");
  }
  Functions functions = HAWSER_TRY(Functions::make(engine));
  const ByteView private_key = decapsulation_key.first(kEncodedVector);
  const ByteView public_key = decapsulation_key.subspan(kEncodedVector, kEncapsulationKey);
  const ByteView key_hash = decapsulation_key.subspan(kEncodedVector + kEncapsulationKey, kHash);
  const ByteView z = decapsulation_key.last(kMessage);
  std::array<std::uint8_t, kHash> expected_hash;
  HAWSER_TRY(functions.h({public_key}, expected_hash));
  if (!equal(expected_hash, key_hash)) return fail(Errc::bad_kex_value, "ml-kem key");

  // Algorithm 18: who altered the ciphertext gets a secret that nobody has, in the same time.
  Secret<std::array<std::uint8_t, kMessage>> message;
  decrypt(private_key, ciphertext, *message);
  Secret<std::array<std::uint8_t, 64>> secrets;
  HAWSER_TRY(functions.g({*message, key_hash}, *secrets));
  SecretBytes shared(kSharedSecret);
  HAWSER_TRY(functions.j({z, ciphertext}, shared.span()));
  SecretBytes again(kCiphertext);
  const ByteView randomness = ByteView(*secrets).subspan(kSharedSecret);
  HAWSER_TRY(encrypt(functions, public_key, *message, randomness, again.span()));
  constant_time::copy_if(constant_time::equal_mask(again.view(), ciphertext),
                         ByteView(*secrets).first(kSharedSecret), shared.span());
  return shared;
}

namespace {

class MlKemKeyPair final : public KemKeyPair {
 public:
  MlKemKeyPair(const Engine& engine, KeyPair keys) : engine_(engine), keys_(std::move(keys)) {}

  [[nodiscard]] ByteView public_key() const override { return keys_.encapsulation_key; }
  Result<SecretBytes> decapsulate(ByteView ciphertext) override {
    return ml_kem::decapsulate(engine_, keys_.decapsulation_key.view(), ciphertext);
  }

 private:
  const Engine& engine_;
  KeyPair keys_;
};

}  // namespace

Result<std::unique_ptr<KemKeyPair>> generate(const Engine& engine) {
  Secret<std::array<std::uint8_t, kSeed>> seed;
  HAWSER_TRY(engine.random->fill(*seed));
  return std::make_unique<MlKemKeyPair>(engine, HAWSER_TRY(generate_keys(engine, *seed)));
}

Result<Encapsulation> encapsulate(const Engine& engine, ByteView public_key) {
  Secret<std::array<std::uint8_t, kMessage>> message;
  HAWSER_TRY(engine.random->fill(*message));
  return encapsulate(engine, public_key, *message);
}

}  // namespace hawser::crypto::ml_kem
