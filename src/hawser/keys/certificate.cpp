#include "hawser/keys/certificate.h"

#include <algorithm>

#include "hawser/base/limits.h"
#include "hawser/keys/pattern.h"
#include "hawser/wire/codec.h"

namespace hawser::keys {

namespace {

constexpr Errc kBad = Errc::bad_host_key;

struct Claims {
  std::uint64_t serial = 0;
  std::uint32_t kind = 0;
  wire::Text key_id;
  wire::Blob principals;
  std::uint64_t valid_after = 0;
  std::uint64_t valid_before = 0;
  wire::Blob critical_options;
  wire::Blob extensions;
  wire::Blob reserved;
  wire::Blob authority;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.serial, m.kind, m.key_id, m.principals, m.valid_after, m.valid_before,
                m.critical_options, m.extensions, m.reserved, m.authority);
  }
};

// The fields of a key as they stand in the certificate, behind the type of the key alone.
Bytes read_key_blob(const KeyType& type, wire::Reader& reader) {
  const ByteView start = reader.rest();
  for (std::size_t i = 0; i < type.fields; ++i) reader.string();
  Bytes blob;
  wire::BytesSink sink(blob);
  wire::put_string(sink, as_bytes(type.name));
  sink.put(start.first(start.size() - reader.rest().size()));
  return blob;
}

Result<std::vector<std::string>> principals_of(ByteView packed) {
  std::vector<std::string> principals;
  wire::Reader reader(packed);
  while (!reader.at_end()) {
    if (principals.size() == limits::kCertificatePrincipals) {
      return fail(kBad, "certificate principals");
    }
    principals.emplace_back(as_text(reader.string()));
  }
  if (!reader.ok()) return fail(kBad, "certificate principals");
  return principals;
}

// In the order of their names, each once: so that everybody reads the same.
Result<std::vector<CertificateOption>> options_of(ByteView packed) {
  std::vector<CertificateOption> options;
  wire::Reader reader(packed);
  while (!reader.at_end()) {
    if (options.size() == limits::kCertificateOptions) return fail(kBad, "certificate options");
    CertificateOption option{std::string(as_text(reader.string())), to_bytes(reader.string())};
    if (!options.empty() && option.name <= options.back().name) {
      return fail(kBad, "certificate options");
    }
    options.push_back(std::move(option));
  }
  if (!reader.ok()) return fail(kBad, "certificate options");
  return options;
}

Status verify_signature(const crypto::Engine& engine, ByteView authority_blob, ByteView message,
                        ByteView signature) {
  // Looked at before it is parsed: a certificate here could hold the next one, and so on.
  if (find_certified_type(engine, key_type_of(authority_blob)) != nullptr) {
    return fail(kBad, "certificate's authority");
  }
  const PublicKey authority = HAWSER_TRY(PublicKey::parse(engine, authority_blob));
  const std::string_view algorithm = key_type_of(signature);
  const KeyUse* use = find_key_use(engine, algorithm);
  // Collisions of SHA-1 can be had for money, and a collision is another certificate.
  if (use == nullptr || signature_of(engine, *use)->hash == crypto::HashId::sha1 ||
      !authority.verify(engine, algorithm, message, signature)) {
    return fail(Errc::certificate_signature, "certificate");
  }
  return {};
}

struct Whole {
  Bytes key_blob;
  Claims claims;
  ByteView message;  // what the signature is over
  ByteView signature;
};

Result<Whole> split(const crypto::Engine& engine, ByteView blob) {
  if (blob.size() > limits::kCertificateBlob) return fail(kBad, "certificate size");
  const KeyType* type = find_certified_type(engine, key_type_of(blob));
  if (type == nullptr) return fail(Errc::key_unsupported, "certificate type");
  wire::Reader reader(blob);
  reader.string();  // the type
  reader.string();  // the nonce
  Whole whole;
  whole.key_blob = read_key_blob(*type, reader);
  whole.claims = wire::read<Claims>(reader);
  whole.message = blob.first(blob.size() - reader.rest().size());
  whole.signature = reader.string();
  if (!reader.ok() || !reader.at_end()) return fail(kBad, "certificate");
  return whole;
}

Result<Certificate> certificate_of(const Whole& whole) {
  const Claims& claims = whole.claims;
  const auto kind = static_cast<CertificateKind>(claims.kind);
  if (kind != CertificateKind::user && kind != CertificateKind::host) {
    return fail(kBad, "certificate kind");
  }
  Certificate certificate;
  certificate.principals = HAWSER_TRY(principals_of(claims.principals.bytes));
  certificate.critical_options = HAWSER_TRY(options_of(claims.critical_options.bytes));
  certificate.extensions = HAWSER_TRY(options_of(claims.extensions.bytes));
  certificate.serial = claims.serial;
  certificate.kind = kind;
  certificate.key_id = claims.key_id.view();
  certificate.valid_after = claims.valid_after;
  certificate.valid_before = claims.valid_before;
  certificate.key_blob = whole.key_blob;
  certificate.authority_blob = to_bytes(claims.authority.bytes);
  certificate.signature_algorithm = key_type_of(whole.signature);
  return certificate;
}

bool is_known_option(CertificateKind kind, std::string_view name) {
  // None are defined for hosts.
  return kind == CertificateKind::user &&
         (name == "force-command" || name == "source-address" || name == "verify-required");
}

bool is_principal(const CertificateNeed& need, std::string_view principal) {
  if (need.kind == CertificateKind::user) return principal == need.principal;
  return matches_pattern(principal, lower_case(need.principal));
}

}  // namespace

Result<Certificate> parse_certificate(const crypto::Engine& engine, ByteView blob) {
  const Whole whole = HAWSER_TRY(split(engine, blob));
  auto certificate = HAWSER_TRY(certificate_of(whole));
  HAWSER_TRY(
      verify_signature(engine, whole.claims.authority.bytes, whole.message, whole.signature));
  return certificate;
}

Result<Certificate> read_certificate(const crypto::Engine& engine, ByteView blob) {
  return certificate_of(HAWSER_TRY(split(engine, blob)));
}

Bytes plain_key_blob(const crypto::Engine& engine, ByteView blob) {
  const KeyType* type = find_certified_type(engine, key_type_of(blob));
  if (type == nullptr) return to_bytes(blob);
  wire::Reader reader(blob);
  reader.string();  // the type
  reader.string();  // the nonce
  return read_key_blob(*type, reader);
}

CertificateFault judge_certificate(const Certificate& certificate, const CertificateNeed& need) {
  if (!equal(certificate.authority_blob, need.authority_blob)) {
    return CertificateFault::other_authority;
  }
  const auto& algorithms = need.signature_algorithms;
  if (!algorithms.empty() &&
      std::ranges::find(algorithms, certificate.signature_algorithm) == algorithms.end()) {
    return CertificateFault::other_algorithm;
  }
  if (certificate.kind != need.kind) return CertificateFault::other_kind;
  if (need.now < certificate.valid_after) return CertificateFault::not_yet_valid;
  if (need.now >= certificate.valid_before) return CertificateFault::expired;
  if (certificate.principals.empty()) return CertificateFault::no_principals;
  if (!std::ranges::any_of(certificate.principals, [&](const std::string& principal) {
        return is_principal(need, principal);
      })) {
    return CertificateFault::other_principals;
  }
  if (!std::ranges::all_of(certificate.critical_options, [&](const CertificateOption& option) {
        return is_known_option(need.kind, option.name);
      })) {
    return CertificateFault::unknown_option;
  }
  return CertificateFault::none;
}

}  // namespace hawser::keys
