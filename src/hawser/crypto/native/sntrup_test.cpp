// sntrup761 against the answers of its submission to NIST: the hash of the first, which PQClean
// publishes (crypto_kem/sntrup761/META.yml), covers seed, keys, ciphertext and secret. OpenSSH's
// and TinySSH's own code is the other witness, in tests/python/test_kex.py.
#include "hawser/crypto/native/sntrup.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "hawser/base/display.h"
#include "hawser/crypto/native/constant_time_sort.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto::sntrup {
namespace {

// AES-256-CTR-DRBG as NIST's known-answer tests use it (SP 800-90A 10.2.1, without derivation
// function).
class NistDrbg final : public Random {
 public:
  explicit NistDrbg(ByteView entropy) { update(entropy); }

  Status fill(ByteSpan out) override {
    for (std::size_t done = 0; done < out.size(); done += kBlock) {
      const Block block = next_block();
      const std::size_t size = std::min(kBlock, out.size() - done);
      copy(ByteView(block).first(size), out.subspan(done));
    }
    update({});
    return {};
  }

 private:
  static constexpr std::size_t kBlock = 16;
  using Block = std::array<std::uint8_t, kBlock>;

  Block next_block() {
    for (std::size_t i = kBlock; i-- > 0 && ++counter_[i] == 0;) {
    }
    Block block;
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), nullptr, key_.data(), nullptr);
    int size = 0;
    EVP_EncryptUpdate(context, block.data(), &size, counter_.data(), kBlock);
    EVP_CIPHER_CTX_free(context);
    return block;
  }
  void update(ByteView entropy) {
    Bytes fresh;
    for (int i = 0; i < 3; ++i) append(fresh, next_block());
    for (std::size_t i = 0; i < entropy.size(); ++i) fresh[i] ^= entropy[i];
    copy(ByteView(fresh).first(key_.size()), key_);
    copy(ByteView(fresh).subspan(key_.size()), counter_);
  }

  std::array<std::uint8_t, 32> key_{};
  Block counter_{};
};

std::string upper_hex(ByteView bytes) {
  std::string text = hex(bytes);
  for (char& letter : text) letter = static_cast<char>(std::toupper(letter));
  return text;
}

TEST(Sntrup, NistKnownAnswer) {
  Bytes entropy(48);
  for (std::size_t i = 0; i < entropy.size(); ++i) entropy[i] = static_cast<std::uint8_t>(i);
  NistDrbg first(entropy);
  Bytes seed(48);
  ASSERT_TRUE(first.fill(seed).has_value());

  NistDrbg random(seed);
  Engine engine = openssl_engine();
  engine.random = &random;
  const KeyPair keys = generate_keys(engine).value();
  const Encapsulation made = encapsulate(engine, keys.public_key).value();
  const std::string answer =
      "count = 0\nseed = " + upper_hex(seed) + "\npk = " + upper_hex(keys.public_key) +
      "\nsk = " + upper_hex(keys.private_key.view()) + "\nct = " + upper_hex(made.ciphertext) +
      "\nss = " + upper_hex(made.secret.view()) + "\n";
  const ByteView pieces[] = {as_bytes(answer)};
  EXPECT_EQ(hex(digest(engine, HashId::sha256, pieces).value()),
            "afc42c3a5b10f4ef69654250097ebda9b9564570f4086744b24a6daf2bd1f89a");
  const SecretBytes secret = decapsulate(engine, keys.private_key.view(), made.ciphertext).value();
  EXPECT_TRUE(equal(secret.view(), made.secret.view()));
}

Bytes half_sha512(std::uint8_t purpose, std::initializer_list<ByteView> pieces) {
  Bytes input{purpose};
  for (ByteView piece : pieces) append(input, piece);
  const ByteView all[] = {input};
  Bytes hash = digest(openssl_engine(), HashId::sha512, all).value();
  hash.resize(32);
  return hash;
}

