// The primitives against PyPI's cryptography-vectors: NIST's validation files and the RFCs'
// examples.
#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/record_file.h"

namespace hawser::crypto {
namespace {

using testing::Record;
using testing::ScriptedRandom;
using testing::unhex;

// ---- hashes and MACs

void check_hashes(const std::vector<Record>& records, HashId hash) {
  ASSERT_GT(records.size(), 10u);
  for (const Record& record : records) {
    Bytes message = record.bytes("Msg");
    if (record.text("Len") == "0") message.clear();
    const ByteView pieces[] = {message};
    EXPECT_EQ(digest(openssl_engine(), hash, pieces).value(), record.bytes("MD"))
        << record.text("Len");
  }
}

struct HashFile {
  HashId hash;
  const char* path;
};
class PublishedHash : public ::testing::TestWithParam<HashFile> {};
TEST_P(PublishedHash, AgreesWithNist) {
  HAWSER_RECORDS(brief, std::string("hashes/") + GetParam().path + "ShortMsg.rsp");
  check_hashes(brief, GetParam().hash);
  HAWSER_RECORDS(lengthy, std::string("hashes/") + GetParam().path + "LongMsg.rsp");
  check_hashes(lengthy, GetParam().hash);
}
INSTANTIATE_TEST_SUITE_P(, PublishedHash,
                         ::testing::Values(HashFile{HashId::sha1, "SHA1/SHA1"},
                                           HashFile{HashId::sha256, "SHA2/SHA256"},
                                           HashFile{HashId::sha384, "SHA2/SHA384"},
                                           HashFile{HashId::sha512, "SHA2/SHA512"}));

struct MacFile {
  const char* name;
  const char* path;
};
class PublishedMac : public ::testing::TestWithParam<MacFile> {};
TEST_P(PublishedMac, AgreesWithTheRfc) {
  HAWSER_RECORDS(records, std::string("HMAC/") + GetParam().path);
  ASSERT_GE(records.size(), 6u);
  const MacAlgorithm* row = find_mac(openssl_engine(), GetParam().name);
  for (const Record& record : records) {
    const Bytes message = record.bytes("Msg");
    const auto mac = row->make(record.bytes("Key")).value();
    Bytes tag(row->tag_size);
    ASSERT_TRUE(mac->compute(Gather(message), tag));
    const Bytes expected = record.bytes("MD");
    tag.resize(expected.size());  // one example cuts the tag
    EXPECT_EQ(tag, expected);
  }
}
INSTANTIATE_TEST_SUITE_P(, PublishedMac,
                         ::testing::Values(MacFile{"hmac-md5", "rfc-2202-md5.txt"},
                                           MacFile{"hmac-sha1", "rfc-2202-sha1.txt"},
                                           MacFile{"hmac-sha2-256", "rfc-4231-sha256.txt"},
                                           MacFile{"hmac-sha2-512", "rfc-4231-sha512.txt"}));

// ---- ciphers

struct CipherFile {
  const char* name;
  const char* path;
};
class PublishedCtr : public ::testing::TestWithParam<CipherFile> {};
TEST_P(PublishedCtr, AgreesWithTheRfc) {
  HAWSER_RECORDS(records, std::string("ciphers/AES/CTR/") + GetParam().path);
  ASSERT_GE(records.size(), 3u);
  const CipherAlgorithm* row = find_cipher(openssl_engine(), GetParam().name);
  for (const Record& record : records) {
    const auto cipher =
        row->make_stream(record.bytes("KEY"), record.bytes("IV"), Direction::encrypt).value();
    Bytes data = record.bytes("PLAINTEXT");
    ASSERT_TRUE(cipher->process(data, data));
    EXPECT_EQ(data, record.bytes("CIPHERTEXT"));
  }
}
INSTANTIATE_TEST_SUITE_P(, PublishedCtr,
                         ::testing::Values(CipherFile{"aes128-ctr", "aes-128-ctr.txt"},
                                           CipherFile{"aes192-ctr", "aes-192-ctr.txt"},
                                           CipherFile{"aes256-ctr", "aes-256-ctr.txt"}));

class PublishedCbc : public ::testing::TestWithParam<CipherFile> {};
TEST_P(PublishedCbc, AgreesWithNist) {
  HAWSER_RECORDS(records, std::string("ciphers/") + GetParam().path);
  ASSERT_GE(records.size(), 20u);
  const CipherAlgorithm* row = find_cipher(openssl_engine(), GetParam().name);
  for (const Record& record : records) {
    Bytes key = record.bytes("KEY");
    for (const char* part : {"KEY1", "KEY2", "KEY3"}) append(key, record.bytes(part));
    const bool is_encrypting = record.is_in("[ENCRYPT]");
    const auto direction = is_encrypting ? Direction::encrypt : Direction::decrypt;
    const auto cipher = row->make_stream(key, record.bytes("IV"), direction).value();
    Bytes data = record.bytes(is_encrypting ? "PLAINTEXT" : "CIPHERTEXT");
    // The chain runs on from call to call.
    const ByteSpan first = ByteSpan(data).first(row->block_size);
    const ByteSpan rest = ByteSpan(data).subspan(row->block_size);
    ASSERT_TRUE(cipher->process(first, first));
    ASSERT_TRUE(cipher->process(rest, rest));
    EXPECT_EQ(data, record.bytes(is_encrypting ? "CIPHERTEXT" : "PLAINTEXT"));
  }
}
INSTANTIATE_TEST_SUITE_P(, PublishedCbc,
                         ::testing::Values(CipherFile{"aes128-cbc", "AES/CBC/CBCMMT128.rsp"},
                                           CipherFile{"aes192-cbc", "AES/CBC/CBCMMT192.rsp"},
                                           CipherFile{"aes256-cbc", "AES/CBC/CBCMMT256.rsp"},
                                           CipherFile{"3des-cbc", "3DES/CBC/TCBCMMT3.rsp"}));

// Groups of other nonces and tags than SSH's are passed over.
bool is_of_ssh(const Record& record) {
  return record.is_in("[IVlen = 96]") && record.is_in("[Taglen = 128]");
}

class PublishedGcm : public ::testing::TestWithParam<CipherFile> {};
TEST_P(PublishedGcm, OpensOnlyWhatIsWhole) {
  HAWSER_RECORDS(records, std::string("ciphers/AES/GCM/gcmDecrypt") + GetParam().path);
  const CipherAlgorithm* row = find_cipher(openssl_engine(), GetParam().name);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (const Record& record : records) {
    if (!is_of_ssh(record)) continue;
    const auto opener = row->make_aead(record.bytes("Key"), Direction::decrypt).value();
    Bytes data = record.bytes("CT");
    const bool is_whole =
        opener->open(record.bytes("IV"), record.bytes("AAD"), data, record.bytes("Tag"))
            .has_value();
    EXPECT_EQ(is_whole, !record.has("FAIL"));
    EXPECT_TRUE(!is_whole || data == record.bytes("PT"));
    ++(is_whole ? taken : refused);
  }
  EXPECT_GT(taken, 100u);
  EXPECT_GT(refused, 100u);
}
TEST_P(PublishedGcm, Seals) {
  HAWSER_RECORDS(records, std::string("ciphers/AES/GCM/gcmEncryptExtIV") + GetParam().path);
  const CipherAlgorithm* row = find_cipher(openssl_engine(), GetParam().name);
  std::size_t sealed = 0;
  for (const Record& record : records) {
    if (!is_of_ssh(record)) continue;
    const auto sealer = row->make_aead(record.bytes("Key"), Direction::encrypt).value();
    const Bytes plain = record.bytes("PT");
    Bytes out(plain.size());
    Bytes tag(row->tag_size);
    ASSERT_TRUE(sealer->seal(record.bytes("IV"), record.bytes("AAD"), Gather(plain), out, tag));
    EXPECT_EQ(out, record.bytes("CT"));
    EXPECT_EQ(tag, record.bytes("Tag"));
    ++sealed;
  }
  EXPECT_GT(sealed, 100u);
}
INSTANTIATE_TEST_SUITE_P(, PublishedGcm,
                         ::testing::Values(CipherFile{"aes128-gcm@openssh.com", "128.rsp"},
                                           CipherFile{"aes256-gcm@openssh.com", "256.rsp"}));

// ---- key agreements

Result<std::unique_ptr<KeyAgreement>> generate(std::string_view name, Bytes private_value) {
  ScriptedRandom random(std::move(private_value));
  return find_agreement(openssl_engine(), name)->generate(random);
}

TEST(PublishedX25519, AgreesWithTheRfc) {
  HAWSER_RECORDS(records, "asymmetric/X25519/rfc7748.txt");
  ASSERT_GE(records.size(), 3u);
  for (const Record& record : records) {
    const auto agreement = generate("x25519", record.bytes("INPUT_SCALAR")).value();
    const auto secret = agreement->agree(record.bytes("INPUT_U"));
    ASSERT_TRUE(secret);
    EXPECT_TRUE(equal(secret->view(), record.bytes("OUTPUT_U")));
  }
}

struct Curve {
  const char* name;
  const char* section;
  std::size_t size;
};
Bytes point_of(const Record& record, std::string_view x, std::string_view y, std::size_t size) {
  Bytes point{4};
  append(point, record.number(x, size));
  append(point, record.number(y, size));
  return point;
}

// "1" and "2" are points of the peer's that are not on the curve, "8" is a secret that was changed.
// The other failures are of our own public key, which does not come in here.
class PublishedEcdh : public ::testing::TestWithParam<Curve> {};
TEST_P(PublishedEcdh, AgreesWithNist) {
  HAWSER_RECORDS(records, "asymmetric/ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax");
  const auto [name, section, size] = GetParam();
  std::map<std::string, int> seen;
  for (const Record& record : records) {
    if (!record.is_in(section)) continue;
    const std::string result(record.text("Result").substr(0, 5));
    if (result == "F (5 " || result == "F (6 " || result == "F (7 ") continue;
    const auto agreement = generate(name, record.number("dsIUT", size)).value();
    const auto secret = agreement->agree(point_of(record, "QsCAVSx", "QsCAVSy", size));
    const Bytes expected = record.number("Z", size);
    EXPECT_EQ(secret.has_value(), result != "F (1 " && result != "F (2 ") << result;
    EXPECT_EQ(secret && equal(secret->view(), expected), result[0] == 'P') << result;
    ++seen[result];
  }
  EXPECT_GE(seen.size(), 4u);
}
INSTANTIATE_TEST_SUITE_P(, PublishedEcdh,
                         ::testing::Values(Curve{"nistp256", "[EC - ", 32},
                                           Curve{"nistp384", "[ED - ", 48},
                                           Curve{"nistp521", "[EE - ", 66}));

// ---- signatures

struct Verification {
  int good = 0;
  int bad = 0;
};

struct EcdsaGroup {
  const char* type;
  const char* section;
  HashId hash;
};
class PublishedEcdsa : public ::testing::TestWithParam<EcdsaGroup> {};
TEST_P(PublishedEcdsa, VerifiesWhatNistDoes) {
  HAWSER_RECORDS(records, "asymmetric/ECDSA/FIPS_186-3/SigVer.rsp");
  const KeyAlgorithm* row = find_key(openssl_engine(), GetParam().type);
  Verification seen;
  for (const Record& record : records) {
    if (!record.is_in(GetParam().section)) continue;
    const Bytes point = point_of(record, "Qx", "Qy", row->field_size);
    Bytes signature = record.number("R", row->field_size);
    append(signature, record.number("S", row->field_size));
    const std::array<ByteView, 1> parts{point};
    const auto key = row->load_public(parts);
    const bool is_good =
        key && (*key)->verify(GetParam().hash, record.bytes("Msg"), signature).has_value();
    EXPECT_EQ(is_good, record.text("Result")[0] == 'P') << record.text("Result");
    ++(is_good ? seen.good : seen.bad);
  }
  EXPECT_GT(seen.good, 0);
  EXPECT_GT(seen.bad, 0);
}
INSTANTIATE_TEST_SUITE_P(
    , PublishedEcdsa,
    ::testing::Values(EcdsaGroup{"ecdsa-sha2-nistp256", "[P-256,SHA-256]", HashId::sha256},
                      EcdsaGroup{"ecdsa-sha2-nistp384", "[P-384,SHA-384]", HashId::sha384},
                      EcdsaGroup{"ecdsa-sha2-nistp521", "[P-521,SHA-512]", HashId::sha512}));

// The modulus stands in a record of its own, before those that use it.
TEST(PublishedRsa, VerifiesWhatNistDoes) {
  HAWSER_RECORDS(records, "asymmetric/RSA/FIPS_186-2/SigVer15_186-3.rsp");
  Bytes n;
  Verification seen;
  for (const Record& record : records) {
    if (record.has("n")) n = record.bytes("n");
    const std::string_view hash = record.text("SHAAlg");
    const HashId id = hash == "SHA1"     ? HashId::sha1
                      : hash == "SHA256" ? HashId::sha256
                      : hash == "SHA512" ? HashId::sha512
                                         : HashId::none;
    if (n.size() < 256 || id == HashId::none) continue;
    const Bytes e = record.bytes("e");
    const std::array<ByteView, 2> parts{e, n};
    const auto key = find_key(openssl_engine(), "ssh-rsa")->load_public(parts);
    const bool is_good =
        key && (*key)->verify(id, record.bytes("Msg"), record.bytes("S")).has_value();
    EXPECT_EQ(is_good, record.text("Result")[0] == 'P') << record.text("Result");
    ++(is_good ? seen.good : seen.bad);
  }
  EXPECT_GT(seen.good, 0);
  EXPECT_GT(seen.bad, 0);
}

// Lines of seed and public key, public key, message, signature and message.
TEST(PublishedEd25519, SignsAndVerifiesAsTheAuthorsDo) {
  const auto path = testing::vector_path("asymmetric/Ed25519/sign.input");
  if (!path) GTEST_SKIP() << "HAWSER_CRYPTOGRAPHY_VECTORS names no folder of vectors";
  const KeyAlgorithm* row = find_key(openssl_engine(), "ssh-ed25519");
  std::ifstream stream(*path);
  std::size_t seen = 0;
  for (std::string line; std::getline(stream, line); ++seen) {
    std::vector<Bytes> parts;
    for (std::size_t begin = 0, end = 0; (end = line.find(':', begin)) != std::string::npos;
         begin = end + 1) {
      parts.push_back(unhex(std::string_view(line).substr(begin, end - begin)));
    }
    ASSERT_EQ(parts.size(), 4u);
    const ByteView seed = ByteView(parts[0]).first(32);
    const ByteView message = parts[2];
    const Bytes signature = to_bytes(ByteView(parts[3]).first(64));
    const std::array<ByteView, 2> halves{parts[1], seed};
    const std::array<ByteView, 1> half{parts[1]};
    EXPECT_EQ(row->load_private(halves).value()->sign(HashId::none, message).value(), signature);
    EXPECT_TRUE(row->load_public(half).value()->verify(HashId::none, message, signature));
  }
  EXPECT_EQ(seen, 1024u);
}

}  // namespace
}  // namespace hawser::crypto
