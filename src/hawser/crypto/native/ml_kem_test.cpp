// ML-KEM-768 against published vectors: Wycheproof's and CCTV's, which know where implementations
// go wrong. Whatever the engine has from its library is tested with the same seeds.
#include "hawser/crypto/native/ml_kem.h"

#include <array>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/record_file.h"
#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto::ml_kem {
namespace {

using testing::hex_field;
using testing::unhex;

const Engine& engine() {
  return openssl_engine();
}

// What the engine's own row makes of a ciphertext with a key pair of that seed.
struct FromSeed {
  Bytes public_key;
  Bytes secret;
};
FromSeed by_the_engine(const Bytes& seed, ByteView ciphertext) {
  testing::ScriptedRandom random(seed);
  Engine scripted = engine();
  scripted.random = &random;
  const auto pair = find_kem(scripted, "mlkem768")->generate(scripted).value();
  return {to_bytes(pair->public_key()), to_bytes(pair->decapsulate(ciphertext).value().view())};
}

// For checkouts without the files: the first of NIST's own test cases, as Wycheproof has it.
TEST(MlKem, KnownAnswer) {
  const auto sha3_256 = [](ByteView bytes) {
    return hex(digest(engine(), HashId::sha3_256, {&bytes, 1}).value());
  };
  const Bytes seed = unhex(
      "7c9935a0b07694aa0c6d10e4db6b1add2fd81a25ccb148032dcd739936737f2d"
      "8626ed79d451140800e03b59b956f8210e556067407d13dc90fa9e8b872bfb8f");
  const KeyPair keys = generate_keys(engine(), seed).value();
  EXPECT_EQ(sha3_256(keys.encapsulation_key),
            "f57262661358cde8d3ebf990e5fd1d5b896c992ccfaadb5256b68bbf5943b132");
  const Bytes message = unhex("147c03f7a5bebba406c8fae1874d7f13c80efe79a3a9a874cc09fe76f6997615");
  const Encapsulation made = encapsulate(engine(), keys.encapsulation_key, message).value();
  EXPECT_EQ(sha3_256(made.ciphertext),
            "6e777e2cf8054659136a971d9e70252f301226930c19c470ee0688163a63c15b");
  constexpr std::string_view kSecret =
      "e7184a0975ee3470878d2d159ec83129c8aec253d4ee17b4810311d198cd0368";
  EXPECT_EQ(hex(made.secret.view()), kSecret);
  EXPECT_EQ(hex(by_the_engine(seed, made.ciphertext).secret), kSecret);
  const auto secret = decapsulate(engine(), keys.decapsulation_key.view(), made.ciphertext);
  EXPECT_EQ(hex(secret->view()), kSecret);
}

TEST(MlKem, TheLibrarysOwnIsPreferred) {
  EVP_KEM* kem = EVP_KEM_fetch(nullptr, "ML-KEM-768", nullptr);
  const bool is_in_the_library = kem != nullptr;
  EVP_KEM_free(kem);
  const bool is_native = find_kem(engine(), "mlkem768")->generate == kAlgorithm.generate;
  EXPECT_NE(is_native, is_in_the_library) << OpenSSL_version(OPENSSL_VERSION);
}

// Both numbers of each three bytes, one at a time.
TEST(MlKem, RefusesCoefficientsThatAreNotBelowQ) {
  const KeyPair keys = generate_keys(engine(), testing::pattern(kSeed)).value();
  const auto is_taken = [&keys](std::size_t at, std::uint32_t even, std::uint32_t odd) {
    Bytes key = keys.encapsulation_key;
    const std::uint32_t both = even | odd << 12;
    for (std::size_t i = 0; i < 3; ++i) key[at + i] = static_cast<std::uint8_t>(both >> (8 * i));
    const auto made = encapsulate(engine(), key, Bytes(kMessage));
    EXPECT_TRUE(made || made.error().code == Errc::bad_kex_value);
    return made.has_value();
  };
  for (std::size_t at = 0; at < kEncapsulationKey - 32; at += 3) {
    EXPECT_FALSE(is_taken(at, 3329, 0));
    EXPECT_FALSE(is_taken(at, 0, 3329));
    EXPECT_FALSE(is_taken(at, 4095, 4095));
    EXPECT_TRUE(at % 60 != 0 || is_taken(at, 3328, 3328));
  }
}

TEST(Wycheproof, MlKemKeyGen) {
  HAWSER_WYCHEPROOF(groups, "mlkem_768_keygen_seed_test.json");
  testing::for_each_case(groups, [](const testing::Json&, const testing::Json& test) {
    const Bytes seed = hex_field(test, "seed");
    const KeyPair keys = generate_keys(engine(), seed).value();
    EXPECT_EQ(by_the_engine(seed, Bytes(kCiphertext)).public_key, keys.encapsulation_key);
    return keys.encapsulation_key == hex_field(test, "ek") &&
           equal(keys.decapsulation_key.view(), hex_field(test, "dk"));
  });
}

TEST(Wycheproof, MlKemEncapsulation) {
  HAWSER_WYCHEPROOF(groups, "mlkem_768_encaps_test.json");
  testing::for_each_case(groups, [](const testing::Json&, const testing::Json& test) {
    const auto made = encapsulate(engine(), hex_field(test, "ek"), hex_field(test, "m"));
    return made && made->ciphertext == hex_field(test, "c") &&
           equal(made->secret.view(), hex_field(test, "K"));
  });
}

TEST(Wycheproof, MlKemDecapsulation) {
  HAWSER_WYCHEPROOF(groups, "mlkem_768_test.json");
  testing::for_each_case(groups, [](const testing::Json&, const testing::Json& test) {
    const Bytes seed = hex_field(test, "seed");
    const Bytes ciphertext = hex_field(test, "c");
    const auto keys = generate_keys(engine(), seed);
    if (!keys) return false;
    EXPECT_EQ(keys->encapsulation_key, hex_field(test, "ek"));
    const auto secret = decapsulate(engine(), keys->decapsulation_key.view(), ciphertext);
    if (!secret) return false;
    EXPECT_EQ(by_the_engine(seed, ciphertext).secret, to_bytes(secret->view()));
    return equal(secret->view(), hex_field(test, "K"));
  });
}

TEST(Wycheproof, MlKemDecapsulationWithAnExpandedKey) {
  HAWSER_WYCHEPROOF(groups, "mlkem_768_semi_expanded_decaps_test.json");
  testing::for_each_case(groups, [](const testing::Json&, const testing::Json& test) {
    const auto secret = decapsulate(engine(), hex_field(test, "dk"), hex_field(test, "c"));
    return secret && equal(secret->view(), hex_field(test, "K"));
  });
}

// A thousand keys with a ciphertext for each, and another that is not one.
TEST(MlKem, AgreesWithPublishedAnswers) {
  HAWSER_RECORDS(records, "asymmetric/MLKEM/kat_MLKEM_768.rsp");
  ASSERT_EQ(records.size(), 1000u);
  for (const testing::Record& record : records) {
    Bytes seed = record.bytes("d");
    append(seed, record.bytes("z"));
    const KeyPair keys = generate_keys(engine(), seed).value();
    ASSERT_EQ(keys.encapsulation_key, record.bytes("pk"));
    ASSERT_EQ(to_bytes(keys.decapsulation_key.view()), record.bytes("sk"));
    const Encapsulation made =
        encapsulate(engine(), keys.encapsulation_key, record.bytes("msg")).value();
    ASSERT_EQ(made.ciphertext, record.bytes("ct"));
    ASSERT_EQ(to_bytes(made.secret.view()), record.bytes("ss"));
    const auto secret_of = [&keys](const Bytes& ciphertext) {
      return to_bytes(decapsulate(engine(), keys.decapsulation_key.view(), ciphertext)->view());
    };
    ASSERT_EQ(secret_of(record.bytes("ct")), record.bytes("ss"));
    ASSERT_EQ(secret_of(record.bytes("ct_n")), record.bytes("ss_n"));
  }
}

// CCTV's files: lines of "name = value", the values hex or lists of numbers.
using Values = std::map<std::string, std::string>;
Values cctv(const std::string& name) {
  const char* folder = std::getenv("HAWSER_VECTORS");
  Values values;
  if (folder == nullptr) return values;
  std::ifstream file(std::string(folder) + "/cctv/ML-KEM/" + name + "/ML-KEM-768.txt");
  EXPECT_TRUE(file.is_open()) << name;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find(" = ");
    if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 3);
  }
  return values;
}
#define HAWSER_CCTV(values, name)   \
  const Values values = cctv(name); \
  if (values.empty()) GTEST_SKIP() << "HAWSER_VECTORS names no folder of vectors"

