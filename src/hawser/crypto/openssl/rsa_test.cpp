// RSA: load, sign, verify, and every way in which a key can be bad. The key and its signatures were
// made by PyPI's cryptography; the composite one by hand: p is no prime, and everything else fits
// it.
#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

using testing::hex_field;
using testing::unhex;

constexpr std::string_view kN =
    "c00f1868706a064353783c4afeb1c6d6c0fc0794ecf19568b9090f4c61227a4f6291cee7a1065668c20a82106137"
    "224319c6d81863f655278ef47ff3cf742a4c033bfd7710a5266f7b1d799a9955146c84c2ed009e2c0ea42a26ad7c"
    "9e8f55dcd51a9ebf728518b199a1bf2f8983469ecdd88efe7dec06185002e064de14f8ff60b8b85080cfc3b60870"
    "745d1518ad26320077052aa1d312dd6a4b162dc2351105b87ecfdad132313f881fa51be8e03b32283ee00ff8ba14"
    "7e7f912cf416162f0b50e888315be66ad300d5b1f9ac1274b6494ca224bdb2fabd428d8f1a7abf99fec9180cd4e2"
    "8e115f3aecd4974a1fe33b34ab63967d3b7cf83b5a39e298671f";
constexpr std::string_view kD =
    "1d9c96365012c0c9739ea7a92670d187fdf43dd503dd519c765f03b95286a6d6038c189b14f42db1742d7b953bef"
    "ecbbecc7003d6e7825f3f5f213a24b3b8d63efe1b978389c45fb4d3fa3a6a6fa7bae29a0063ba0a789505d615e41"
    "470f317d5d6bffcae3c4caa4635c1166aa6c8fa05f7b82bc913ca949e9583031cd1dedafe9dd6c89287acf772413"
    "77d087ac169b8740b513302ca2ba4325e84df21712cfe37fe58dc7f7ff202000017f3f5c3096103e24dc5dbaba33"
    "11ce56e55d4986a8cf1804b9d11c60fde50c7354ce04642e11fd06f56aba60cd84fac0ed46fa6fab851dcc19beac"
    "a0a3f7eabd3a3ad7471cd35723bf944896db06e42535728c2e9d";
constexpr std::string_view kIqmp =
    "b8439d2a739ea43b631e3ae5609f53e23c5e32679d092709b8b12d4f69fe0cb0ca79db5920beffcf6324a83eac35"
    "f97e32f28c4332f024a09ad18e11dc3d2e556dd13535fb352883ea1d85f8d99bc3f117cc820c90344d6c9631b5b9"
    "de58b0628101789a1065f3425f96f21245939c6e7511412ac9a0ac8f93cf7d38f19233d5";
constexpr std::string_view kP =
    "e24d63e38a2420731e5822b467bf121f1e153eb343d5b33f92e57dba6be57e60a230112291e1a88c26f8fb09bef7"
    "67fe74aba097fcd7dba1937fd0491117b13615de9cb896c0325741bd0c0c0255dfb3620e1078b5109815c7d9f591"
    "c9696b224484d941b7f9bb12e3783849975452942596fca282fddb853099fd43b870a3cd";
constexpr std::string_view kQ =
    "d9434d78129a763aadef067a028ca963c873aad67ffa8dbb742a65019abe7a7e51866676ea367c94dd934c4d0137"
    "f425423cfc770e809997c497d5fa032c19be6094b7f8a6b36a242937840bc11d43d505ddf3b4583bce17d998a1b7"
    "ac27b8f945aa6df43321b81c67252445ae4df1c9ffe450a74f355df9e3989837e734229b";
// Over "sign me".
constexpr std::string_view kSha256Signature =
    "25e1cc361a144016746869ef41e333da847738ce594601bc64d03eab3e06336dd2cb9fc3ce9e8acc40019b845be4"
    "9d03815b75b0734c5df9f58e162565b5e244079b00d66ab46ed845b18b85e7a2a9fcecd234bdd3d59be18d7ef237"
    "cdcf93aeae4f045cbeb7bc2b06da0f00510fa81d135d79206496b3bf4ce5683eac6e5da09bd9fe9fc1c8bfd256c4"
    "e2cef675161c2e377e69f65e97a206cd4517d7fc12066342939ba9f977e1c9963b26c21df21c062fc1d74b89dfcb"
    "3c1e235a4aa07274142802c6ba784e240a1d940e2afbf5f55f18b8101d4dd42e504ea1e50688f2df738cc6597bea"
    "d53a93663fd0d73b116ba4795805b4b4c1f2a3e5fe053421a15b";