// By the specification: the secret of a ciphertext that is not this key's own is a hash of rho,
// which stands in the private key, and of the ciphertext.
TEST(Sntrup, ARejectedCiphertextGivesTheHashOfRho) {
  const KeyPair keys = generate_keys(openssl_engine()).value();
  const ByteView rho = keys.private_key.view().subspan(kPrivateKey - 32 - 191, 191);
  Bytes ciphertext = encapsulate(openssl_engine(), keys.public_key).value().ciphertext;
  const auto expect_rejected = [&] {
    const auto secret = decapsulate(openssl_engine(), keys.private_key.view(), ciphertext);
    EXPECT_EQ(to_bytes(secret->view()), half_sha512(0, {half_sha512(3, {rho}), ciphertext}));
  };
  for (std::size_t at : {0, 500, 1006, 1007, 1038}) {  // what is encrypted ends at 1007
    ciphertext[at] ^= 0x10;
    expect_rejected();
    ciphertext[at] ^= 0x10;
  }
  ciphertext.assign(kCiphertext, 0);
  expect_rejected();
  ciphertext.assign(kCiphertext, 0xff);
  expect_rejected();
}

TEST(Sntrup, FIsShort) {
  for (int i = 0; i < 5; ++i) {
    const KeyPair keys = generate_keys(openssl_engine()).value();
    std::size_t weight = 0;
    for (std::size_t j = 0; j < 761; ++j) {
      const unsigned digit = keys.private_key.view()[j / 4] >> (2 * (j % 4)) & 3;
      EXPECT_LT(digit, 3U);
      weight += digit != 1 ? 1 : 0;
    }
    EXPECT_EQ(weight, 286U);
  }
}

TEST(Sntrup, RefusesOtherSizes) {
  const SecretBytes key(kPrivateKey);
  for (std::size_t size : {std::size_t{0}, kPrivateKey - 1, kPrivateKey + 1}) {
    EXPECT_EQ(decapsulate(openssl_engine(), Bytes(size), Bytes(kCiphertext)).error().code,
              Errc::bad_kex_value);
  }
}

TEST(ConstantTime, Sorts) {
  std::uint32_t number = 1;
  for (std::size_t size : {2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 100, 761, 1024}) {
    std::vector<std::uint32_t> numbers(size);
    for (std::uint32_t& each : numbers) {
      number = number * 1'664'525 + 1'013'904'223;
      each = number % 7 == 0 ? 0xffffffff : number % 5 == 0 ? 0 : number;
    }
    std::vector<std::uint32_t> expected = numbers;
    std::ranges::sort(expected);
    constant_time::sort(numbers);
    EXPECT_EQ(numbers, expected) << size;
    std::ranges::reverse(numbers);
    constant_time::sort(numbers);
    EXPECT_EQ(numbers, expected) << size;
  }
}

// Zeros and ones in all orders: a network that sorts those sorts everything (Knuth's 0-1
// principle).
TEST(ConstantTime, SortsZerosAndOnes) {
  for (std::size_t size = 2; size <= 12; ++size) {
    for (std::uint32_t bits = 0; bits < (1U << size); ++bits) {
      std::vector<std::uint32_t> numbers(size);
      for (std::size_t i = 0; i < size; ++i) numbers[i] = bits >> i & 1;
      constant_time::sort(numbers);
      ASSERT_TRUE(std::ranges::is_sorted(numbers)) << size << " " << bits;
    }
  }
}

TEST(ConstantTime, Masks) {
  const Bytes bytes = testing::pattern(300);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes other = bytes;
      other[at] ^= static_cast<std::uint8_t>(1U << bit);
      ASSERT_EQ(constant_time::equal_mask(bytes, other), 0);
    }
  }
  EXPECT_EQ(constant_time::equal_mask(bytes, bytes), 0xff);
  EXPECT_EQ(constant_time::equal_mask({}, {}), 0xff);
  Bytes to(bytes.size());
  constant_time::copy_if(0, bytes, to);
  EXPECT_EQ(to, Bytes(bytes.size()));
  constant_time::copy_if(0xff, bytes, to);
  EXPECT_EQ(to, bytes);
}

}  // namespace
}  // namespace hawser::crypto::sntrup
