#include "hawser/keys/public_key.h"

#include <gtest/gtest.h>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/keys/fingerprint.h"
#include "hawser/keys/key_records.h"
#include "hawser/keys/private_key_file.h"

#include "support/test_data.h"

namespace hawser::keys {
namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

Bytes public_blob(const std::string& name) {
  const auto blob = parse_public_key_line(as_bytes(test::test_data("keys/" + name + ".pub")));
  EXPECT_TRUE(blob.has_value());
  return blob.value_or(Bytes{});
}

Errc parse_error(ByteView blob) {
  const auto key = PublicKey::parse(engine(), blob);
  return key ? Errc{} : key.error().code;
}

// What `ssh-keygen -Y sign` makes (OpenSSH's PROTOCOL.sshsig): another hand's signature.
struct Sshsig {
  wire::Fixed<6> magic;
  std::uint32_t version = 0;
  wire::Blob key;
  wire::Text name_space;
  wire::Blob reserved;
  wire::Text hash;
  wire::Blob signature;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.magic, m.version, m.key, m.name_space, m.reserved, m.hash, m.signature);
  }
};
struct Signed {
  wire::Fixed<6> magic;
  wire::Text name_space;
  wire::Blob reserved;
  wire::Text hash;
  wire::Blob digest;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.magic, m.name_space, m.reserved, m.hash, m.digest);
  }
};

struct Signature {
  Bytes message;
  Bytes blob;
};

Signature openssh_signature(const std::string& name) {
  std::string text;
  std::string armored = test::test_data("keys/" + name + ".sig");
  for (std::size_t at = 0; at < armored.size();) {
    const std::size_t end = armored.find('\n', at);
    const std::string line = armored.substr(at, end - at);
    if (!line.starts_with("-----")) text += line;
    at = end + 1;
  }
  const Bytes raw = base64_decode(text).value();
  const auto parsed = wire::decode<Sshsig>(raw).value();
  EXPECT_EQ(parsed.hash.view(), "sha512");
  const std::string message = test::test_data("keys/message");
  const ByteView piece = as_bytes(message);
  const Bytes digest = crypto::digest(engine(), crypto::HashId::sha512, {&piece, 1}).value();
  return {wire::encode_to_bytes(Signed{parsed.magic, parsed.name_space, parsed.reserved,
                                       parsed.hash, wire::Blob(digest)}),
          to_bytes(parsed.signature.bytes)};
}

TEST(Algorithms, NameABlobTypeAndASignature) {
  for (const KeyUse& use : all_key_uses()) {
    SCOPED_TRACE(use.name);
    EXPECT_EQ(find_key_use(engine(), use.name), &use);
    EXPECT_NE(signature_of(engine(), use), nullptr);
    EXPECT_EQ(find_key_type(engine(), use.blob_type) == nullptr, use.is_certificate());
    EXPECT_EQ(find_certified_type(engine(), use.blob_type) != nullptr, use.is_certificate());
  }
}

TEST(Algorithms, OfAnEngineThatLacksTheirMathematicsAreNotFound) {
  crypto::Engine poor = engine();
  poor.keys = poor.keys.first(1);
  poor.signatures = poor.signatures.first(1);
  for (const char* name : {"ssh-ed25519", "sk-ssh-ed25519@openssh.com"}) {
    EXPECT_NE(find_key_type(poor, name), nullptr) << name;
    EXPECT_NE(find_key_use(poor, name), nullptr) << name;
  }
  for (const char* name : {"ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com"}) {
    EXPECT_EQ(find_key_type(poor, name), nullptr) << name;
    EXPECT_EQ(find_key_use(poor, name), nullptr) << name;
  }
}

struct Case {
  const char* file;
  const char* type;
  const char* algorithm;
};

class KnownKey : public testing::TestWithParam<Case> {
 protected:
  PublicKey key_ = PublicKey::parse(engine(), public_blob(GetParam().file)).value();
  Status verify(ByteView message, ByteView signature) {
    return key_.verify(engine(), GetParam().algorithm, message, signature);
  }
};

TEST_P(KnownKey, IsParsedWhole) {
  EXPECT_EQ(key_.type(), GetParam().type);
  EXPECT_EQ(to_bytes(key_.blob()), public_blob(GetParam().file));
}