constexpr std::string_view kSha512Signature =
    "33c722752871b5a2081d7d7a5c105586a346a4e5f31223b50022f546415f500bc0d31b8d752b69dc164ffa0811bf"
    "327137b497075fe831efe310469d6f8fd8d91d995b7600d70e83921808674d97d1ee06d5b4f09a6178747280ef33"
    "4bdeac1359f1b1500683ee74855d0d85ac26c712e90278f875b8a648ff47f2c7b8f15a6abbe9bef12936dfc9653b"
    "89528c591324900d5516fd17e3c86e708b0926ba52f0e61227ec61983326f0abc3644824c72a327b130810bb35b5"
    "7cb226ca767897d67186f8c88d9daa5c16880ef5a6d28d37a5afc5077cfd3783818cdbb93b21c88a9f97bbe67b20"
    "ee8b4517dbc4acfe87267084f4a32f7f2aaccfaca91b8adda27f";

constexpr std::string_view kCompositeN =
    "df8474720a9061487d1c97412775115a23252ae6167f58b7058c4a07a387c489669ae6018b2949ea8663410315f5"
    "91761c636fb3e170aeea475615c523fd4793d39e76a9cc69527fd9b8d6abcc43b3bddf25fa738b405e623792c640"
    "167a36a259f7e28e752a0f184be0031d800f4e6b81b189147414f902e33ca447390bb755cf1060c09caa6945ed6d"
    "deb89452aa4f5814e7f912326632151c4dc2b15db9c6cd133d031a6a244ace3fe1e1efa18475d04bf1b4672f3d37"
    "c6dab93e853cdd1ade99c60f3c80ca2007855caca8960d559df06c02efe1af66a2fa1e4b69c8f248eae33a839c2b"
    "d67b8a0c5419951c0ca16fe48e089f0a69c02fae37883715cd23";
constexpr std::string_view kCompositeD =
    "5ba97a077a85931fa30f228839a22ca7865a2ba987f8596d54fd1f2edac546b80237ebb31e5aa451652336fa08fb"
    "57d7d3f4834e85592ca22ef7029e820fd056b325fd0bcd24340cf24076e8a52fee7a2314f40c8642b3721bd03934"
    "f702cf7cece0572c8ca7dee0dbdcd5ea37260fc6cebcfbb643948639c4ee8d8017c8d239bdf6badaef7baf0ca0c8"
    "f35c04ae125f21fbf9842605efd9b9a6ad51057617473fd9533caa7fecbd79d5e2a0c8f397c7199be3346b2d36a2"
    "cfc2e4b2ff14724c93c712ac25a259adca72458cca8070c226d4bec4daa2fa39d5ce9461d2dc4e41d44f4ca945da"
    "79ff1bd79cd90d9e9d99b2e0662a8e15ab2ba381d3e83cb3a121";
constexpr std::string_view kCompositeIqmp =
    "dfb746061ccfede49712f4f172f8962ca0d2dabe7b5e780da7a32ca319ca86df7e25661ab37ce7c75307e9410a5e"
    "e144827e3e6e6ceb8f6772761c44a4ffa0d4203870c0e3893eddef9f1e74be3bae1b7c042e39e42ff18baf6e805e"
    "24e521742959440cda7dee04ab15d38b90699f383f81fc6e1f2b3314197dd09679c85f7b";
constexpr std::string_view kCompositeP =
    "e49636a2fa7f0eab4c4f9b0687322e25c215a82a06ec41adea0575438b0d590bb0a844e52587be6b5c9bcf35873b"
    "e078f3b7a50df373ca533488f87605e999f3842e7fc229540a6eb12aa1f6d42fddbb7a86f7a243c71b9abd87a865"
    "57b6fb7ebfeaa1551a28f7b324e4e25a15fc899e4fd58dbe7bdc968b7afb2c68774b15d7";
constexpr std::string_view kCompositeQ =
    "fa529ba3fe3bfada7cf20724d953ee261d87cec31f7296ab7961fd925d39d0a89a2ef80f58ee8571f4998d7c4093"
    "f6dea268aa872607679d6050914a9d33a01c353c631cdfd43f371200339d068739fa9d1de2a05d158a2ff2ee4e45"
    "19f9919c895fd7b326b94c7f9118bb16000f49c81a358ca00d75985d99c94309570dc195";

