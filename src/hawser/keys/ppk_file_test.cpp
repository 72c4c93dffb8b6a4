// Key files of puttygen's, and what becomes of those that are altered.
#include "hawser/keys/ppk_file.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/base/limits.h"
#include "hawser/keys/private_key_file.h"
#include "hawser/keys/public_key.h"

#include "support/test_data.h"

namespace hawser::keys {
namespace {

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

constexpr const char* kPassphrase = "hawser";

struct Sample {
  const char* file;
  const char* key;  // whose .pub it belongs to
};

class PlainPpk : public testing::TestWithParam<Sample> {};
class EncryptedPpk : public testing::TestWithParam<Sample> {};

void expect_key(const Result<MemorySigner>& signer, const std::string& key) {
  ASSERT_TRUE(signer) << signer.error().where;
  EXPECT_EQ(to_bytes(signer->public_blob()),
            parse_public_key_line(as_bytes(key_file(key + ".pub"))).value());
  const auto public_key = PublicKey::parse(engine(), signer->public_blob()).value();
  const auto algorithm = signature_algorithms(engine(), public_key.type(), "").front();
  const auto signature = signer->sign(engine(), algorithm, as_bytes("message"));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(public_key.verify(engine(), algorithm, as_bytes("message"), *signature));
}

TEST_P(PlainPpk, HoldsItsKey) {
  expect_key(parse(key_file(GetParam().file)), GetParam().key);
}

TEST_P(EncryptedPpk, OpensWithItsPassphraseOnly) {
  const std::string file = key_file(GetParam().file);
  expect_key(parse(file, kPassphrase), GetParam().key);
  EXPECT_EQ(error_of(file), Errc::passphrase_required);
  EXPECT_EQ(error_of(file, "Hawser"), Errc::passphrase_wrong);
}

std::string shown(const testing::TestParamInfo<Sample>& info) {
  const std::string name(info.param.file);
  return name.substr(0, name.find('.'));
}

INSTANTIATE_TEST_SUITE_P(All, PlainPpk,
                         testing::Values(Sample{"ed25519_v2.ppk", "ed25519"},
                                         Sample{"ed25519_v3.ppk", "ed25519"},
                                         Sample{"ecdsa_256_v2.ppk", "ecdsa_256"},
                                         Sample{"ecdsa_256_v3.ppk", "ecdsa_256"},
                                         Sample{"ecdsa_384_v2.ppk", "ecdsa_384"},
                                         Sample{"ecdsa_384_v3.ppk", "ecdsa_384"},
                                         Sample{"ecdsa_521_v2.ppk", "ecdsa_521"},
                                         Sample{"ecdsa_521_v3.ppk", "ecdsa_521"},
                                         Sample{"rsa_v2.ppk", "rsa"}, Sample{"rsa_v3.ppk", "rsa"},
                                         Sample{"ed25519_cert.ppk", "ed25519"}),
                         shown);

INSTANTIATE_TEST_SUITE_P(All, EncryptedPpk,
                         testing::Values(Sample{"ed25519_v2_encrypted.ppk", "ed25519"},
                                         Sample{"ed25519_v3_encrypted.ppk", "ed25519"},
                                         Sample{"ed25519_argon2i.ppk", "ed25519"},
                                         Sample{"ed25519_argon2d.ppk", "ed25519"},
                                         Sample{"ecdsa_256_v2_encrypted.ppk", "ecdsa_256"},
                                         Sample{"ecdsa_256_v3_encrypted.ppk", "ecdsa_256"},
                                         Sample{"ecdsa_384_v2_encrypted.ppk", "ecdsa_384"},
                                         Sample{"ecdsa_384_v3_encrypted.ppk", "ecdsa_384"},
                                         Sample{"ecdsa_521_v2_encrypted.ppk", "ecdsa_521"},
                                         Sample{"ecdsa_521_v3_encrypted.ppk", "ecdsa_521"},
                                         Sample{"rsa_v2_encrypted.ppk", "rsa"},
                                         Sample{"rsa_v3_encrypted.ppk", "rsa"}),
                         shown);

// How much of the text, from its beginning, the pattern matches: "." is any letter, "*" the rest of
// the line.
std::size_t matched(std::string_view text, std::string_view pattern) {
  std::size_t size = 0;
  for (const char letter : pattern) {
    if (letter == '*') {
      size = std::min(text.find('\n', size), text.size());
    } else if (size < text.size() && (letter == '.' || letter == text[size])) {
      ++size;
    } else {
      return 0;
    }
  }
  return size;
}

// The file with all that matches replaced.
std::string with(std::string_view file, std::string_view pattern, std::string_view text) {
  std::string changed;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t size = matched(file.substr(at), pattern);
    changed += size > 0 ? text : file.substr(at, 1);
    at += std::max(size, std::size_t{1});
  }
  EXPECT_NE(changed, file) << pattern;
  return changed;
}

TEST(PpkFile, OfAnotherVersionTypeOrCipherIsUnsupported) {
  const std::string plain = key_file("ed25519_v3.ppk");
  EXPECT_EQ(error_of(key_file("ed448.ppk")), Errc::key_unsupported);
  EXPECT_EQ(error_of(with(plain, "File-3", "File-1")), Errc::key_unsupported);
  EXPECT_EQ(error_of(with(plain, "File-3", "File-4")), Errc::key_unsupported);
  EXPECT_EQ(error_of(with(plain, "Encryption: none", "Encryption: aes512")), Errc::key_unsupported);
  EXPECT_EQ(error_of(with(key_file("ed25519_v3_encrypted.ppk"), "Argon2id", "scrypt"), kPassphrase),
            Errc::key_unsupported);
}

TEST(PpkFile, MayHaveOtherLineEnds) {
  EXPECT_TRUE(parse(with(key_file("rsa_v3_encrypted.ppk"), "\n", "\r\n"), kPassphrase));
}

TEST(PpkFile, AlteredIsDamagedAndEncryptedPerhapsWronglyUnlocked) {
  for (const char* version : {"v2", "v3"}) {
    const std::string plain = key_file(std::string("ed25519_") + version + ".ppk");
    EXPECT_EQ(error_of(with(plain, "Comment: test", "Comment: best")), Errc::key_damaged);
    EXPECT_EQ(error_of(with(plain, "Private-MAC: .", "Private-MAC: x")), Errc::key_damaged);
    EXPECT_EQ(error_of(with(plain, "Private-MAC: ..", "Private-MAC: ")), Errc::key_damaged);
    EXPECT_EQ(error_of(with(plain, "Public-Lines: 2", "Public-Lines: 3")), Errc::key_damaged);
    EXPECT_EQ(error_of(with(plain, "Public-Lines: 2", "Public-Lines: 4294967295")),
              Errc::key_damaged);
    EXPECT_EQ(error_of(with(plain, "Public-Lines: 2", "Public-Lines: 4294967296")),
              Errc::key_damaged);
    const std::string locked = key_file(std::string("ed25519_") + version + "_encrypted.ppk");
    EXPECT_EQ(error_of(with(locked, "Comment: test", "Comment: best"), kPassphrase),
              Errc::passphrase_wrong);
    EXPECT_EQ(error_of(with(locked, "Private-Lines: 1\n....", "Private-Lines: 1\n"), kPassphrase),
              Errc::key_damaged);
  }
}

TEST(PpkFile, CutAnywhereIsAnError) {
  const std::string file = key_file("ed25519_v3_encrypted.ppk");
  const std::string whole = file.substr(0, file.size() - 1);
  ASSERT_TRUE(parse(whole, kPassphrase));
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    EXPECT_NE(error_of(whole.substr(0, size), kPassphrase), Errc{}) << size;
  }
}