TEST_P(KnownKey, IsRefusedCutOrWithBytesBehind) {
  Bytes blob = public_blob(GetParam().file);
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const Errc error = parse_error(ByteView(blob).first(size));
    EXPECT_TRUE(error == Errc::bad_host_key || error == Errc::key_unsupported) << size;
  }
  blob.push_back(0);
  EXPECT_EQ(parse_error(blob), Errc::bad_host_key);
}

TEST_P(KnownKey, VerifiesWhatOpensshSigned) {
  const Signature signature = openssh_signature(GetParam().file);
  EXPECT_TRUE(verify(signature.message, signature.blob));
}

TEST_P(KnownKey, RefusesAnotherMessage) {
  Signature signature = openssh_signature(GetParam().file);
  signature.message.back() ^= 1;
  EXPECT_EQ(verify(signature.message, signature.blob).error().code, Errc::host_key_signature);
}

TEST_P(KnownKey, RefusesADamagedSignature) {
  const Signature signature = openssh_signature(GetParam().file);
  for (std::size_t i = 0; i < signature.blob.size(); ++i) {
    Bytes damaged = signature.blob;
    damaged[i] ^= 1;
    EXPECT_FALSE(verify(signature.message, damaged)) << i;
    EXPECT_FALSE(verify(signature.message, ByteView(signature.blob).first(i))) << i;
  }
  Bytes longer = signature.blob;
  longer.push_back(0);
  EXPECT_FALSE(verify(signature.message, longer));
  EXPECT_FALSE(verify(signature.message, Bytes(limits::kSignatureBlob + 1)));
}

TEST_P(KnownKey, RefusesAnotherAlgorithmThanAgreed) {
  const Signature signature = openssh_signature(GetParam().file);
  for (const KeyUse& use : all_key_uses()) {
    if (use.name == GetParam().algorithm) continue;
    const Status status = key_.verify(engine(), use.name, signature.message, signature.blob);
    EXPECT_EQ(status.error().code, Errc::host_key_signature) << use.name;
  }
  EXPECT_FALSE(key_.verify(engine(), "ssh-rsa", signature.message, signature.blob));
}

