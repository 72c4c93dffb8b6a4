#include "hawser/keys/public_key.h"

#include <algorithm>
#include <bit>

#include "hawser/base/limits.h"
#include "hawser/keys/certificate.h"
#include "hawser/keys/key_parts.h"
#include "hawser/keys/key_records.h"

namespace hawser::keys {

namespace {

bool fits(const wire::Mpint& number, std::size_t field_size) {
  const std::size_t size = number.trimmed().size();
  return size > 0 && size <= field_size;
}

// r || s, each padded to the field's size, from two mpints. That both are below the group's order
// is checked by the engine.
Result<Bytes> fixed_size(ByteView value, std::size_t field_size) {
  const auto numbers = wire::decode<EcdsaSignature>(value);
  if (!numbers || !fits(numbers->r, field_size) || !fits(numbers->s, field_size)) {
    return fail(Errc::host_key_signature, "ecdsa signature");
  }
  Bytes raw(2 * field_size);
  const ByteView r = numbers->r.trimmed();
  const ByteView s = numbers->s.trimmed();
  copy(r, ByteSpan(raw).first(field_size).last(r.size()));
  copy(s, ByteSpan(raw).last(s.size()));
  return raw;
}

// The message as a security key signs it.
Result<Bytes> as_token_signs(const crypto::Engine& engine, ByteView application,
                             const SecurityKeyTail& tail, ByteView message) {
  SecurityKeyMessage whole;
  whole.tail = tail;
  const auto digest = [&engine](ByteView piece, ByteSpan to) -> Status {
    copy(HAWSER_TRY(crypto::digest(engine, crypto::HashId::sha256, {&piece, 1})), to);
    return {};
  };
  HAWSER_TRY(digest(application, whole.application.bytes));
  HAWSER_TRY(digest(message, whole.message.bytes));
  return wire::encode_to_bytes(whole);
}

unsigned modulus_bits(const crypto::KeyAlgorithm& row, const KeyParts& parts) {
  if (row.key_type != "ssh-rsa") return 0;
  const ByteView modulus = wire::Mpint(parts.views()[1]).trimmed();
  if (modulus.empty()) return 0;
  return static_cast<unsigned>((modulus.size() - 1) * 8) +
         static_cast<unsigned>(std::bit_width(modulus[0]));
}

}  // namespace

Result<PublicKey> PublicKey::parse(const crypto::Engine& engine, ByteView blob) {
  const std::string_view name = key_type_of(blob);
  if (name.empty()) return fail(Errc::bad_host_key, "key type");
  if (const KeyType* type = find_key_type(engine, name)) return parse_plain(engine, *type, blob);
  const KeyType* type = find_certified_type(engine, name);
  if (type == nullptr) return fail(Errc::key_unsupported, "key type");
  auto certificate =
      std::make_shared<const Certificate>(HAWSER_TRY(parse_certificate(engine, blob)));
  PublicKey key = HAWSER_TRY(parse_plain(engine, *type, certificate->key_blob));
  key.type_ = type->certificate;
  key.rsa_bits_ = rsa_bits_of(engine, blob);
  key.blob_ = to_bytes(blob);
  key.certificate_ = std::move(certificate);
  return key;
}

Result<PublicKey> PublicKey::parse_plain(const crypto::Engine& engine, const KeyType& type,
                                         ByteView blob) {
  const auto parts = HAWSER_TRY(public_parts(engine, type, blob));
  const crypto::KeyAlgorithm& row = *crypto::find_key(engine, type.engine_type);
  PublicKey key;
  key.key_ = HAWSER_TRY(row.load_public(parts.of_engine.views()));
  key.type_ = type.name;
  key.field_size_ = row.field_size;
  key.rsa_bits_ = modulus_bits(row, parts.of_engine);
  key.blob_ = to_bytes(blob);
  if (type.is_security_key()) key.application_ = to_bytes(parts.application);
  return key;
}

Status PublicKey::verify(const crypto::Engine& engine, std::string_view algorithm, ByteView message,
                         ByteView signature_blob) const {
  constexpr Errc kBad = Errc::host_key_signature;
  const KeyUse* use = find_key_use(engine, algorithm);
  if (use == nullptr || use->blob_type != type_) return fail(kBad, "signature algorithm");
  if (signature_blob.size() > limits::kSignatureBlob) return fail(kBad, "signature size");
  wire::Reader reader(signature_blob);
  const auto signature = wire::read<SignatureBlob>(reader);
  SecurityKeyTail tail;
  if (application_) tail = wire::read<SecurityKeyTail>(reader);
  if (!reader.ok() || !reader.at_end()) return fail(kBad, "signature blob");
  // RFC 8332 3: what was agreed on is what must have been used, not another hash of the same key.
  if (signature.algorithm.view() != use->signature) return fail(kBad, "signature algorithm");

  const ByteView value = signature.value.bytes;
  const Bytes raw = field_size_ == 0 ? to_bytes(value) : HAWSER_TRY(fixed_size(value, field_size_));
  const crypto::HashId hash = signature_of(engine, *use)->hash;
  if (!application_) return key_->verify(hash, message, raw);
  return key_->verify(hash, HAWSER_TRY(as_token_signs(engine, *application_, tail, message)), raw);
}

unsigned rsa_bits_of(const crypto::Engine& engine, ByteView blob) {
  if (find_certified_type(engine, key_type_of(blob)) != nullptr) {
    const auto certificate = read_certificate(engine, blob);
    if (!certificate) return 0;
    const unsigned key = rsa_bits_of(engine, certificate->key_blob);
    const unsigned authority = find_key_type(engine, key_type_of(certificate->authority_blob))
                                   ? rsa_bits_of(engine, certificate->authority_blob)
                                   : 0;
    return key == 0 || authority == 0 ? std::max(key, authority) : std::min(key, authority);
  }
  const KeyType* type = find_key_type(engine, key_type_of(blob));
  if (type == nullptr) return 0;
  const auto parts = public_parts(engine, *type, blob);
  return parts ? modulus_bits(*crypto::find_key(engine, type->engine_type), parts->of_engine) : 0;
}

std::string_view key_type_of(ByteView blob) {
  wire::Reader reader(blob);
  const std::string_view name = as_text(reader.string());
  // RFC 4251 6. Names go into messages, and into files where a line break would begin a line.
  const bool is_name =
      name.size() <= limits::kAlgorithmName &&
      std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ','; });
  return is_name ? name : std::string_view();
}

Bytes encode_signature(std::string_view algorithm, std::size_t ecdsa_field_size, ByteView raw) {
  if (ecdsa_field_size == 0) {
    return wire::encode_to_bytes(SignatureBlob{wire::Text(algorithm), wire::Blob(raw)});
  }
  const Bytes value = wire::encode_to_bytes(EcdsaSignature{
      wire::Mpint(raw.first(ecdsa_field_size)), wire::Mpint(raw.subspan(ecdsa_field_size))});
  return wire::encode_to_bytes(SignatureBlob{wire::Text(algorithm), wire::Blob(value)});
}

}  // namespace hawser::keys
