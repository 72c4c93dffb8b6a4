#include "hawser/keys/certificate.h"

#include <functional>
#include <ostream>

#include <gtest/gtest.h>

#include "hawser/base/limits.h"
#include "hawser/keys/private_key_file.h"

#include "support/certificate_builder.h"
#include "support/test_data.h"

namespace hawser::keys {

void PrintTo(CertificateFault fault, std::ostream* out) {
  static constexpr const char* kNames[] = {"none",          "other_authority",  "other_algorithm",
                                           "other_kind",    "not_yet_valid",    "expired",
                                           "no_principals", "other_principals", "unknown_option"};
  *out << kNames[static_cast<int>(fault)];
}

namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

Bytes public_blob(const std::string& name) {
  const auto blob = parse_public_key_line(as_bytes(test::test_data("keys/" + name + ".pub")));
  EXPECT_TRUE(blob.has_value()) << name;
  return blob.value_or(Bytes{});
}

MemorySigner signer_of(const std::string& name) {
  return parse_private_key(engine(), as_bytes(test::test_data("keys/" + name)), {}).value();
}

// ---- what ssh-keygen made

class OfOpenssh : public testing::TestWithParam<const char*> {
 protected:
  Bytes blob_ = public_blob(std::string(GetParam()) + "-cert");
};

TEST_P(OfOpenssh, IsReadWhole) {
  const auto certificate = parse_certificate(engine(), blob_);
  ASSERT_TRUE(certificate) << certificate.error().where;
  EXPECT_EQ(certificate->serial, 7u);
  EXPECT_EQ(certificate->kind, CertificateKind::user);
  EXPECT_EQ(certificate->key_id, "user " + std::string(GetParam()));
  EXPECT_EQ(certificate->principals, (std::vector<std::string>{"alice", "bob"}));
  EXPECT_EQ(certificate->valid_after, 1577836800u);   // 2020-01-01T00:00:00Z
  EXPECT_EQ(certificate->valid_before, 2208988800u);  // 2040-01-01T00:00:00Z
  ASSERT_EQ(certificate->critical_options.size(), 2u);
  EXPECT_EQ(certificate->critical_options[0].name, "force-command");
  EXPECT_EQ(as_text(certificate->critical_options[0].data),
            std::string_view("\0\0\0\x09/bin/true", 13));
  EXPECT_EQ(certificate->critical_options[1].name, "source-address");
  ASSERT_EQ(certificate->extensions.size(), 5u);
  EXPECT_EQ(certificate->extensions[4].name, "permit-user-rc");
  EXPECT_EQ(certificate->key_blob, public_blob(GetParam()));
  EXPECT_EQ(certificate->authority_blob, public_blob("ca"));
}

TEST_P(OfOpenssh, IsAPublicKeyThatVerifiesAsTheOneWithin) {
  const auto certified = PublicKey::parse(engine(), blob_).value();
  const auto plain = PublicKey::parse(engine(), public_blob(GetParam())).value();
  EXPECT_EQ(certified.type(), key_type_of(blob_));
  EXPECT_EQ(to_bytes(certified.blob()), blob_);
  ASSERT_NE(certified.certificate(), nullptr);
  EXPECT_EQ(plain.certificate(), nullptr);
  if (std::string_view(GetParam()).starts_with("sk_")) return;  // their halves are in no file
  const MemorySigner signer = signer_of(GetParam());
  int uses = 0;
  for (const KeyUse& use : all_key_uses()) {
    const auto signature = signer.sign(engine(), use.signature, as_bytes("message"));
    const bool is_ours = use.blob_type == certified.type();
    uses += is_ours ? 1 : 0;
    if (!signature) continue;
    EXPECT_EQ(certified.verify(engine(), use.name, as_bytes("message"), *signature).has_value(),
              is_ours)
        << use.name;
  }
  EXPECT_GT(uses, 0);
}

// Every bit is signed.
TEST_P(OfOpenssh, IsRefusedCutOrChanged) {
  for (std::size_t i = 0; i < blob_.size(); ++i) {
    Bytes changed = blob_;
    changed[i] ^= 0x08;
    EXPECT_FALSE(parse_certificate(engine(), changed)) << i;
    EXPECT_FALSE(parse_certificate(engine(), ByteView(blob_).first(i))) << i;
  }
  blob_.push_back(0);
  EXPECT_EQ(parse_certificate(engine(), blob_).error().code, Errc::bad_host_key);
}

INSTANTIATE_TEST_SUITE_P(Types, OfOpenssh,
                         testing::Values("ed25519", "ecdsa_256", "ecdsa_384", "ecdsa_521", "rsa",
                                         "sk_ed25519", "sk_ecdsa"),
                         [](const auto& param) { return std::string(param.param); });

TEST(HostCertificate, IsReadWithAuthoritiesOfOtherTypes) {
  const auto one = parse_certificate(engine(), public_blob("host_ed25519-cert")).value();
  EXPECT_EQ(one.kind, CertificateKind::host);
  EXPECT_EQ(one.valid_after, 0u);
  EXPECT_EQ(one.valid_before, ~std::uint64_t{0});
  EXPECT_EQ(one.authority_blob, public_blob("ca_ecdsa"));
  const auto two = parse_certificate(engine(), public_blob("host_rsa-cert")).value();
  EXPECT_EQ(two.authority_blob, public_blob("ca_rsa"));
}

TEST(HostCertificate, SignedWithSha1IsRefused) {
  EXPECT_EQ(parse_certificate(engine(), public_blob("host_rsa_sha1-cert")).error().code,
            Errc::certificate_signature);
}

TEST(HostCertificate, OfAPlainKeyIsUnsupported) {
  EXPECT_EQ(parse_certificate(engine(), public_blob("ed25519")).error().code,
            Errc::key_unsupported);
}

TEST(HostCertificate, IsStrippedToItsKey) {
  EXPECT_EQ(plain_key_blob(engine(), public_blob("host_rsa-cert")), public_blob("rsa"));
  EXPECT_EQ(plain_key_blob(engine(), public_blob("rsa")), public_blob("rsa"));
}

// ---- what an authority may sign, but we do not take

using Fields = test::CertificateBuilder;

Bytes signed_by_ca(const Fields& fields) {
  return fields.build(engine(), public_blob("ed25519"), signer_of("ca"));
}

Errc error_of(const Fields& fields) {
  const auto certificate = parse_certificate(engine(), signed_by_ca(fields));
  return certificate ? Errc{} : certificate.error().code;
}

TEST(Certificate, OfOurMakingIsRead) {
  EXPECT_EQ(error_of({}), Errc{});
}

TEST(Certificate, OfAnotherAuthorityIsNotSigned) {
  Fields fields;
  fields.authority = public_blob("ca_ecdsa");
  EXPECT_EQ(error_of(fields), Errc::certificate_signature);
}

TEST(Certificate, OfAnAuthorityWithACertificateIsRefused) {
  Fields fields;
  fields.authority = public_blob("ed25519-cert");
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
  for (int depth = 0; depth < 20; ++depth) fields.authority = signed_by_ca(fields);
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
}

TEST(Certificate, OfAnAuthorityOfUnknownTypeIsUnsupported) {
  Fields fields;
  fields.authority = public_blob("dsa");
  EXPECT_EQ(error_of(fields), Errc::key_unsupported);
}

TEST(Certificate, OfAnUnknownKindIsRefused) {
  Fields fields;
  for (std::uint32_t kind : {0u, 3u, 0x01000000u, 0xffffffffu}) {
    fields.kind = kind;
    EXPECT_EQ(error_of(fields), Errc::bad_host_key) << kind;
  }
}

TEST(Certificate, OfAnUnknownTypeIsUnsupported) {
  Fields fields;
  fields.type = "ssh-ed25519-cert-v02@openssh.com";
  EXPECT_EQ(error_of(fields), Errc::key_unsupported);
  fields.type = "rsa-sha2-512-cert-v01@openssh.com";  // a use, not a type
  EXPECT_EQ(error_of(fields), Errc::key_unsupported);
}

TEST(Certificate, HasAsManyPrincipalsAsTheLimitAllows) {
  Fields fields;
  fields.principals.assign(limits::kCertificatePrincipals, "name");
  EXPECT_EQ(error_of(fields), Errc{});
  fields.principals.emplace_back("name");
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
}

TEST(Certificate, HasItsOptionsInOrderAndOnce) {
  Fields fields;
  fields.critical_options = {{"a", ""}, {"aa", ""}, {"b", ""}};
  fields.extensions = {{"A", ""}, {"a", ""}};
  EXPECT_EQ(error_of(fields), Errc{});
  fields.extensions = {{"b", ""}, {"a", ""}};
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
  fields.extensions = {{"a", ""}, {"a", ""}};
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
}

TEST(Certificate, HasAsManyOptionsAsTheLimitAllows) {
  Fields fields;
  for (std::size_t i = 0; i < limits::kCertificateOptions; ++i) {
    fields.extensions.emplace_back("x" + std::to_string(1000 + i), "");
  }
  EXPECT_EQ(error_of(fields), Errc{});
  fields.extensions.emplace_back("y", "");
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
}

TEST(Certificate, OverItsLimitIsRefused) {
  Fields fields;
  fields.key_id.assign(limits::kCertificateBlob, 'x');
  EXPECT_EQ(error_of(fields), Errc::bad_host_key);
}

TEST(Certificate, OfOurOwnIsReadWithoutALookAtItsSignature) {
  const Bytes blob = public_blob("host_rsa_sha1-cert");
  EXPECT_EQ(parse_certificate(engine(), blob).error().code, Errc::certificate_signature);
  const auto certificate = read_certificate(engine(), blob);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->kind, CertificateKind::host);
  const Bytes cut(blob.begin(), blob.end() - 1);
  EXPECT_EQ(read_certificate(engine(), cut).error().code, Errc::bad_host_key);
  EXPECT_EQ(read_certificate(engine(), public_blob("rsa")).error().code, Errc::key_unsupported);
}

