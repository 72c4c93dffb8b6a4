// Key files in the forms that came before OpenSSH's own.
#include <gtest/gtest.h>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/keys/armor.h"
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

void expect_signs(const MemorySigner& signer) {
  const auto key = PublicKey::parse(engine(), signer.public_blob()).value();
  for (const auto& row : engine().signatures) {
    if (row.key_type != key.type()) continue;
    const Bytes signature = signer.sign(engine(), row.name, as_bytes("message")).value();
    EXPECT_TRUE(key.verify(engine(), row.name, as_bytes("message"), signature));
  }
}

class PemFile : public testing::TestWithParam<const char*> {};

TEST_P(PemFile, HoldsTheSameKeyAsOpensshsOwnForm) {
  const std::string name = GetParam();
  const auto signer = parse(key_file(name));
  ASSERT_TRUE(signer) << signer.error().where;
  expect_signs(*signer);
  if (name.starts_with("ed25519")) return;  // made apart: ssh-keygen writes none
  const std::string original = name.substr(0, name.rfind('_'));
  const auto blob = parse_public_key_line(as_bytes(key_file(original + ".pub"))).value();
  EXPECT_EQ(to_bytes(signer->public_blob()), blob);
}

TEST_P(PemFile, OpensWithItsPassphraseOnly) {
  const std::string name = GetParam() + std::string("_encrypted");
  const auto signer = parse(key_file(name), "hawser");
  ASSERT_TRUE(signer) << signer.error().where;
  EXPECT_EQ(to_bytes(signer->public_blob()),
            to_bytes(parse(key_file(GetParam())).value().public_blob()));
  EXPECT_EQ(error_of(key_file(name)), Errc::passphrase_required);
  EXPECT_EQ(error_of(key_file(name), "Hawser"), Errc::passphrase_wrong);
  EXPECT_EQ(error_of(key_file(name), std::string(5000, 'x')), Errc::passphrase_wrong);
}

TEST_P(PemFile, CutAnywhereIsDamaged) {
  const std::string file = key_file(GetParam());
  const auto block = find_private_block(file).value();
  const SecretBytes der = unwrap(block.body).value();
  for (std::size_t size = 0; size < der.size(); size += size < 64 ? 1 : 11) {
    const std::string label(block.label);
    const std::string cut = "-----BEGIN " + label + "-----\n" +
                            base64_encode(der.view().first(size)) + "\n-----END " + label +
                            "-----\n";
    EXPECT_EQ(error_of(cut), Errc::key_damaged) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, PemFile,
                         testing::Values("rsa_pem", "rsa_pkcs8", "ecdsa_256_pem", "ecdsa_256_pkcs8",
                                         "ed25519_pkcs8"),
                         [](const auto& param) { return std::string(param.param); });

TEST(Pem, OfAnotherKindIsUnsupported) {
  EXPECT_EQ(error_of("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n"),
            Errc::key_unsupported);
}

// The second block is the key; the first holds the curve's parameters, as openssl ecparam writes.
TEST(Pem, MayStandBehindAnotherBlock) {
  const std::string parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  EXPECT_TRUE(parse(parameters + key_file("ecdsa_256_pem")));
}

TEST(Pem, WithTooManyRoundsIsTooExpensive) {
  const std::string file = key_file("ed25519_pkcs8_encrypted");
  const auto block = find_private_block(file).value();
  Bytes der = to_bytes(unwrap(block.body).value().view());
  // The rounds are INTEGER 2048 behind the salt: 02 02 08 00. As INTEGER they grow by one byte, and
  // every length around them with them, so the salt gives its last two bytes.
  const Bytes rounds = {0x02, 0x02, 0x08, 0x00};
  const auto at = std::ranges::search(der, rounds).begin() - der.begin();
  ASSERT_LT(at, std::ssize(der));
  std::size_t salt_at = static_cast<std::size_t>(at);
  while (der[salt_at - 1] != static_cast<std::size_t>(at) - salt_at || der[salt_at - 2] != 0x04) {
    ASSERT_GT(--salt_at, 2u);
  }
  der[salt_at - 1] = static_cast<std::uint8_t>(der[salt_at - 1] - 2);
  const Bytes more = {0x02, 0x04, 0x7f, 0xff, 0xff, 0xff};
  std::ranges::copy(more, der.begin() + at - 2);
  EXPECT_EQ(error_of("-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + base64_encode(der) +
                         "\n-----END ENCRYPTED PRIVATE KEY-----\n",
                     "hawser"),
            Errc::kdf_too_expensive);
}

}  // namespace
}  // namespace hawser::keys
