#include "hawser/client/signer.h"

#include "hawser/keys/certificate.h"

namespace hawser::client {

namespace {

std::unexpected<Failure> refuse(Errc code) {
  Failure failure = explain(Error{code, 0, "certificate"}, Report{});
  if (code == Errc::key_damaged) failure.text = "the certificate is damaged";
  if (code == Errc::key_unsupported)
    failure.text = "the certificate is of a kind that is not known";
  return std::unexpected(std::move(failure));
}

}  // namespace

Outcome<Bytes> KeySigner::sign(std::string_view algorithm, ByteView data) {
  auto signature = key_.sign(engine_, algorithm, data);
  if (!signature) return std::unexpected(explain(signature.error(), Report{}));
  return *std::move(signature);
}

Outcome<CertifiedSigner> CertifiedSigner::make(const crypto::Engine& engine, Signer& signer,
                                               Bytes certificate) {
  if (keys::find_key_type(engine, keys::key_type_of(certificate)) != nullptr) {
    return refuse(Errc::certificate_kind);
  }
  const auto parsed = keys::read_certificate(engine, certificate);
  if (!parsed) {
    const bool is_damaged = parsed.error().code == Errc::bad_host_key;
    return refuse(is_damaged ? Errc::key_damaged : parsed.error().code);
  }
  if (parsed->kind != keys::CertificateKind::user) return refuse(Errc::certificate_kind);
  if (!equal(parsed->key_blob, keys::plain_key_blob(engine, signer.public_blob()))) {
    return refuse(Errc::certificate_mismatch);
  }
  return CertifiedSigner(signer, std::move(certificate));
}

}  // namespace hawser::client