// The files are of the standard's draft, which made its keys of d alone, without the rank behind
// it: the keys are taken as they stand there.
void expect_all(const Values& values) {
  const Bytes key = unhex(values.at("dk"));
  const auto made = encapsulate(engine(), unhex(values.at("ek")), unhex(values.at("m")));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(hex(made->ciphertext), values.at("c"));
  EXPECT_EQ(hex(made->secret.view()), values.at("K"));
  EXPECT_EQ(hex(decapsulate(engine(), key, made->ciphertext)->view()), values.at("K"));
}

TEST(Cctv, MlKemIntermediateValues) {
  HAWSER_CCTV(values, "intermediate");
  expect_all(values);
  // With another private key, what comes out encrypts to something else: J(z || c).
  Bytes key = unhex(values.at("dk"));
  key[0] ^= 1;
  EXPECT_EQ(hex(decapsulate(engine(), key, unhex(values.at("c")))->view()), values.at("KBar"));
}

// Encapsulation keys with a coefficient of q or more, each in another place.
TEST(Cctv, MlKemModulus) {
  const char* folder = std::getenv("HAWSER_VECTORS");
  if (folder == nullptr) GTEST_SKIP() << "HAWSER_VECTORS names no folder of vectors";
  const std::string path = std::string(folder) + "/cctv/ML-KEM/modulus/ML-KEM-768.txt.gz";
  const gzFile file = gzopen(path.c_str(), "rb");
  ASSERT_NE(file, nullptr) << path;
  std::array<char, 2 * kEncapsulationKey + 2> line;
  int keys = 0;
  for (; gzgets(file, line.data(), static_cast<int>(line.size())) != nullptr; ++keys) {
    const Bytes key = unhex(std::string_view(line.data()).substr(0, 2 * kEncapsulationKey));
    const auto made = encapsulate(engine(), key, Bytes(kMessage));
    ASSERT_FALSE(made.has_value()) << "line " << keys + 1;
    EXPECT_EQ(made.error().code, Errc::bad_kex_value);
  }
  gzclose(file);
  EXPECT_EQ(keys, 780);
}

// A matrix that needs more of the stream than almost any other.
TEST(Cctv, MlKemUnluckySample) {
  HAWSER_CCTV(values, "unluckysample");
  expect_all(values);
}

// The ciphertexts differ behind a zero byte.
TEST(Cctv, MlKemStrcmp) {
  HAWSER_CCTV(values, "strcmp");
  const auto secret = decapsulate(engine(), unhex(values.at("dk")), unhex(values.at("c")));
  EXPECT_EQ(hex(secret->view()), values.at("K"));
}

}  // namespace
}  // namespace hawser::crypto::ml_kem