TEST(PpkFile, AsksForAsMuchWorkAsTheLimitsAllow) {
  EXPECT_EQ(error_of(key_file("ed25519_costly.ppk"), kPassphrase), Errc::kdf_too_expensive);
  const std::string file = key_file("ed25519_v3_encrypted.ppk");
  for (const auto& [pattern, text] :
       {std::pair{"Memory: 512", "Memory: 262145"}, std::pair{"Memory: 512", "Memory: 4294967295"},
        std::pair{"Passes: 3", "Passes: 32769"}, std::pair{"Passes: 3", "Passes: 4294967295"}}) {
    EXPECT_EQ(error_of(with(file, pattern, text), kPassphrase), Errc::kdf_too_expensive) << text;
  }
  static_assert(limits::kArgon2Work / (512 * 1024) == 32768);
}

TEST(PpkFile, WithCostsThatArgon2DoesNotHaveIsDamaged) {
  const std::string file = key_file("ed25519_v3_encrypted.ppk");
  for (const auto& [pattern, text] :
       {std::pair{"Memory: 512", "Memory: 7"}, std::pair{"Passes: 3", "Passes: 0"},
        std::pair{"Parallelism: 1", "Parallelism: 0"},
        std::pair{"Parallelism: 1", "Parallelism: 65"},
        std::pair{"Parallelism: 1", "Parallelism: 4294967295"},
        std::pair{"Memory: 512", "Memory: -512"}, std::pair{"Salt: *", "Salt: 00"}}) {
    EXPECT_EQ(error_of(with(file, pattern, text), kPassphrase), Errc::key_damaged) << text;
  }
}

}  // namespace
}  // namespace hawser::keys