const KeyAlgorithm& rsa() {
  return *find_key(openssl_engine(), "ssh-rsa");
}

Result<std::unique_ptr<VerifyKey>> load_public(ByteView e, ByteView n) {
  const std::array<ByteView, 2> parts{e, n};
  return rsa().load_public(parts);
}

enum Part : std::uint8_t { n, e, d, iqmp, p, q };

std::vector<Bytes> private_parts() {
  return {unhex(kN), unhex("010001"), unhex(kD), unhex(kIqmp), unhex(kP), unhex(kQ)};
}

Result<std::unique_ptr<SigningKey>> load_private(const std::vector<Bytes>& parts) {
  const std::vector<ByteView> views(parts.begin(), parts.end());
  return rsa().load_private(views);
}

TEST(Rsa, SignsAsOthersDo) {
  const auto key = load_private(private_parts()).value();
  EXPECT_EQ(key->sign(HashId::sha256, as_bytes("sign me")).value(), unhex(kSha256Signature));
  EXPECT_EQ(key->sign(HashId::sha512, as_bytes("sign me")).value(), unhex(kSha512Signature));
  EXPECT_EQ(key->sign(HashId::none, as_bytes("sign me")).error().code, Errc::internal);
}

TEST(Rsa, VerifiesOnlyTheRightThing) {
  const auto key = load_public(unhex("00010001"), unhex("00" + std::string(kN))).value();
  const Bytes signature = unhex(kSha256Signature);
  const ByteView message = as_bytes("sign me");
  EXPECT_TRUE(key->verify(HashId::sha256, message, signature).has_value());
  EXPECT_EQ(key->verify(HashId::sha512, message, signature).error().code, Errc::host_key_signature);
  EXPECT_EQ(key->verify(HashId::sha256, as_bytes("Sign me"), signature).error().code,
            Errc::host_key_signature);
  EXPECT_FALSE(key->verify(HashId::none, message, signature).has_value());
  for (std::size_t byte = 0; byte < signature.size(); ++byte) {
    Bytes bad = signature;
    bad[byte] ^= 0x10;
    EXPECT_FALSE(key->verify(HashId::sha256, message, bad).has_value()) << byte;
  }
}

TEST(Rsa, SignatureMayLackLeadingZerosButNotBeLonger) {
  const auto signer = load_private(private_parts()).value();
  const auto key = load_public(unhex("010001"), unhex(kN)).value();
  for (std::uint8_t i = 0;; ++i) {  // one signature in 256 starts with a zero
    ASSERT_LT(i, 255) << "no signature starts with a zero";
    const Bytes message(2000, i);
    const Bytes signature = signer->sign(HashId::sha512, message).value();
    if (signature[0] != 0) continue;
    const ByteView shorter = ByteView(signature).subspan(1);
    EXPECT_TRUE(key->verify(HashId::sha512, message, shorter).has_value());
    EXPECT_FALSE(key->verify(HashId::sha512, message, shorter.first(254)).has_value());
    break;
  }
  Bytes longer = unhex("00" + std::string(kSha256Signature));
  EXPECT_FALSE(key->verify(HashId::sha256, as_bytes("sign me"), longer).has_value());
  EXPECT_FALSE(key->verify(HashId::sha256, as_bytes("sign me"), {}).has_value());
}

Bytes modulus_of(std::size_t bits, std::uint8_t last = 1) {
  Bytes modulus((bits + 7) / 8, 0xab);
  modulus[0] = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
  modulus.back() = last;
  return modulus;
}

