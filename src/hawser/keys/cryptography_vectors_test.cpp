// Key files of PyPI's cryptography-vectors: what loads has the public half that its makers wrote
// beside it, signs, and verifies; what is none of ours, or damaged, is told apart.
#include <ostream>

#include <gtest/gtest.h>

#include "hawser/crypto/testing/record_file.h"
#include "hawser/keys/private_key_file.h"
#include "hawser/keys/public_key.h"

#include "support/test_data.h"

namespace hawser::keys {
namespace {

struct KeyFile {
  std::string path;  // below asymmetric/
  std::string passphrase;
  std::string algorithm;  // to sign with; empty: the file is refused
  Errc error{};
};

void PrintTo(const KeyFile& file, std::ostream* out) {
  *out << file.path;
}

const KeyFile kFiles[] = {
    {"OpenSSH/ed25519-nopsw.key", "", "ssh-ed25519"},
    {"OpenSSH/ed25519-psw.key", "password", "ssh-ed25519"},
    {"OpenSSH/ed25519-aesgcm-psw.key", "password", "ssh-ed25519"},
    {"OpenSSH/ecdsa-nopsw.key", "", "ecdsa-sha2-nistp256"},
    {"OpenSSH/ecdsa-psw.key", "password", "ecdsa-sha2-nistp384"},
    {"OpenSSH/rsa-nopsw.key", "", "rsa-sha2-256"},
    {"OpenSSH/rsa-psw.key", "password", "rsa-sha2-512"},
    {"OpenSSH/rsa-psw.key", "", "", Errc::passphrase_required},
    {"OpenSSH/rsa-psw.key", "wrong", "", Errc::passphrase_wrong},
    {"OpenSSH/dsa-nopsw.key", "", "", Errc::key_unsupported},
    {"OpenSSH/sk-ed25519-nopsw.key", "", "", Errc::key_unsupported},
    {"OpenSSH/sk-ecdsa-psw.key", "password", "", Errc::key_unsupported},
    {"Ed25519/ed25519-pkcs8.pem", "", "ssh-ed25519"},
    {"Ed25519/ed25519-pkcs8-enc.pem", "password", "ssh-ed25519"},
    {"PKCS8/ec_private_key.pem", "", "ecdsa-sha2-nistp256"},
    {"PKCS8/ec_private_key_encrypted.pem", "123456", "ecdsa-sha2-nistp256"},
    {"PKCS8/enc-rsa-3des.pem", "password", "rsa-sha2-256"},
    {"PKCS8/rsa-pbe-3des-long-salt.pem", "password", "rsa-sha2-512"},
    {"PKCS8/unenc-rsa-pkcs8.pem", "", "rsa-sha2-256"},  // of 1024 bits
    {"PKCS8/unenc-dsa-pkcs8.pem", "", "", Errc::key_unsupported},
    {"PKCS8/rsa_pss_2048.pem", "", "", Errc::key_unsupported},
    {"PKCS8/ec-inconsistent-curve.pem", "", "", Errc::key_damaged},
    {"PKCS8/ec-invalid-private-scalar.pem", "", "", Errc::key_damaged},
    {"PEM_Serialization/ec_private_key.pem", "", "ecdsa-sha2-nistp256"},
    {"PEM_Serialization/ec_private_key_encrypted.pem", "123456", "ecdsa-sha2-nistp256"},
    {"PEM_Serialization/rsa_private_key.pem", "123456", "rsa-sha2-256"},
    {"PEM_Serialization/rsa_public_key.pem", "", "", Errc::key_unsupported},
    {"Traditional_OpenSSL_Serialization/testrsa.pem", "", "rsa-sha2-256"},
    {"Traditional_OpenSSL_Serialization/testrsa-encrypted.pem", "password", "rsa-sha2-512"},
    {"Traditional_OpenSSL_Serialization/key1.pem", "123456", "rsa-sha2-512"},
    {"Traditional_OpenSSL_Serialization/key2.pem", "a123456", "rsa-sha2-512"},
    {"Traditional_OpenSSL_Serialization/key1-no-dek-info.pem", "123456", "", Errc::key_damaged},
    {"Traditional_OpenSSL_Serialization/key1-short-iv.pem", "123456", "", Errc::key_damaged},
    {"EC/secp128r1_private_key.pem", "", "", Errc::key_unsupported},
    {"EC/ec-missing-curve.pem", "", "", Errc::key_damaged},
};

class PublishedKeyFile : public ::testing::TestWithParam<KeyFile> {};

TEST_P(PublishedKeyFile, LoadsAndSignsOrSaysWhyNot) {
  const KeyFile& file = GetParam();
  const auto path = crypto::testing::vector_path("asymmetric/" + file.path);
  if (!path) GTEST_SKIP() << "HAWSER_CRYPTOGRAPHY_VECTORS names no folder of vectors";
  const auto& engine = crypto::openssl_engine();
  const auto signer =
      parse_private_key(engine, as_bytes(test::read_file(*path)), as_bytes(file.passphrase));
  ASSERT_EQ(signer.has_value(), !file.algorithm.empty());
  if (!signer) {
    EXPECT_EQ(signer.error().code, file.error);
    return;
  }
  const ByteView message = as_bytes("sign me");
  const auto key = PublicKey::parse(engine, signer->public_blob()).value();
  const Bytes signature = signer->sign(engine, file.algorithm, message).value();
  EXPECT_TRUE(key.verify(engine, file.algorithm, message, signature));
  if (file.path.starts_with("OpenSSH/")) {
    const std::string line = test::read_file(*path + ".pub");
    EXPECT_TRUE(equal(parse_public_key_line(as_bytes(line)).value(), signer->public_blob()));
  }
}

INSTANTIATE_TEST_SUITE_P(, PublishedKeyFile, ::testing::ValuesIn(kFiles));

}  // namespace
}  // namespace hawser::keys
