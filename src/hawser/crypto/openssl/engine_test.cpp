// The tables as the other floors rely on them: names, order, sizes and makers that work.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

using ::testing::ElementsAre;
using testing::pattern;

template <typename Row, typename Column>
std::vector<std::string> names(std::span<const Row> rows, Column Row::* column) {
  std::vector<std::string> result;
  for (const Row& row : rows) result.emplace_back(row.*column);
  return result;
}

TEST(Engine, TablesInOrderOfPreference) {
  const Engine& engine = openssl_engine();
  EXPECT_THAT(names(engine.hashes, &HashAlgorithm::name),
              ElementsAre("md5", "sha1", "sha256", "sha384", "sha512", "sha3-256", "sha3-512",
                          "shake128", "shake256"));
  EXPECT_THAT(names(engine.kems, &KemAlgorithm::name), ElementsAre("mlkem768", "sntrup761"));
  EXPECT_THAT(names(engine.ciphers, &CipherAlgorithm::name),
              ElementsAre("chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
                          "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
                          "aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"));
  EXPECT_THAT(
      names(engine.macs, &MacAlgorithm::name),
      ElementsAre("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
                  "hmac-sha1-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
                  "hmac-sha1-96-etm@openssh.com", "hmac-md5-etm@openssh.com",
                  "hmac-md5-96-etm@openssh.com", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"));
  EXPECT_THAT(names(engine.agreements, &AgreementAlgorithm::name),
              ElementsAre("x25519", "nistp256", "nistp384", "nistp521", "modp1024", "modp2048",
                          "modp4096", "modp8192"));
  EXPECT_THAT(names(engine.keys, &KeyAlgorithm::key_type),
              ElementsAre("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                          "ecdsa-sha2-nistp521", "ssh-rsa"));
  EXPECT_THAT(names(engine.signatures, &SignatureAlgorithm::name),
              ElementsAre("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                          "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"));
}

TEST(Engine, EveryRowSaysWhatItsMakerMakes) {
  const Engine& engine = openssl_engine();
  for (const CipherAlgorithm& row : engine.ciphers) {
    const Bytes key = pattern(row.key_size);
    const Bytes iv = pattern(row.iv_size);
    EXPECT_EQ(row.make_stream != nullptr,
              row.mode == CipherMode::stream || row.mode == CipherMode::cbc)
        << row.name;
    EXPECT_EQ(row.make_aead != nullptr, row.mode == CipherMode::gcm) << row.name;
    EXPECT_EQ(row.make_chacha_poly != nullptr, row.mode == CipherMode::chacha_poly) << row.name;
    for (Direction direction : {Direction::encrypt, Direction::decrypt}) {
      const bool is_made = row.make_stream != nullptr
                               ? row.make_stream(key, iv, direction).has_value()
                           : row.make_aead != nullptr ? row.make_aead(key, direction).has_value()
                                                      : row.make_chacha_poly(key).has_value();
      EXPECT_TRUE(is_made) << row.name;
    }
  }
  for (const SignatureAlgorithm& row : engine.signatures) {
    EXPECT_NE(find_key(engine, row.key_type), nullptr) << row.name;
    EXPECT_TRUE(row.hash == HashId::none || find_hash(engine, row.hash) != nullptr) << row.name;
  }
}

// Offered only to whoever names them.
TEST(Engine, LegacyRows) {
  const auto legacy = [](const auto& rows) {
    std::vector<std::string> found;
    for (const auto& row : rows) {
      if (row.standing == Standing::legacy) found.emplace_back(row.name);
    }
    return found;
  };
  EXPECT_THAT(legacy(openssl_engine().ciphers),
              ElementsAre("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"));
  EXPECT_THAT(
      legacy(openssl_engine().macs),
      ElementsAre("hmac-sha1-96-etm@openssh.com", "hmac-md5-etm@openssh.com",
                  "hmac-md5-96-etm@openssh.com", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"));
  EXPECT_LE(find_cipher(openssl_engine(), "3des-cbc")->bytes_under_key, 64u << 20);
}

TEST(Engine, RandomnessDoesNotRepeat) {
  Bytes first(64);
  Bytes second(64);
  ASSERT_TRUE(openssl_engine().random->fill(first).has_value());
  ASSERT_TRUE(openssl_engine().random->fill(second).has_value());
  EXPECT_NE(first, second);
  EXPECT_TRUE(openssl_engine().random->fill({}).has_value());
}

TEST(Engine, RandomnessDiffersAfterAFork) {
  Bytes ours(32);
  ASSERT_TRUE(openssl_engine().random->fill(ours).has_value());  // the generator has its seed
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    Bytes bytes(32);
    const bool is_filled = openssl_engine().random->fill(bytes).has_value();
    const bool is_written = write(ends[1], bytes.data(), bytes.size()) == 32;
    _exit(is_filled && is_written ? 0 : 1);
  }
  ASSERT_GT(child, 0);
  Bytes theirs(32);
  ASSERT_TRUE(openssl_engine().random->fill(ours).has_value());
  EXPECT_EQ(read(ends[0], theirs.data(), theirs.size()), 32);
  int status = 1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(ours, theirs);
  close(ends[0]);
  close(ends[1]);
}

// Another user of the library in this process must not find our failures in its queue.
TEST(Engine, FailuresLeaveTheErrorQueueEmpty) {
  const Engine& engine = openssl_engine();
  ERR_clear_error();
  for (const AgreementAlgorithm& row : engine.agreements) {
    const auto agreement = row.generate(*engine.random).value();
    Bytes bad = to_bytes(agreement->public_value());
    std::fill(bad.begin() + 1, bad.end(), 0);
    static_cast<void>(agreement->agree(bad));
    EXPECT_EQ(ERR_peek_error(), 0U) << row.name;
  }
  const auto opener = find_cipher(engine, "aes128-gcm@openssh.com")
                          ->make_aead(pattern(16), Direction::decrypt)
                          .value();
  Bytes data(32);
  EXPECT_FALSE(opener->open(pattern(12), {}, data, pattern(16)).has_value());
  EXPECT_EQ(ERR_peek_error(), 0U);
  const Bytes key = pattern(32, 3);
  const std::array<ByteView, 1> parts{key};
  const auto verifier = find_key(engine, "ssh-ed25519")->load_public(parts);
  EXPECT_FALSE(verifier && (*verifier)->verify(HashId::none, {}, pattern(64)).has_value());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace hawser::crypto
