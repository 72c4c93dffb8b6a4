// Key agreements: known answers with scripted randomness, values that must be refused, Wycheproof.
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

using testing::hex_field;
using testing::ScriptedRandom;
using testing::StuckRandom;
using testing::unhex;

Result<std::unique_ptr<KeyAgreement>> generate(std::string_view name, Bytes private_value) {
  ScriptedRandom random(std::move(private_value));
  return find_agreement(openssl_engine(), name)->generate(random);
}

Errc refusal(KeyAgreement& agreement, ByteView peer_value) {
  const auto secret = agreement.agree(peer_value);
  return secret ? Errc::internal : secret.error().code;
}

TEST(Agreement, TwoSidesAgree) {
  Random& random = *openssl_engine().random;
  for (const AgreementAlgorithm& row : openssl_engine().agreements) {
    const auto ours = row.generate(random).value();
    const auto theirs = row.generate(random).value();
    EXPECT_FALSE(equal(ours->public_value(), theirs->public_value())) << row.name;
    const SecretBytes here = ours->agree(theirs->public_value()).value();
    const SecretBytes there = theirs->agree(ours->public_value()).value();
    EXPECT_TRUE(equal(here.view(), there.view())) << row.name;
    EXPECT_EQ(refusal(*ours, {}), Errc::bad_kex_value) << row.name;
    EXPECT_EQ(refusal(*ours, Bytes(65536, 0x5a)), Errc::bad_kex_value) << row.name;
  }
}

TEST(Agreement, FailsWithItsRandomness) {
  for (const AgreementAlgorithm& row : openssl_engine().agreements) {
    EXPECT_EQ(generate(row.name, {}).error().code, Errc::no_randomness) << row.name;
  }
}