// ---- the judgement

struct Judged {
  const char* what;
  CertificateFault fault;
  std::function<void(Certificate&, CertificateNeed&)> change;
};

class Judgement : public testing::TestWithParam<Judged> {};

TEST_P(Judgement, IsOfOneFault) {
  auto certificate = parse_certificate(engine(), signed_by_ca({})).value();
  const Bytes authority = public_blob("ca");
  CertificateNeed need{CertificateKind::host, "harbour.example", 150, authority};
  GetParam().change(certificate, need);
  EXPECT_EQ(judge_certificate(certificate, need), GetParam().fault);
}

const Bytes kStranger = {1, 2, 3};
const std::vector<std::string> kAlgorithms = {"rsa-sha2-512", "ssh-ed25519"};

INSTANTIATE_TEST_SUITE_P(
    All, Judgement,
    testing::Values(
        Judged{"good", CertificateFault::none, [](auto&, auto&) {}},
        Judged{"in_capitals", CertificateFault::none,
               [](auto& c, auto& n) {
                 c.principals = {"other", "Harbour.EXAMPLE"};
                 n.principal = "HARBOUR.example";
               }},
        Judged{"by_pattern", CertificateFault::none,
               [](auto& c, auto&) { c.principals = {"*.example"}; }},
        Judged{"by_another_pattern", CertificateFault::other_principals,
               [](auto& c, auto&) { c.principals = {"*.example.org", "!harbour.example"}; }},
        Judged{"of_another_authority", CertificateFault::other_authority,
               [](auto&, auto& n) { n.authority_blob = kStranger; }},
        Judged{"of_nobody", CertificateFault::other_authority,
               [](auto&, auto& n) { n.authority_blob = {}; }},
        Judged{"by_an_algorithm_of_several", CertificateFault::none,
               [](auto&, auto& n) { n.signature_algorithms = kAlgorithms; }},
        Judged{"by_another_algorithm", CertificateFault::other_algorithm,
               [](auto&, auto& n) { n.signature_algorithms = std::span(kAlgorithms).first(1); }},
        Judged{"of_a_user", CertificateFault::other_kind,
               [](auto& c, auto&) { c.kind = CertificateKind::user; }},
        Judged{"first_second", CertificateFault::none, [](auto&, auto& n) { n.now = 100; }},
        Judged{"too_early", CertificateFault::not_yet_valid, [](auto&, auto& n) { n.now = 99; }},
        Judged{"last_second", CertificateFault::none, [](auto&, auto& n) { n.now = 199; }},
        Judged{"too_late", CertificateFault::expired, [](auto&, auto& n) { n.now = 200; }},
        Judged{"for_nobody", CertificateFault::no_principals,
               [](auto& c, auto&) { c.principals.clear(); }},
        Judged{"for_an_empty_name", CertificateFault::other_principals,
               [](auto& c, auto&) { c.principals = {""}; }},
        Judged{"with_an_option", CertificateFault::unknown_option,
               [](auto& c, auto&) { c.critical_options = {{"force-command", {}}}; }},
        Judged{"with_an_extension", CertificateFault::none,
               [](auto& c, auto&) { c.extensions = {{"whatever@example.org", {}}}; }}),
    [](const auto& param) { return std::string(param.param.what); });

TEST(UserCertificate, IsJudgedByExactNamesAndKnowsItsOptions) {
  auto certificate = parse_certificate(engine(), public_blob("ed25519-cert")).value();
  const Bytes authority = public_blob("ca");
  CertificateNeed need{CertificateKind::user, "alice", 1700000000, authority};
  EXPECT_EQ(judge_certificate(certificate, need), CertificateFault::none);
  need.principal = "Alice";
  EXPECT_EQ(judge_certificate(certificate, need), CertificateFault::other_principals);
  certificate.principals = {"*"};
  EXPECT_EQ(judge_certificate(certificate, need), CertificateFault::other_principals);
  certificate.principals = {"Alice"};
  certificate.critical_options.push_back({"something-new", {}});
  EXPECT_EQ(judge_certificate(certificate, need), CertificateFault::unknown_option);
}

}  // namespace
}  // namespace hawser::keys
