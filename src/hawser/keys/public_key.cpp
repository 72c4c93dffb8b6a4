#include "hawser/keys/public_key.h"

#include "hawser/base/limits.h"
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

}  // namespace

Result<PublicKey> PublicKey::parse(const crypto::Engine& engine, ByteView blob) {
  const std::string_view type = key_type_of(blob);
  if (type.empty()) return fail(Errc::bad_host_key, "key type");
  const crypto::KeyAlgorithm* row = crypto::find_key(engine, type);
  if (row == nullptr) return fail(Errc::key_unsupported, "key type");
  const KeyParts parts = HAWSER_TRY(public_parts(*row, blob));
  PublicKey key;
  key.key_ = HAWSER_TRY(row->load_public(parts.views()));
  key.type_ = row->key_type;
  key.field_size_ = row->field_size;
  key.blob_ = to_bytes(blob);
  return key;
}

Status PublicKey::verify(const crypto::Engine& engine, std::string_view algorithm, ByteView message,
                         ByteView signature_blob) const {
  constexpr Errc kBad = Errc::host_key_signature;
  const crypto::SignatureAlgorithm* row = crypto::find_signature(engine, algorithm);
  if (row == nullptr || row->key_type != type_) return fail(kBad, "signature algorithm");
  if (signature_blob.size() > limits::kSignatureBlob) return fail(kBad, "signature size");
  const auto signature = wire::decode<SignatureBlob>(signature_blob);
  if (!signature) return fail(kBad, "signature blob");
  // RFC 8332 3: what was agreed on is what must have been used, not another hash of the same key.
  if (signature->algorithm.view() != algorithm) return fail(kBad, "signature algorithm");
  if (field_size_ == 0) return key_->verify(row->hash, message, signature->value.bytes);
  const Bytes raw = HAWSER_TRY(fixed_size(signature->value.bytes, field_size_));
  return key_->verify(row->hash, message, raw);
}

std::string_view key_type_of(ByteView blob) {
  wire::Reader reader(blob);
  return as_text(reader.string());
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
