// ECDSA: load, sign, verify, damaged keys, and Wycheproof's signatures in both encodings.
#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

using testing::hex_field;
using testing::unhex;

struct Key {
  std::string_view type;
  HashId hash;
  std::string_view point;
  std::string_view scalar;
};
// Made by PyPI's cryptography.
constexpr Key kKeys[] = {
    {"ecdsa-sha2-nistp256", HashId::sha256,
     "0440fec8105b786530d0b335fe41fae72ab6e89e73dcb21179dca863912f25e76c641f7446e9e056d945faf342"
     "0a2581253deb9b4c43d5b61babe350e034cee0e0",
     "4f4ff8df3d52808947aa44f096adf698dfa5496c4672286e53a266b8dddcad67"},
    {"ecdsa-sha2-nistp384", HashId::sha384,
     "04f00d6ed29ecfef2f2e2a30fc9f9fea9f73f87410513ccf3d1283203594c9f714c9c71eeda0bab2847e549d5c"
     "93fb89717d66b3b888b72fbe6bab55bc5c0c1d07d6e1b43129f2ced0297fa9bef1900b56a6cca0053ab5921517"
     "6b5cf0efabb349",
     "65a392827bf479840f7bf4cc34b113785a7a39c228884e8dec8806222acb45c57094eba0920aa52098f73ea05b"
     "59dd33"},
    {"ecdsa-sha2-nistp521", HashId::sha512,
     "0401d242f2b737d771a5c8932d34c556aee5d1c8e3ee1e12f2386705cdd8e0d009905914eff27ad7c4f48fe4a2"
     "91e4e12873d8af7d13a8072123788052621eeaa7ca53010e30ef332684b20a52535ba6b25effe42bc8e94e3b6a"
     "d303cd10df582e5d1771e8db19d3429b0c006a440d0e63acb16c74d750a0962c7003e23f8c724df4f168a7",
     "0005e0f00f6138d46695786d013aa01b932e26f5cf713c33e4ba7d34d587b329aaf889752954ebcb7b5c48362f"
     "9d8db1f1a2837af3e3066ee4fefedc21f2f497f090"},
};

Result<std::unique_ptr<VerifyKey>> load_public(std::string_view type, ByteView point) {
  const std::array<ByteView, 1> parts{point};
  return find_key(openssl_engine(), type)->load_public(parts);
}

Result<std::unique_ptr<SigningKey>> load_private(std::string_view type, ByteView point,
                                                 ByteView scalar) {
  const std::array<ByteView, 2> parts{point, scalar};
  return find_key(openssl_engine(), type)->load_private(parts);
}

TEST(Ecdsa, WhatItSignsItVerifies) {
  for (const Key& key : kKeys) {
    const std::size_t field_size = find_key(openssl_engine(), key.type)->field_size;
    const auto signer = load_private(key.type, unhex(key.point), unhex(key.scalar)).value();
    const auto verifier = load_public(key.type, unhex(key.point)).value();
    const ByteView message = as_bytes("sign me");
    for (int i = 0; i < 40; ++i) {  // enough for r or s with leading zeros now and then
      const Bytes signature = signer->sign(key.hash, message).value();
      ASSERT_EQ(signature.size(), 2 * field_size);
      EXPECT_TRUE(verifier->verify(key.hash, message, signature).has_value());
    }
    Bytes signature = signer->sign(key.hash, message).value();
    EXPECT_FALSE(verifier->verify(key.hash, as_bytes("Sign me"), signature).has_value());
    EXPECT_FALSE(verifier->verify(HashId::sha1, message, signature).has_value());
    EXPECT_FALSE(verifier->verify(HashId::none, message, signature).has_value());
    EXPECT_FALSE(signer->sign(HashId::none, message).has_value());
    for (std::uint8_t& byte : signature) {
      byte ^= 1;
      EXPECT_EQ(verifier->verify(key.hash, message, signature).error().code,
                Errc::host_key_signature);
      byte ^= 1;
    }
  }
}

TEST(Ecdsa, RefusesSignaturesOfAnotherSizeOrRange) {
  for (const Key& key : kKeys) {
    const std::size_t size = 2 * find_key(openssl_engine(), key.type)->field_size;
    const auto verifier = load_public(key.type, unhex(key.point)).value();
    for (std::size_t wrong : {std::size_t{0}, std::size_t{1}, size - 1, size + 1}) {
      EXPECT_FALSE(verifier->verify(key.hash, {}, Bytes(wrong, 1)).has_value());
    }
    EXPECT_FALSE(verifier->verify(key.hash, {}, Bytes(size)).has_value());
    EXPECT_FALSE(verifier->verify(key.hash, {}, Bytes(size, 0xff)).has_value());
  }
}