INSTANTIATE_TEST_SUITE_P(
    Types, KnownKey,
    testing::Values(Case{"ed25519", "ssh-ed25519", "ssh-ed25519"},
                    Case{"ecdsa_256", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"},
                    Case{"ecdsa_384", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"},
                    Case{"ecdsa_521", "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"},
                    Case{"rsa", "ssh-rsa", "rsa-sha2-512"},
                    Case{"sk_ed25519", "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com"},
                    Case{"sk_ecdsa", "sk-ecdsa-sha2-nistp256@openssh.com",
                         "sk-ecdsa-sha2-nistp256@openssh.com"}),
    [](const auto& param) { return std::string(param.param.file); });

TEST(PublicKey, OfUnknownTypeIsUnsupported) {
  EXPECT_EQ(parse_error(public_blob("dsa")), Errc::key_unsupported);
}

TEST(PublicKey, KnowsHowLongItsModulusIs) {
  EXPECT_EQ(PublicKey::parse(engine(), public_blob("rsa_1024"))->rsa_bits(), 1024u);
  EXPECT_EQ(PublicKey::parse(engine(), public_blob("rsa"))->rsa_bits(), 2048u);
  EXPECT_EQ(PublicKey::parse(engine(), public_blob("ecdsa_256"))->rsa_bits(), 0u);
  EXPECT_EQ(rsa_bits_of(engine(), public_blob("rsa_1024")), 1024u);
  EXPECT_EQ(rsa_bits_of(engine(), public_blob("rsa-cert")), 2048u);
  EXPECT_EQ(rsa_bits_of(engine(), as_bytes("no key")), 0u);
}

TEST(PublicKey, OverItsLimitIsRefused) {
  const Bytes n(limits::kPublicKeyBlob, 0x11);
  const Bytes e = {1, 0, 1};
  EXPECT_EQ(parse_error(wire::encode_to_bytes(
                RsaPublic{wire::Text("ssh-rsa"), wire::Mpint(e), wire::Mpint(n)})),
            Errc::bad_host_key);
}

TEST(PublicKey, CurveMustBeThatOfTheType) {
  const Bytes blob = public_blob("ecdsa_256");
  auto fields = wire::decode<EcdsaPublic>(blob).value();
  fields.curve = "nistp384";
  EXPECT_EQ(parse_error(wire::encode_to_bytes(fields)), Errc::bad_host_key);
  fields.type = "ecdsa-sha2-nistp384";
  EXPECT_EQ(parse_error(wire::encode_to_bytes(fields)), Errc::bad_host_key);
}

TEST(PublicKey, NegativeModulusIsRefused) {
  Bytes blob = public_blob("rsa");
  // type, e, then n: its length and a zero byte before the top bit
  const std::size_t n_at = 4 + 7 + 4 + 3 + 4;
  ASSERT_EQ(blob[n_at], 0);
  blob.erase(blob.begin() + static_cast<std::ptrdiff_t>(n_at));
  store_be32(blob.data() + n_at - 4, 256);
  EXPECT_EQ(parse_error(blob), Errc::bad_host_key);
}

class EcdsaNumbers : public testing::Test {
 protected:
  PublicKey key_ = PublicKey::parse(engine(), public_blob("ecdsa_256")).value();
  Signature good_ = openssh_signature("ecdsa_256");
  SignatureBlob outer_ = wire::decode<SignatureBlob>(good_.blob).value();
  EcdsaSignature inner_ = wire::decode<EcdsaSignature>(outer_.value.bytes).value();

  bool verifies(ByteView value) {
    const Bytes blob = wire::encode_to_bytes(SignatureBlob{outer_.algorithm, wire::Blob(value)});
    return key_.verify(engine(), "ecdsa-sha2-nistp256", good_.message, blob).has_value();
  }
};

TEST_F(EcdsaNumbers, AreTakenAsTheyCame) {
  EXPECT_TRUE(verifies(wire::encode_to_bytes(inner_)));
}

TEST_F(EcdsaNumbers, OfZeroAreRefused) {
  inner_.r = wire::Mpint{};
  EXPECT_FALSE(verifies(wire::encode_to_bytes(inner_)));
}

TEST_F(EcdsaNumbers, LongerThanTheFieldAreRefused) {
  const Bytes huge(33, 0x7f);
  inner_.s = wire::Mpint(huge);
  EXPECT_FALSE(verifies(wire::encode_to_bytes(inner_)));
}

TEST_F(EcdsaNumbers, OfNegativeSignAreRefused) {
  Bytes value;
  wire::BytesSink sink(value);
  wire::put_string(sink, Bytes(32, 0xff));
  wire::put_field(sink, inner_.s);
  EXPECT_FALSE(verifies(value));
}

TEST_F(EcdsaNumbers, WithBytesBehindAreRefused) {
  Bytes value = wire::encode_to_bytes(inner_);
  value.push_back(0);
  EXPECT_FALSE(verifies(value));
}

TEST(Signature, OfSmallEcdsaNumbersHasNoLeadingZeros) {
  Bytes raw(64);
  raw[31] = 0x80;  // r = 128
  raw[63] = 1;     // s = 1
  const Bytes blob = encode_signature("ecdsa-sha2-nistp256", 32, raw);
  EXPECT_EQ(wire::decode<SignatureBlob>(blob)->value.bytes.size(), 4u + 2 + 4 + 1);
}

TEST(Fingerprint, IsWhatSshKeygenPrints) {
  EXPECT_EQ(fingerprint(engine(), public_blob("ed25519")).value(),
            "SHA256:9K71A4/bEXHWy9xYkBevls3H4Z9PnONY/Xc8BATxcds");
}

TEST(Fingerprint, OfACertificateIsThatOfItsKey) {
  EXPECT_EQ(fingerprint(engine(), public_blob("ed25519-cert")).value(),
            fingerprint(engine(), public_blob("ed25519")).value());
}

TEST(PublicKey, NamesOfTypesAreBounded) {
  for (const std::size_t more : {0U, 1U}) {
    const std::string name(limits::kAlgorithmName + more, 'a');
    Bytes blob;
    wire::BytesSink sink(blob);
    wire::put_string(sink, as_bytes(name));
    EXPECT_EQ(key_type_of(blob), more == 0 ? name : "");
  }
}

}  // namespace
}  // namespace hawser::keys
