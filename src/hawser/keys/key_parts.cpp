#include "hawser/keys/key_parts.h"

#include "hawser/base/limits.h"
#include "hawser/keys/key_records.h"

namespace hawser::keys {

namespace {

enum class Kind : std::uint8_t { ed25519, ecdsa, rsa };

Kind kind_of(const crypto::KeyAlgorithm& row) {
  if (row.field_size != 0) return Kind::ecdsa;
  return row.public_parts == 2 ? Kind::rsa : Kind::ed25519;
}

// RFC 5656 10.1: the curve's name ends the type's.
std::string_view curve_of(const crypto::KeyAlgorithm& row) {
  return row.key_type.substr(row.key_type.rfind('-') + 1);
}

constexpr std::size_t kEd25519Point = 32;

// OpenSSH stores seed || point as the private half.
Result<KeyParts> split_seed(const Ed25519Private& fields) {
  const ByteView both = fields.seed_and_point.bytes;
  if (fields.point.bytes.size() != kEd25519Point || both.size() <= kEd25519Point ||
      !equal(both.last(kEd25519Point), fields.point.bytes)) {
    return fail(Errc::key_damaged, "ed25519 seed");
  }
  return KeyParts{fields.point.bytes, both.first(both.size() - kEd25519Point)};
}

}  // namespace

KeyParts::KeyParts(std::initializer_list<ByteView> parts) {
  for (ByteView part : parts) views_[count_++] = part;
}

Result<KeyParts> public_parts(const crypto::KeyAlgorithm& row, ByteView blob) {
  constexpr Errc kBad = Errc::bad_host_key;
  if (blob.size() > limits::kPublicKeyBlob) return fail(kBad, "key blob size");
  switch (kind_of(row)) {
    case Kind::ed25519: {
      const auto key = wire::decode<Ed25519Public>(blob);
      if (!key || key->type.view() != row.key_type) return fail(kBad, "ed25519 key blob");
      return KeyParts{key->point.bytes};
    }
    case Kind::ecdsa: {
      const auto key = wire::decode<EcdsaPublic>(blob);
      if (!key || key->type.view() != row.key_type) return fail(kBad, "ecdsa key blob");
      if (key->curve.view() != curve_of(row)) return fail(kBad, "ecdsa curve");
      return KeyParts{key->point.bytes};
    }
    case Kind::rsa: {
      const auto key = wire::decode<RsaPublic>(blob);
      if (!key || key->type.view() != row.key_type) return fail(kBad, "rsa key blob");
      return KeyParts{key->e.magnitude, key->n.magnitude};
    }
  }
  return fail(Errc::internal, "key kind");
}

Result<KeyParts> read_private_parts(const crypto::KeyAlgorithm& row, wire::Reader& reader) {
  constexpr Errc kBad = Errc::key_damaged;
  switch (kind_of(row)) {
    case Kind::ed25519: {
      const auto key = wire::read<Ed25519Private>(reader);
      if (!reader.ok()) return fail(kBad, "ed25519 private key");
      return split_seed(key);
    }
    case Kind::ecdsa: {
      const auto key = wire::read<EcdsaPrivate>(reader);
      if (!reader.ok()) return fail(kBad, "ecdsa private key");
      if (key.curve.view() != curve_of(row)) return fail(kBad, "ecdsa curve");
      return KeyParts{key.point.bytes, key.d.magnitude};
    }
    case Kind::rsa: {
      const auto key = wire::read<RsaPrivate>(reader);
      if (!reader.ok()) return fail(kBad, "rsa private key");
      return KeyParts{key.n.magnitude,    key.e.magnitude, key.d.magnitude,
                      key.iqmp.magnitude, key.p.magnitude, key.q.magnitude};
    }
  }
  return fail(Errc::internal, "key kind");
}

Bytes public_blob_of(const crypto::KeyAlgorithm& row, std::span<const ByteView> private_parts) {
  const wire::Text type(row.key_type);
  switch (kind_of(row)) {
    case Kind::ed25519:
      return wire::encode_to_bytes(Ed25519Public{type, wire::Blob(private_parts[0])});
    case Kind::ecdsa:
      return wire::encode_to_bytes(
          EcdsaPublic{type, wire::Text(curve_of(row)), wire::Blob(private_parts[0])});
    case Kind::rsa:
      return wire::encode_to_bytes(
          RsaPublic{type, wire::Mpint(private_parts[1]), wire::Mpint(private_parts[0])});
  }
  return {};
}

}  // namespace hawser::keys