TEST(Ecdsa, RefusesPointsThatAreNone) {
  for (const Key& key : kKeys) {
    const Bytes point = unhex(key.point);
    EXPECT_TRUE(load_public(key.type, point).has_value());
    Bytes off_curve = point;
    off_curve.back() ^= 1;
    Bytes compressed(point.begin(),
                     point.begin() + static_cast<std::ptrdiff_t>(point.size() / 2 + 1));
    compressed[0] = 2;
    Bytes hybrid = point;
    hybrid[0] = static_cast<std::uint8_t>(6 | (point.back() & 1));
    Bytes longer = point;
    longer.push_back(0);
    Bytes outside(point.size(), 0xff);
    outside[0] = 4;
    Bytes zero(point.size());
    zero[0] = 4;
    for (const Bytes& bad :
         {off_curve, compressed, hybrid, longer, outside, zero, Bytes(1), Bytes()}) {
      const auto refused = load_public(key.type, bad);
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code, Errc::bad_host_key);
    }
    for (const Key& other : kKeys) {
      EXPECT_EQ(load_public(other.type, point).has_value(), other.type == key.type);
    }
  }
}

TEST(Ecdsa, DamagedPrivateKeysAreRefused) {
  for (const Key& key : kKeys) {
    const Bytes point = unhex(key.point);
    const Bytes scalar = unhex(key.scalar);
    Bytes with_zeros(5);
    append(with_zeros, scalar);
    EXPECT_TRUE(load_private(key.type, point, with_zeros).has_value()) << "the same number";
    Bytes changed = scalar;
    changed.back() ^= 1;
    Bytes longer = scalar;
    longer.insert(longer.begin(), 1);
    for (const Bytes& bad : {changed, longer, Bytes(), Bytes(32), Bytes(scalar.size(), 0xff)}) {
      const auto refused = load_private(key.type, point, bad);
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code, Errc::key_damaged);
    }
    Bytes off_curve = point;
    off_curve.back() ^= 1;
    EXPECT_EQ(load_private(key.type, off_curve, scalar).error().code, Errc::key_damaged);
    const std::array<ByteView, 1> parts{point};
    EXPECT_FALSE(find_key(openssl_engine(), key.type)->load_private(parts).has_value());
  }
}

// One INTEGER of strict DER that is not negative, as a number of `size` bytes; nullopt otherwise.
std::optional<Bytes> take_integer(ByteView& der, std::size_t size) {
  if (der.size() < 2 || der[0] != 0x02 || der[1] >= 0x80) return std::nullopt;
  const std::size_t length = der[1];
  if (length == 0 || der.size() < 2 + length) return std::nullopt;
  ByteView number = der.subspan(2, length);
  der = der.subspan(2 + length);
  if ((number[0] & 0x80) != 0) return std::nullopt;
  if (number[0] == 0) {
    if (length > 1 && (number[1] & 0x80) == 0) return std::nullopt;
    number = number.subspan(1);
  }
  if (number.size() > size) return std::nullopt;
  Bytes padded(size);
  copy(number, ByteSpan(padded).last(number.size()));
  return padded;
}

// r || s of a strictly encoded signature. What is no DER does not come to us in SSH's form either.
std::optional<Bytes> raw_of_der(ByteView der, std::size_t field_size) {
  if (der.size() < 2 || der[0] != 0x30) return std::nullopt;
  std::size_t header = 2;
  std::size_t length = der[1];
  if (length == 0x81 && der.size() > 2 && der[2] >= 0x80) {
    header = 3;
    length = der[2];
  } else if (length >= 0x80) {
    return std::nullopt;
  }
  if (der.size() != header + length) return std::nullopt;
  der = der.subspan(header);
  auto r = take_integer(der, field_size);
  const auto s = r ? take_integer(der, field_size) : std::nullopt;
  if (!s || !der.empty()) return std::nullopt;
  append(*r, *s);
  return r;
}

enum class Form : std::uint8_t { raw, der };

void run_wycheproof(const testing::Json& groups, std::string_view type, HashId hash, Form form) {
  const std::size_t field_size = find_key(openssl_engine(), type)->field_size;
  testing::for_each_case(groups, [&](const testing::Json& group, const testing::Json& test) {
    const auto key = load_public(type, hex_field(group.at("publicKey"), "uncompressed"));
    EXPECT_TRUE(key.has_value());
    std::optional<Bytes> signature = hex_field(test, "sig");
    if (form == Form::der) signature = raw_of_der(*signature, field_size);
    return signature && (*key)->verify(hash, hex_field(test, "msg"), *signature).has_value();
  });
}

TEST(Wycheproof, EcdsaP256Raw) {
  HAWSER_WYCHEPROOF(groups, "ecdsa_secp256r1_sha256_p1363_test.json");
  run_wycheproof(groups, "ecdsa-sha2-nistp256", HashId::sha256, Form::raw);
}
TEST(Wycheproof, EcdsaP256) {
  HAWSER_WYCHEPROOF(groups, "ecdsa_secp256r1_sha256_test.json");
  run_wycheproof(groups, "ecdsa-sha2-nistp256", HashId::sha256, Form::der);
}
TEST(Wycheproof, EcdsaP384) {
  HAWSER_WYCHEPROOF(groups, "ecdsa_secp384r1_sha384_test.json");
  run_wycheproof(groups, "ecdsa-sha2-nistp384", HashId::sha384, Form::der);
}
TEST(Wycheproof, EcdsaP521) {
  HAWSER_WYCHEPROOF(groups, "ecdsa_secp521r1_sha512_test.json");
  run_wycheproof(groups, "ecdsa-sha2-nistp521", HashId::sha512, Form::der);
}

}  // namespace
}  // namespace hawser::crypto
