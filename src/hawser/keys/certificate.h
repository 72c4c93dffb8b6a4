// Certificates of keys, as OpenSSH has them (PROTOCOL.certkeys): a key, what an authority says of
// it, and the authority's signature. An authority is a plain key: certificates of authorities do
// not exist.
//
//   certificate = string type, string nonce, the key's fields, uint64 serial, uint32 kind,
//                 string key id, string principals, uint64 valid after, uint64 valid before,
//                 string critical options, string extensions, string reserved,
//                 string authority's key, string signature over all before it
//   principals  = string, ...                 options = string name, string data, ...
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hawser/keys/public_key.h"

namespace hawser::keys {

struct CertificateOption {
  std::string name;
  Bytes data;
};

enum class CertificateKind : std::uint32_t { user = 1, host = 2 };

struct Certificate {
  std::uint64_t serial = 0;
  CertificateKind kind = CertificateKind::user;
  std::string key_id;  // free text for people
  std::vector<std::string> principals;
  std::uint64_t valid_after = 0;  // seconds since 1970
  std::uint64_t valid_before = 0;
  std::vector<CertificateOption> critical_options;
  std::vector<CertificateOption> extensions;
  Bytes key_blob;                   // the certified key, plain
  Bytes authority_blob;             // the key that signed
  std::string signature_algorithm;  // by which it did
};

// Parses a certificate and verifies its signature: it is what its authority made; whether anybody
// trusts that one is another question.
//   key_unsupported       its type, or its authority's, is not known
//   bad_host_key          anything else that is wrong with it; 257 principals, options that are not
//                         in order, and an authority that is a certificate, too
//   certificate_signature the authority did not sign this, or with SHA-1
Result<Certificate> parse_certificate(const crypto::Engine& engine, ByteView blob);

// The same without a look at the signature: for a certificate of our own, which the server judges.
Result<Certificate> read_certificate(const crypto::Engine& engine, ByteView blob);

// The key blob within a certificate, of which nothing else is looked at; any other blob as it is.
Bytes plain_key_blob(const crypto::Engine& engine, ByteView blob);

struct CertificateNeed {
  CertificateKind kind;
  std::string_view principal;  // the host's name without a port, or the user's
  std::uint64_t now;           // seconds since 1970
  ByteView authority_blob;     // whose word counts for this principal
  // By which the authority may sign; empty: by all that can be checked.
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
  std::span<const std::string> signature_algorithms = {};
};

enum class CertificateFault : std::uint8_t {
  none,
  other_authority,
  other_algorithm,
  other_kind,  // a user's where a host's is needed, or the other way
  not_yet_valid,
  expired,
  no_principals,  // OpenSSH took such a one for everybody's until 10.3
  other_principals,
  unknown_option,  // a critical one
};

// Whether the certificate serves this need. Its signature was checked by parsing it. A host is
// named in any case and by patterns, as OpenSSH does since 10.3; users by their names alone.
CertificateFault judge_certificate(const Certificate& certificate, const CertificateNeed& need);

}  // namespace hawser::keys
