#include "hawser/keys/private_key_file.h"

#include <gtest/gtest.h>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/keys/public_key.h"

#include "support/test_data.h"

namespace hawser::keys {
namespace {

constexpr std::string_view kPassphrase = "hawser";
constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----\n";

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

std::string key_file(const std::string& name) {
  return test::test_data("keys/" + name);
}

Result<MemorySigner> parse(std::string_view content, std::string_view passphrase = "") {
  return parse_private_key(engine(), as_bytes(content), as_bytes(passphrase));
}

Errc error_of(std::string_view content, std::string_view passphrase = "") {
  const auto signer = parse(content, passphrase);
  return signer ? Errc{} : signer.error().code;
}

Bytes unwrapped(const std::string& file) {
  std::string text;
  for (char letter : file.substr(kBegin.size(), file.size() - kBegin.size() - kEnd.size())) {
    if (letter != '\n') text += letter;
  }
  return base64_decode(text).value();
}

std::string wrapped(ByteView bytes) {
  return std::string(kBegin) + base64_encode(bytes) + "\n" + std::string(kEnd);
}

// Signs with the key and has the public key file's key verify it.
void expect_signs(const MemorySigner& signer, const std::string& public_name) {
  const auto blob = parse_public_key_line(as_bytes(key_file(public_name + ".pub"))).value();
  EXPECT_EQ(to_bytes(signer.public_blob()), blob);
  const auto key = PublicKey::parse(engine(), blob).value();
  EXPECT_EQ(signer.type(), key.type());
  int algorithms = 0;
  for (const auto& row : engine().signatures) {
    const auto signature = signer.sign(engine(), row.name, as_bytes("message"));
    if (row.key_type == key.type()) {
      ++algorithms;
      EXPECT_TRUE(key.verify(engine(), row.name, as_bytes("message"), signature.value()));
      EXPECT_FALSE(key.verify(engine(), row.name, as_bytes("massage"), signature.value()));
    } else {
      EXPECT_EQ(signature.error().code, Errc::key_unsupported);
    }
  }
  EXPECT_GT(algorithms, 0);
}

class PlainFile : public testing::TestWithParam<const char*> {};

TEST_P(PlainFile, GivesASigner) {
  const auto signer = parse(key_file(GetParam()));
  ASSERT_TRUE(signer) << signer.error().where;
  expect_signs(*signer, GetParam());
}

TEST_P(PlainFile, IsOpenedWhateverPassphraseIsOffered) {
  EXPECT_TRUE(parse(key_file(GetParam()), "not needed"));
}

TEST_P(PlainFile, CutAnywhereIsDamaged) {
  const Bytes bytes = unwrapped(key_file(GetParam()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Errc error = error_of(wrapped(ByteView(bytes).first(size)));
    EXPECT_TRUE(error == Errc::key_damaged) << size;
  }
}

// Every bit counts but those of the comment.
TEST_P(PlainFile, WithOneByteChangedGivesNoOtherKey) {
  const std::string file = key_file(GetParam());
  const Bytes bytes = unwrapped(file);
  const std::string_view comment = "test key of hawser";
  const std::size_t comment_at = as_text(bytes).find(comment);
  const std::size_t step = bytes.size() > 1000 ? 7 : 1;  // an RSA key is checked at length
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    if (i >= comment_at && i < comment_at + comment.size()) continue;
    Bytes changed = bytes;
    changed[i] ^= 0x10;
    EXPECT_FALSE(parse(wrapped(changed))) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, PlainFile,
                         testing::Values("ed25519", "ecdsa_256", "ecdsa_384", "ecdsa_521", "rsa"),
                         [](const auto& param) { return std::string(param.param); });

struct Encrypted {
  const char* file;
  const char* public_name;
};

class EncryptedFile : public testing::TestWithParam<Encrypted> {};

TEST_P(EncryptedFile, OpensWithItsPassphrase) {
  const auto signer = parse(key_file(GetParam().file), kPassphrase);
  ASSERT_TRUE(signer) << signer.error().where;
  expect_signs(*signer, GetParam().public_name);
}

TEST_P(EncryptedFile, AsksForAPassphrase) {
  EXPECT_EQ(error_of(key_file(GetParam().file)), Errc::passphrase_required);
}

TEST_P(EncryptedFile, KnowsAWrongPassphrase) {
  EXPECT_EQ(error_of(key_file(GetParam().file), "Hawser"), Errc::passphrase_wrong);
}

TEST_P(EncryptedFile, ChangedWithinDoesNotOpen) {
  Bytes bytes = unwrapped(key_file(GetParam().file));
  bytes[bytes.size() - 60] ^= 1;
  const Errc error = error_of(wrapped(bytes), kPassphrase);
  EXPECT_TRUE(error == Errc::passphrase_wrong || error == Errc::key_damaged);
}

INSTANTIATE_TEST_SUITE_P(Ciphers, EncryptedFile,
                         testing::Values(Encrypted{"ed25519_aes128-ctr", "ed25519"},
                                         Encrypted{"ed25519_aes192-ctr", "ed25519"},
                                         Encrypted{"ed25519_aes256-ctr", "ed25519"},
                                         Encrypted{"ed25519_aes128-cbc", "ed25519"},
                                         Encrypted{"ed25519_aes192-cbc", "ed25519"},
                                         Encrypted{"ed25519_aes256-cbc", "ed25519"},
                                         Encrypted{"ed25519_3des-cbc", "ed25519"},
                                         Encrypted{"ed25519_aes128-gcm", "ed25519"},
                                         Encrypted{"ed25519_aes256-gcm", "ed25519"},
                                         Encrypted{"ed25519_chacha20-poly1305", "ed25519"},
                                         Encrypted{"rsa_encrypted", "rsa"},
                                         Encrypted{"ecdsa_521_encrypted", "ecdsa_521"}),
                         [](const auto& param) {
                           std::string name(param.param.file);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(PrivateKeyFile, OfAnUnknownTypeIsUnsupported) {
  EXPECT_EQ(error_of(key_file("dsa")), Errc::key_unsupported);
}

TEST(PrivateKeyFile, WithTooShortAnRsaKeyIsUnsupported) {
  EXPECT_EQ(error_of(key_file("rsa_768_pem")), Errc::key_unsupported);
}

TEST(PrivateKeyFile, WithTooManyRoundsIsTooExpensive) {
  const auto signer = parse(key_file("ed25519_rounds_2049"), kPassphrase);
  ASSERT_FALSE(signer);
  EXPECT_EQ(signer.error(), (Error{Errc::kdf_too_expensive, 2049}));
}

TEST(PrivateKeyFile, WithoutAPrivateKeyIsUnsupported) {
  EXPECT_EQ(error_of(""), Errc::key_unsupported);
  EXPECT_EQ(error_of("hello\n"), Errc::key_unsupported);
  EXPECT_EQ(error_of(key_file("ed25519.pub")), Errc::key_unsupported);
  EXPECT_EQ(error_of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            Errc::key_unsupported);
}

TEST(PrivateKeyFile, OverItsLimitIsDamaged) {
  const std::string file = key_file("ed25519");
  const std::string filler(limits::kKeyFile - file.size(), '\n');
  EXPECT_EQ(error_of(file + filler), Errc{});
  EXPECT_EQ(error_of(file + filler + "\n"), Errc::key_damaged);
}

TEST(PrivateKeyFile, MayHaveOtherLineEndsAndTextAround) {
  std::string file = "A key of mine.\r\n";
  for (char letter : key_file("ed25519")) {
    if (letter == '\n') file += '\r';
    file += letter;
  }
  EXPECT_TRUE(parse(file));
  EXPECT_TRUE(parse(file + "trailing text"));
  file.resize(file.size() - 2);
  EXPECT_TRUE(parse(file));  // no final newline
}

TEST(PrivateKeyFile, WithoutItsEndIsDamaged) {
  const std::string file = key_file("ed25519");
  EXPECT_EQ(error_of(file.substr(0, file.size() - kEnd.size())), Errc::key_damaged);
  EXPECT_EQ(error_of(file.substr(0, file.size() - 3)), Errc::key_damaged);
  EXPECT_EQ(error_of(kBegin), Errc::key_damaged);
}

TEST(PrivateKeyFile, WithBadBase64IsDamaged) {
  std::string file = key_file("ed25519");
  file[kBegin.size() + 10] = '!';
  EXPECT_EQ(error_of(file), Errc::key_damaged);
}

// The head up to the count of keys, in a file without encryption: magic, "none", "none", "".
constexpr std::size_t kCountAt = 15 + 8 + 8 + 4;

TEST(PrivateKeyFile, HoldsJustOneKey) {
  Bytes bytes = unwrapped(key_file("ed25519"));
  ASSERT_EQ(load_be32(bytes.data() + kCountAt), 1u);
  store_be32(bytes.data() + kCountAt, 0);
  EXPECT_EQ(error_of(wrapped(bytes)), Errc::key_damaged);
  for (std::uint32_t count : {2u, 0xffffffffu}) {
    store_be32(bytes.data() + kCountAt, count);
    EXPECT_EQ(error_of(wrapped(bytes)), Errc::key_unsupported);
  }
}

TEST(PrivateKeyFile, WithDifferentChecksIsDamagedNotWronglyUnlocked) {
  Bytes bytes = unwrapped(key_file("ed25519"));
  const std::size_t section_at = kCountAt + 4 + 4 + 51 + 4;
  ASSERT_EQ(load_be32(bytes.data() + section_at), load_be32(bytes.data() + section_at + 4));
  bytes[section_at] ^= 1;
  EXPECT_EQ(error_of(wrapped(bytes), "passphrase"), Errc::key_damaged);
}

TEST(PrivateKeyFile, PublicHalfOutsideMustBeThatInside) {
  Bytes bytes = unwrapped(key_file("ed25519"));
  bytes[kCountAt + 4 + 4 + 50] ^= 1;
  EXPECT_EQ(error_of(wrapped(bytes)), Errc::key_damaged);
}

TEST(PrivateKeyFile, WithBadPaddingOrBytesBehindIsDamaged) {
  Bytes bytes = unwrapped(key_file("ed25519"));
  ASSERT_NE(bytes.back(), 'r') << "the key has no padding";
  Bytes changed = bytes;
  ++changed.back();
  EXPECT_EQ(error_of(wrapped(changed)), Errc::key_damaged);
  bytes.push_back(0);
  EXPECT_EQ(error_of(wrapped(bytes)), Errc::key_damaged);
}

TEST(PrivateKeyFile, WithZeroRoundsOrUnknownKdfIsRefused) {
  Bytes bytes = unwrapped(key_file("ed25519_aes256-ctr"));
  const std::size_t kdf_at = 15 + 4 + 10 + 4;
  const std::size_t rounds_at = kdf_at + 6 + 4 + 4 + 16;
  ASSERT_EQ(load_be32(bytes.data() + rounds_at), 2u);
  Bytes changed = bytes;
  store_be32(changed.data() + rounds_at, 0);
  EXPECT_EQ(error_of(wrapped(changed), kPassphrase), Errc::key_damaged);
  store_be32(changed.data() + rounds_at, 0xffffffff);
  EXPECT_EQ(error_of(wrapped(changed), kPassphrase), Errc::kdf_too_expensive);
  bytes[kdf_at] = 'x';
  EXPECT_EQ(error_of(wrapped(bytes), kPassphrase), Errc::key_unsupported);
}

TEST(MemorySigner, WantsAllPartsOfAKnownType) {
  const Bytes part(32);
  const ByteView parts[] = {part};
  EXPECT_EQ(MemorySigner::load(engine(), "ssh-ed25519", parts).error().code, Errc::key_damaged);
  EXPECT_EQ(MemorySigner::load(engine(), "ssh-dss", parts).error().code, Errc::key_unsupported);
}

TEST(PublicKeyLine, MayHaveACommentOrNone) {
  const std::string line = key_file("ed25519.pub");
  const Bytes blob = parse_public_key_line(as_bytes(line)).value();
  EXPECT_EQ(blob.size(), 51u);
  const std::string bare = "ssh-ed25519 " + base64_encode(blob);
  EXPECT_EQ(parse_public_key_line(as_bytes(bare)).value(), blob);
  EXPECT_EQ(parse_public_key_line(as_bytes("# mine\r\n\r\n \t" + bare + "\r\n")).value(), blob);
  EXPECT_EQ(parse_public_key_line(blob).value(), blob);
}

TEST(PublicKeyLine, ThatIsDamagedSaysSo) {
  const Bytes blob = parse_public_key_line(as_bytes(key_file("ed25519.pub"))).value();
  const std::string base64 = base64_encode(blob);
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string("ssh-ed25519"), "ssh-rsa " + base64,
        "ssh-ed25519 " + base64.substr(1), base64, "ssh-ed25519\n" + base64,
        std::string("\0\0\0\x0bssh-ed", 10), std::string("\0\0\0\0", 4), key_file("ed25519")}) {
    const auto parsed = parse_public_key_line(as_bytes(text));
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::key_damaged) << text;
  }
}

}  // namespace
}  // namespace hawser::keys
