// The hashes against FIPS 180's examples, and their contract: pieces, sizes, starting anew.
#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

struct Vector {
  HashId hash;
  std::string_view message;
  std::string_view digest;
};
// FIPS 180's examples: one block, two blocks, nothing.
constexpr std::string_view kTwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
constexpr Vector kVectors[] = {
    {HashId::sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {HashId::sha1, kTwoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {HashId::sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {HashId::sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {HashId::sha256, kTwoBlocks,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {HashId::sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {HashId::sha384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7"},
    {HashId::sha512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    // Python's hashlib
    {HashId::sha3_256, "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {HashId::sha3_512, "abc",
     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
     "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
};

TEST(Hash, KnownAnswers) {
  for (const Vector& vector : kVectors) {
    const ByteView pieces[] = {as_bytes(vector.message)};
    const auto digest = crypto::digest(openssl_engine(), vector.hash, pieces);
    ASSERT_TRUE(digest.has_value());
    EXPECT_EQ(hex(*digest), vector.digest);
  }
}

TEST(Hash, PiecesMakeNoDifference) {
  for (const HashAlgorithm& row : openssl_engine().hashes) {
    const auto hash = row.make().value();
    const std::size_t size = row.digest_size != 0 ? row.digest_size : 1000;
    Bytes whole(size);
    Bytes pieces(size);
    hash->update(as_bytes("abcdef"));
    ASSERT_TRUE(hash->finish(whole).has_value());
    for (std::string_view piece : {"ab", "", "cde", "f"}) hash->update(as_bytes(piece));
    ASSERT_TRUE(hash->finish(pieces).has_value()) << row.name;
    EXPECT_EQ(whole, pieces) << row.name;
  }
}

TEST(Hash, ShakeGivesAsMuchAsOneWants) {
  constexpr struct {
    HashId hash;
    std::string_view output;
  } kShakes[] = {
      // Python's hashlib
      {HashId::shake128,
       "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc844c50af32acd3f2c"},
      {HashId::shake256,
       "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386"
       "c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e41385141204f32997"},
  };
  for (const auto& shake : kShakes) {
    const auto hash = find_hash(openssl_engine(), shake.hash)->make().value();
    const Bytes expected = testing::unhex(shake.output);
    for (std::size_t size : {std::size_t{1}, std::size_t{32}, expected.size()}) {
      Bytes out(size);
      hash->update(as_bytes("abc"));
      ASSERT_TRUE(hash->finish(out).has_value());
      EXPECT_TRUE(equal(out, ByteView(expected).first(size)));
    }
    EXPECT_FALSE(crypto::digest(openssl_engine(), shake.hash, {}).has_value());
  }
}

TEST(Hash, RefusesAnotherSizeAndGoesOn) {
  for (const HashAlgorithm& row : openssl_engine().hashes) {
    if (row.digest_size == 0) continue;
    const auto hash = row.make().value();
    hash->update(as_bytes("abc"));
    Bytes digest(row.digest_size - 1);
    EXPECT_EQ(hash->finish(digest).error().code, Errc::internal);
    digest.resize(row.digest_size);
    ASSERT_TRUE(hash->finish(digest).has_value());
    const ByteView pieces[] = {as_bytes("abc")};
    EXPECT_EQ(digest, crypto::digest(openssl_engine(), row.id, pieces).value());
  }
}

TEST(Hash, TheTableHasNoHashNamedNone) {
  EXPECT_EQ(find_hash(openssl_engine(), HashId::none), nullptr);
  EXPECT_FALSE(crypto::digest(openssl_engine(), HashId::none, {}).has_value());
}

}  // namespace
}  // namespace hawser::crypto
