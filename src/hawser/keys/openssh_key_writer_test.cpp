#include "hawser/keys/openssh_key_writer.h"

#include <gtest/gtest.h>

#include "hawser/base/limits.h"
#include "hawser/crypto/raw_key.h"
#include "hawser/keys/private_key_file.h"

#include "support/test_data.h"

namespace hawser::keys {
namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

// Whether ssh-keygen reads them, too, tests/python/test_keys.py asks.
TEST(OpensshKeyWriter, WritesWhatItReads) {
  for (const char* name : {"ed25519", "ecdsa_256", "ecdsa_384", "ecdsa_521", "rsa"}) {
    const auto key =
        parse_private_key(engine(), as_bytes(test::test_data(std::string("keys/") + name)), {});
    ASSERT_TRUE(key);
    EXPECT_EQ(key->comment(), "test key of hawser");
    for (const char* passphrase : {"", "hawser"}) {
      const auto file = write_openssh_key(engine(), *key, as_bytes(passphrase), 1);
      ASSERT_TRUE(file);
      const auto again = parse_private_key(engine(), file->view(), as_bytes(passphrase));
      ASSERT_TRUE(again) << again.error().where;
      EXPECT_EQ(to_bytes(again->public_blob()), to_bytes(key->public_blob()));
      EXPECT_EQ(again->comment(), key->comment());
    }
    const auto locked = write_openssh_key(engine(), *key, as_bytes("hawser"), 1);
    EXPECT_EQ(parse_private_key(engine(), locked->view(), as_bytes("x")).error().code,
              Errc::passphrase_wrong);
  }
}

TEST(OpensshKeyWriter, DoesAsManyRoundsAsAreRead) {
  const auto key = parse_private_key(engine(), as_bytes(test::test_data("keys/ed25519")), {});
  for (std::uint32_t rounds : {0u, limits::kBcryptRounds + 1}) {
    const auto file = write_openssh_key(engine(), *key, as_bytes("hawser"), rounds);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::invalid_argument);
  }
}

TEST(GenerateKey, MakesAKeyOfEachType) {
  for (const auto& row : engine().keys) {
    const auto made = crypto::generate_key(row.key_type, 2048);
    ASSERT_TRUE(made) << row.key_type;
    std::vector<ByteView> parts;
    for (const SecretBytes& part : made->parts) parts.push_back(part.view());
    const auto key = MemorySigner::load(engine(), made->key_type, parts);
    ASSERT_TRUE(key) << key.error().where;
    EXPECT_EQ(key->type(), row.key_type);
  }
}

TEST(GenerateKey, RefusesOthersAndSmallOnes) {
  EXPECT_EQ(crypto::generate_key("ssh-dss", 2048).error().code, Errc::key_unsupported);
  for (unsigned bits : {0u, 1024u, limits::kRsaBitsMin - 1, limits::kRsaBitsMax + 1}) {
    EXPECT_EQ(crypto::generate_key("ssh-rsa", bits).error().code, Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace hawser::keys
