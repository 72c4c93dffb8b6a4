// What every key encapsulation of an engine owes.
#include "hawser/crypto/kem.h"

#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

TEST(Kem, TwoSidesAgree) {
  const Engine& engine = openssl_engine();
  for (const KemAlgorithm& row : engine.kems) {
    for (int i = 0; i < 20; ++i) {
      const auto ours = row.generate(engine).value();
      EXPECT_EQ(ours->public_key().size(), row.public_key_size) << row.name;
      const Encapsulation theirs = row.encapsulate(engine, ours->public_key()).value();
      EXPECT_EQ(theirs.ciphertext.size(), row.ciphertext_size) << row.name;
      EXPECT_EQ(theirs.secret.size(), 32U) << row.name;
      const SecretBytes secret = ours->decapsulate(theirs.ciphertext).value();
      EXPECT_TRUE(equal(secret.view(), theirs.secret.view())) << row.name;
    }
  }
}

TEST(Kem, NoTwoKeysOrSecretsAreTheSame) {
  const Engine& engine = openssl_engine();
  for (const KemAlgorithm& row : engine.kems) {
    const auto first = row.generate(engine).value();
    const auto second = row.generate(engine).value();
    EXPECT_FALSE(equal(first->public_key(), second->public_key())) << row.name;
    const Encapsulation one = row.encapsulate(engine, first->public_key()).value();
    const Encapsulation other = row.encapsulate(engine, first->public_key()).value();
    EXPECT_FALSE(equal(one.secret.view(), other.secret.view())) << row.name;
    EXPECT_FALSE(equal(one.ciphertext, other.ciphertext)) << row.name;
  }
}

// A ciphertext that was altered gives no error, but a secret that its maker does not have, and the
// same one each time.
TEST(Kem, RejectsImplicitly) {
  const Engine& engine = openssl_engine();
  for (const KemAlgorithm& row : engine.kems) {
    const auto ours = row.generate(engine).value();
    const auto strangers = row.generate(engine).value();
    const Encapsulation theirs = row.encapsulate(engine, ours->public_key()).value();
    for (std::size_t at : {std::size_t{0}, row.ciphertext_size / 2, row.ciphertext_size - 1}) {
      Bytes altered = theirs.ciphertext;
      altered[at] ^= 1;
      const SecretBytes secret = ours->decapsulate(altered).value();
      const SecretBytes again = ours->decapsulate(altered).value();
      EXPECT_EQ(secret.size(), 32U);
      EXPECT_FALSE(equal(secret.view(), theirs.secret.view())) << row.name << " " << at;
      EXPECT_TRUE(equal(secret.view(), again.view())) << row.name << " " << at;
    }
    const SecretBytes strange = strangers->decapsulate(theirs.ciphertext).value();
    EXPECT_FALSE(equal(strange.view(), theirs.secret.view())) << row.name;
    EXPECT_TRUE(ours->decapsulate(Bytes(row.ciphertext_size)).has_value()) << row.name;
    EXPECT_TRUE(ours->decapsulate(Bytes(row.ciphertext_size, 0xff)).has_value()) << row.name;
  }
}

TEST(Kem, RefusesOtherSizes) {
  const Engine& engine = openssl_engine();
  for (const KemAlgorithm& row : engine.kems) {
    const auto ours = row.generate(engine).value();
    for (std::size_t size : {std::size_t{0}, row.ciphertext_size - 1, row.ciphertext_size + 1}) {
      EXPECT_EQ(ours->decapsulate(Bytes(size)).error().code, Errc::bad_kex_value) << row.name;
    }
    for (std::size_t size : {std::size_t{0}, row.public_key_size - 1, row.public_key_size + 1}) {
      EXPECT_EQ(row.encapsulate(engine, Bytes(size)).error().code, Errc::bad_kex_value) << row.name;
    }
  }
}

TEST(Kem, FailsWithItsRandomness) {
  testing::ScriptedRandom none({});
  Engine engine = openssl_engine();
  engine.random = &none;
  for (const KemAlgorithm& row : engine.kems) {
    const auto ours = row.generate(openssl_engine()).value();
    EXPECT_EQ(row.generate(engine).error().code, Errc::no_randomness) << row.name;
    EXPECT_EQ(row.encapsulate(engine, ours->public_key()).error().code, Errc::no_randomness);
  }
}

}  // namespace
}  // namespace hawser::crypto
