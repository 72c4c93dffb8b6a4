// Key blobs and certificates, as host keys and as logins show them.
#include "hawser/base/limits.h"
#include "hawser/keys/certificate.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "scenario/seeded_random.h"
#include "support/null_engine.h"

namespace hawser::fuzz {

namespace {

void judge(const keys::Certificate& certificate) {
  HAWSER_EXPECT(certificate.principals.size() <= limits::kCertificatePrincipals);
  HAWSER_EXPECT(certificate.critical_options.size() <= limits::kCertificateOptions);
  HAWSER_EXPECT(certificate.extensions.size() <= limits::kCertificateOptions);
  for (const auto kind : {keys::CertificateKind::user, keys::CertificateKind::host}) {
    for (const std::string_view name : {"", "host", "user.example.com"}) {
      const keys::CertificateNeed need{kind, name, 1'700'000'000, certificate.authority_blob};
      const bool fits = judge_certificate(certificate, need) == keys::CertificateFault::none;
      HAWSER_EXPECT(!fits || (certificate.kind == kind && !certificate.principals.empty()));
    }
  }
}

void read(const crypto::Engine& engine, ByteView blob) {
  const auto certificate = keys::parse_certificate(engine, blob);
  const auto unverified = keys::read_certificate(engine, blob);
  HAWSER_EXPECT(!certificate || unverified);
  if (unverified) judge(*unverified);
  (void)keys::plain_key_blob(engine, blob);
  (void)keys::rsa_bits_of(engine, blob);
  const auto key = keys::PublicKey::parse(engine, blob);
  if (!key) return;
  HAWSER_EXPECT(equal(key->blob(), blob) && keys::key_type_of(blob) == key->type());
  (void)key->verify(engine, key->type(), as_bytes("message"), blob.first(blob.size() / 2));
}

}  // namespace

void certificates(ByteView bytes) {
  Input input(bytes);
  static scenario::SeededRandom random(1);
  static const crypto::Engine null_engine = test::null_engine(random);
  // With signatures that are all good, so that what is behind them is reached.
  const bool is_null = input.flag();
  read(is_null ? null_engine : crypto::openssl_engine(), input.rest());
}

}  // namespace hawser::fuzz