TEST(Rsa, RefusesPublicKeysOutOfLimits) {
  const Bytes e = unhex("010001");
  EXPECT_TRUE(load_public(e, modulus_of(1024)).has_value());
  EXPECT_TRUE(load_public(e, modulus_of(16384)).has_value());
  for (std::size_t bits : {1, 512, 1023, 16385, 1 << 20}) {
    const auto refused = load_public(e, modulus_of(bits));
    ASSERT_FALSE(refused.has_value()) << bits;
    EXPECT_EQ(refused.error().code, Errc::bad_host_key);
  }
  EXPECT_FALSE(load_public(e, modulus_of(2048, 2)).has_value()) << "even";
  EXPECT_FALSE(load_public(e, {}).has_value());
  EXPECT_FALSE(load_public(e, Bytes(256)).has_value()) << "zero";
  EXPECT_TRUE(load_public(unhex("03"), unhex(kN)).has_value());
  EXPECT_TRUE(load_public(unhex("ffffffff"), unhex(kN)).has_value());
  for (std::string_view bad :
       {"", "00", "01", "02", "010000", "0100000001", "010000000000000001"}) {
    EXPECT_FALSE(load_public(unhex(bad), unhex(kN)).has_value()) << bad;
  }
  const std::array<ByteView, 1> parts{e};
  EXPECT_FALSE(rsa().load_public(parts).has_value());
  EXPECT_FALSE(rsa().load_public({}).has_value());
}

TEST(Rsa, DamagedPrivateKeysAreRefused) {
  for (std::size_t part : {n, e, d, iqmp, p, q}) {
    for (int damage = 0; damage < 6; ++damage) {
      auto parts = private_parts();
      Bytes& bytes = parts[part];
      if (damage == 0) bytes.back() ^= 2;
      if (damage == 1) bytes[bytes.size() / 2] ^= 2;
      if (damage == 2) bytes.clear();
      if (damage == 3) bytes.push_back(1);
      if (damage == 4) bytes.pop_back();
      if (damage == 5) bytes.assign(4096, 0xff);
      const auto key = load_private(parts);
      ASSERT_FALSE(key.has_value()) << "part " << part << " damage " << damage;
      EXPECT_EQ(key.error().code, Errc::key_damaged);
    }
  }
  auto parts = private_parts();
  std::swap(parts[p], parts[q]);  // then iqmp is the wrong one
  EXPECT_FALSE(load_private(parts).has_value());
  parts.pop_back();
  EXPECT_FALSE(load_private(parts).has_value());
}

// It stands for a fault in the arithmetic: the numbers fit each other, but what comes out does not
// verify, and must not leave the house.
TEST(Rsa, AFaultySignatureIsNotReturned) {
  const auto key = load_private({unhex(kCompositeN), unhex("010001"), unhex(kCompositeD),
                                 unhex(kCompositeIqmp), unhex(kCompositeP), unhex(kCompositeQ)});
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ((*key)->sign(HashId::sha256, as_bytes("sign me")).error().code, Errc::crypto_failed);
}

// "acceptable" is a DigestInfo without its NULL: PKCS#1 v1.5 verifiers differ; either will do.
void run_wycheproof(const testing::Json& groups, HashId hash) {
  testing::for_each_case(groups, [&](const testing::Json& group, const testing::Json& test) {
    const testing::Json& numbers = group.at("publicKey");
    const auto key =
        load_public(hex_field(numbers, "publicExponent"), hex_field(numbers, "modulus"));
    EXPECT_TRUE(key.has_value());
    const Bytes signature = hex_field(test, "sig");
    return key.has_value() && (*key)->verify(hash, hex_field(test, "msg"), signature).has_value();
  });
}

TEST(Wycheproof, Rsa2048Sha256) {
  HAWSER_WYCHEPROOF(groups, "rsa_signature_2048_sha256_test.json");
  run_wycheproof(groups, HashId::sha256);
}
TEST(Wycheproof, Rsa2048Sha512) {
  HAWSER_WYCHEPROOF(groups, "rsa_signature_2048_sha512_test.json");
  run_wycheproof(groups, HashId::sha512);
}
TEST(Wycheproof, Rsa3072Sha256) {
  HAWSER_WYCHEPROOF(groups, "rsa_signature_3072_sha256_test.json");
  run_wycheproof(groups, HashId::sha256);
}
TEST(Wycheproof, Rsa3072Sha512) {
  HAWSER_WYCHEPROOF(groups, "rsa_signature_3072_sha512_test.json");
  run_wycheproof(groups, HashId::sha512);
}
TEST(Wycheproof, Rsa4096Sha256) {
  HAWSER_WYCHEPROOF(groups, "rsa_signature_4096_sha256_test.json");
  run_wycheproof(groups, HashId::sha256);
}
TEST(Wycheproof, Rsa4096Sha512) {
  HAWSER_WYCHEPROOF(groups, "rsa_signature_4096_sha512_test.json");
  run_wycheproof(groups, HashId::sha512);
}

}  // namespace
}  // namespace hawser::crypto
