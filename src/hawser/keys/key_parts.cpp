#include "hawser/keys/key_parts.h"

#include "hawser/base/limits.h"
#include "hawser/keys/key_records.h"
#include "hawser/keys/public_key.h"

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
constexpr Errc kBadBlob = Errc::bad_host_key;

// The type's name and the fields behind it; whether the reader had them all, the caller asks.
Result<KeyParts> read_public_parts(const crypto::KeyAlgorithm& row, wire::Reader& reader) {
  switch (kind_of(row)) {
    case Kind::ed25519:
      return KeyParts{wire::read<Ed25519Public>(reader).point.bytes};
    case Kind::ecdsa: {
      const auto key = wire::read<EcdsaPublic>(reader);
      if (key.curve.view() != curve_of(row)) return fail(kBadBlob, "ecdsa curve");
      return KeyParts{key.point.bytes};
    }
    case Kind::rsa: {
      const auto key = wire::read<RsaPublic>(reader);
      return KeyParts{key.e.magnitude, key.n.magnitude};
    }
  }
  return fail(Errc::internal, "key kind");
}

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

Result<PublicParts> public_parts(const crypto::Engine& engine, const KeyType& type, ByteView blob) {
  if (blob.size() > limits::kPublicKeyBlob) return fail(kBadBlob, "key blob size");
  if (key_type_of(blob) != type.name) return fail(kBadBlob, "key type");
  const crypto::KeyAlgorithm& row = *crypto::find_key(engine, type.engine_type);
  wire::Reader reader(blob);
  PublicParts parts;
  parts.of_engine = HAWSER_TRY(read_public_parts(row, reader));
  if (type.is_security_key()) parts.application = reader.string();
  if (!reader.ok() || !reader.at_end()) return fail(kBadBlob, "key blob");
  return parts;
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