// RFC 7748 6.1
TEST(X25519, KnownAnswer) {
  const auto alice = generate("x25519", unhex("77076d0a7318a57d3c16c17251b26645"
                                              "df4c2f87ebc0992ab177fba51db92c2a"))
                         .value();
  const auto bob = generate("x25519", unhex("5dab087e624a8a4b79e17f8b83800ee6"
                                            "6f3bb1292618b6fd1c2f8b27ff88e0eb"))
                       .value();
  EXPECT_EQ(hex(alice->public_value()),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(hex(bob->public_value()),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  constexpr std::string_view kSecret =
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(hex(alice->agree(bob->public_value()).value().view()), kSecret);
  EXPECT_EQ(hex(bob->agree(alice->public_value()).value().view()), kSecret);
}

TEST(X25519, RefusesOtherSizesAndLowOrder) {
  const auto agreement = generate("x25519", testing::pattern(32)).value();
  for (std::size_t size : {0, 31, 33, 64}) {
    EXPECT_EQ(refusal(*agreement, Bytes(size, 9)), Errc::bad_kex_value) << size;
  }
  // RFC 7748 6.1's zero check: every point of low order, and its unreduced twins.
  for (std::string_view point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    EXPECT_EQ(refusal(*agreement, unhex(point)), Errc::bad_kex_value) << point;
  }
}

struct EcdhVector {
  std::string_view name, ours, theirs, secret;
};
// RFC 5903 8: the two private keys and the shared x.
constexpr EcdhVector kEcdh[] = {
    {"nistp256", "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {"nistp384",
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655"
     "e35b538041e649ee3faef896783ab194",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942"
     "e0308312916b8ed2960e4bd55a7448fc",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
     "d603135569b9e9d09cf5d4a270f59746"},
    {"nistp521",
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
     "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e"
     "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
     "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea"},
};

TEST(Ecdh, KnownAnswers) {
  for (const EcdhVector& vector : kEcdh) {
    const auto ours = generate(vector.name, unhex(vector.ours)).value();
    const auto theirs = generate(vector.name, unhex(vector.theirs)).value();
    EXPECT_EQ(hex(ours->agree(theirs->public_value()).value().view()), vector.secret);
    EXPECT_EQ(hex(theirs->agree(ours->public_value()).value().view()), vector.secret);
  }
}

// A candidate that is zero, or not below the order, is thrown away; nothing is reduced.
TEST(Ecdh, DrawsScalarsByRejection) {
  for (const EcdhVector& vector : kEcdh) {
    const Bytes scalar = unhex(vector.ours);
    Bytes script(scalar.size());
    append(script, Bytes(scalar.size(), 0xff));
    append(script, scalar);
    const auto plain = generate(vector.name, scalar).value();
    const auto late = generate(vector.name, script).value();
    EXPECT_TRUE(equal(plain->public_value(), late->public_value())) << vector.name;
    for (std::uint8_t byte : {0x00, 0xff}) {
      StuckRandom stuck(byte);
      const auto never = find_agreement(openssl_engine(), vector.name)->generate(stuck);
      EXPECT_EQ(never.error().code, Errc::no_randomness);
    }
  }
}

TEST(Ecdh, RefusesWhatIsNoUncompressedPointOfTheCurve) {
  for (const EcdhVector& vector : kEcdh) {
    const auto agreement = generate(vector.name, unhex(vector.ours)).value();
    const auto peer = generate(vector.name, unhex(vector.theirs)).value();
    const Bytes point = to_bytes(peer->public_value());
    ASSERT_TRUE(agreement->agree(point).has_value());
    for (std::uint8_t form : {0, 1, 2, 3, 5, 6, 7, 0xff}) {
      Bytes other = point;
      other[0] = form;
      EXPECT_EQ(refusal(*agreement, other), Errc::bad_kex_value);
    }
    Bytes off_curve = point;
    off_curve.back() ^= 1;
    Bytes compressed = to_bytes(ByteView(point).first(point.size() / 2 + 1));
    compressed[0] = static_cast<std::uint8_t>(2 | (point.back() & 1));
    Bytes longer = point;
    longer.push_back(0);
    for (const Bytes& bad : {off_curve, compressed, longer, Bytes(1)}) {
      EXPECT_EQ(refusal(*agreement, bad), Errc::bad_kex_value);
    }
  }
}

struct DhVector {
  std::string_view name, ours, theirs;
  std::string_view our_value_sha256, their_value_sha256, secret_sha256;
};
// Computed with Python's pow() on primes made from RFC 3526's formula; the exponents have their
// highest bit set before use.
constexpr DhVector kDh[] = {
    {"modp2048",
     "85c8de88d28866bf0868090b3961162bf82392f690d9e4730910f4af7c6ab3ee4354b49ca729eb35"
     "6ee3f5b0fbd29b66769383e5e401b1f85e044c92bb5231aa",
     "f0ffa34335ef979fcf79a200874749da3054fe398bb6d2137d3c98b82df9160fa126b8371a47557b"
     "9a7ab1333321ba0a557d9a83f8a8ffbe283d279fc7610f07",
     "abfc43cc71e3c2d57d8b5a80d8d8368f30d2775c77c7dcde1fd4ee2a538502a2",
     "95f0c08f416c63b5f49936ce269f3743fc63917087c4bb09d854cf1c017db1bd",
     "07d19642249e950bda29677931c1f08b671c3c3d7e3248e21ad874405d000b8d"},
    {"modp4096",
     "85c8de88d28866bf0868090b3961162bf82392f690d9e4730910f4af7c6ab3ee4354b49ca729eb35"
     "6ee3f5b0fbd29b66769383e5e401b1f85e044c92bb5231aa4dee1799af7a7cee213a23adcd03c480",
     "f0ffa34335ef979fcf79a200874749da3054fe398bb6d2137d3c98b82df9160fa126b8371a47557b"
     "9a7ab1333321ba0a557d9a83f8a8ffbe283d279fc7610f07116c912b950566af2699e6a5693202d2",
     "387112b7f47b92630fafb55c9a5f072cf5a2417b7f10a3900b0279744cb89065",
     "43f76ee68c42a178487bd554076a8a30efd8708d41c2749fe3d014bb575d01a5",
     "58514d114955b9f785aad89ad4e49a86956e0955425cc66ebe271d2348c5f46d"},
    {"modp8192",
     "85c8de88d28866bf0868090b3961162bf82392f690d9e4730910f4af7c6ab3ee4354b49ca729eb35"
     "6ee3f5b0fbd29b66769383e5e401b1f85e044c92bb5231aa4dee1799af7a7cee213a23adcd03c480",
     "f0ffa34335ef979fcf79a200874749da3054fe398bb6d2137d3c98b82df9160fa126b8371a47557b"
     "9a7ab1333321ba0a557d9a83f8a8ffbe283d279fc7610f07116c912b950566af2699e6a5693202d2",
     "702533a252ae909428eac7a129b1c091460d2ea3a7c36100c22c762ab4043e57",
     "13ddf336f590412e03b78815fae89f63200424bddb6a56ee8ed2129fced07d4b",
     "664ab8a1e929f323f38e4b3c7645005e6cc1040edf1f5e5238b026046eb0586c"},
};

std::string sha256(ByteView bytes) {
  return hex(digest(openssl_engine(), HashId::sha256, {&bytes, 1}).value());
}

TEST(Dh, KnownAnswers) {
  for (const DhVector& vector : kDh) {
    const auto ours = generate(vector.name, unhex(vector.ours)).value();
    const auto theirs = generate(vector.name, unhex(vector.theirs)).value();
    EXPECT_EQ(sha256(ours->public_value()), vector.our_value_sha256);
    EXPECT_EQ(sha256(theirs->public_value()), vector.their_value_sha256);
    Bytes with_zeros(9);
    append(with_zeros, theirs->public_value());
    EXPECT_EQ(sha256(ours->agree(with_zeros).value().view()), vector.secret_sha256);
  }
}

TEST(Dh, RefusesValuesOutOfRange) {
  for (const DhVector& vector : kDh) {
    const auto agreement = generate(vector.name, unhex(vector.ours)).value();
    BIGNUM* prime = vector.name == "modp2048"   ? BN_get_rfc3526_prime_2048(nullptr)
                    : vector.name == "modp4096" ? BN_get_rfc3526_prime_4096(nullptr)
                                                : BN_get_rfc3526_prime_8192(nullptr);
    Bytes p(static_cast<std::size_t>(BN_num_bytes(prime)));
    BN_bn2bin(prime, p.data());
    BN_free(prime);
    const auto with_last = [&p](int difference) {
      Bytes value = p;
      value.back() = static_cast<std::uint8_t>(value.back() + difference);
      return value;
    };
    ASSERT_EQ(p.back(), 0xff);
    Bytes above = p;
    above.push_back(0);
    for (const Bytes& bad : {Bytes(), Bytes(1), Bytes{1}, with_last(-1), p, above}) {
      EXPECT_EQ(refusal(*agreement, bad), Errc::bad_kex_value);
    }
    EXPECT_TRUE(agreement->agree(Bytes{2}).has_value());
    EXPECT_TRUE(agreement->agree(with_last(-2)).has_value());
  }
}

// "acceptable" here are unreduced and twisted values, which RFC 7748 takes, and low order, which it
// lets one refuse: we take all but those that give the zero secret.
TEST(Wycheproof, X25519) {
  HAWSER_WYCHEPROOF(groups, "x25519_test.json");
  testing::for_each_case(groups, [](const testing::Json&, const testing::Json& test) {
    const auto agreement = generate("x25519", hex_field(test, "private")).value();
    const auto secret = agreement->agree(hex_field(test, "public"));
    const Bytes expected = hex_field(test, "shared");
    EXPECT_EQ(secret.has_value(), expected != Bytes(32));
    return secret && equal(secret->view(), expected);
  });
}

// "acceptable" are compressed points: RFC 5656 3.1 makes them optional, we refuse them.
void run_ecdh(const testing::Json& groups, std::string_view name, std::size_t size) {
  testing::for_each_case(groups, [&](const testing::Json&, const testing::Json& test) {
    Bytes scalar(size);
    append(scalar, hex_field(test, "private"));
    scalar.erase(scalar.begin(), scalar.end() - static_cast<std::ptrdiff_t>(size));
    const auto agreement = generate(name, scalar).value();
    const auto secret = agreement->agree(hex_field(test, "public"));
    EXPECT_FALSE(secret && test.at("result") == "acceptable");
    return secret && equal(secret->view(), hex_field(test, "shared"));
  });
}

TEST(Wycheproof, EcdhP256) {
  HAWSER_WYCHEPROOF(groups, "ecdh_secp256r1_ecpoint_test.json");
  run_ecdh(groups, "nistp256", 32);
}
TEST(Wycheproof, EcdhP384) {
  HAWSER_WYCHEPROOF(groups, "ecdh_secp384r1_ecpoint_test.json");
  run_ecdh(groups, "nistp384", 48);
}
TEST(Wycheproof, EcdhP521) {
  HAWSER_WYCHEPROOF(groups, "ecdh_secp521r1_ecpoint_test.json");
  run_ecdh(groups, "nistp521", 66);
}

}  // namespace
}  // namespace hawser::crypto
