//   file = "PuTTY-User-Key-File-" version ": " type, "Encryption: " cipher, "Comment: " comment,
//          "Public-Lines: " n, n lines of base64: the public key blob,
//          of an encrypted one of version 3: "Key-Derivation: " Argon2's kind, "Argon2-Memory: "
//          KiB, "Argon2-Passes: " n, "Argon2-Parallelism: " n, "Argon2-Salt: " hex,
//          "Private-Lines: " n, n lines of base64: the private fields, padded and encrypted,
//          "Private-MAC: " hex
//   MAC  = HMAC over string type, string cipher, string comment, string public key blob,
//          string private fields, padding included; SHA-1 in version 2, SHA-256 in version 3
//   keys = version 2: SHA-1 of a counter and the passphrase; version 3: Argon2
#include "hawser/keys/ppk_file.h"

#include "hawser/base/limits.h"
#include "hawser/crypto/kdf.h"
#include "hawser/keys/armor.h"
#include "hawser/keys/certificate.h"
#include "hawser/keys/key_parts.h"
#include "hawser/keys/key_records.h"
#include "hawser/keys/ppk_fields.h"
#include "hawser/keys/public_key.h"

namespace hawser::keys {

namespace {

constexpr std::string_view kMacLabel = "putty-private-key-file-mac-key";

struct Locks {
  SecretBytes cipher_key;
  SecretBytes iv;
  SecretBytes mac_key;
};

Result<SecretBytes> sha1(const crypto::Engine& engine, ByteView first, ByteView second) {
  const ByteView pieces[] = {first, second};
  return SecretBytes(HAWSER_TRY(crypto::digest(engine, crypto::HashId::sha1, pieces)));
}

Result<Locks> derive_version_2(const crypto::Engine& engine, const crypto::CipherAlgorithm& cipher,
                               ByteView passphrase) {
  constexpr std::uint8_t kCounters[][4] = {{0, 0, 0, 0}, {0, 0, 0, 1}};
  Locks locks;
  for (const auto& counter : kCounters) {
    const std::size_t filled = locks.cipher_key.size();
    const SecretBytes digest = HAWSER_TRY(sha1(engine, counter, passphrase));
    locks.cipher_key.resize(filled + digest.size());
    copy(digest.view(), locks.cipher_key.span().subspan(filled));
  }
  locks.cipher_key.resize(cipher.key_size);
  locks.iv = SecretBytes(cipher.iv_size);
  locks.mac_key = HAWSER_TRY(sha1(engine, as_bytes(kMacLabel), passphrase));
  return locks;
}

Result<Locks> derive_version_3(const PpkFields& file, const crypto::CipherAlgorithm& cipher,
                               ByteView passphrase) {
  constexpr std::size_t kMacKey = 32;
  SecretBytes derived(cipher.key_size + cipher.iv_size + kMacKey);
  HAWSER_TRY(crypto::argon2(file.argon2, passphrase, file.salt, derived.span()));
  Locks locks;
  locks.cipher_key = SecretBytes(derived.view().first(cipher.key_size));
  locks.iv = SecretBytes(derived.view().subspan(cipher.key_size, cipher.iv_size));
  locks.mac_key = SecretBytes(derived.view().last(kMacKey));
  return locks;
}

Status check_cost(const PpkFields& file) {
  const std::uint64_t memory = std::uint64_t{file.argon2.memory_kib} * 1024;
  if (memory > limits::kArgon2Memory) {
    return fail(Errc::kdf_too_expensive, "argon2 memory", file.argon2.memory_kib);
  }
  if (memory * file.argon2.passes > limits::kArgon2Work) {
    return fail(Errc::kdf_too_expensive, "argon2 passes", file.argon2.passes);
  }
  return {};
}

// The private fields and what authenticates them.
Result<Locks> unlock(const crypto::Engine& engine, const PpkFields& file, ByteView passphrase,
                     SecretBytes& section) {
  if (file.cipher == kPpkNoCipher) {
    Locks locks;
    // A key of no bytes and one of zeros are the same to HMAC.
    locks.mac_key = SecretBytes(32);
    if (file.version == 2) locks.mac_key = HAWSER_TRY(sha1(engine, as_bytes(kMacLabel), {}));
    return locks;
  }
  const crypto::CipherAlgorithm* cipher = crypto::find_cipher(engine, kPpkCipher);
  if (cipher == nullptr) return fail(Errc::key_unsupported, "key file cipher");
  if (section.empty() || section.size() % cipher->block_size != 0) {
    return fail(Errc::key_damaged, "key file section");
  }
  if (file.version == 3) HAWSER_TRY(check_cost(file));
  if (passphrase.empty()) return fail(Errc::passphrase_required, "key file");
  auto locks = HAWSER_TRY(file.version == 2 ? derive_version_2(engine, *cipher, passphrase)
                                            : derive_version_3(file, *cipher, passphrase));
  const auto stream = HAWSER_TRY(
      cipher->make_stream(locks.cipher_key.view(), locks.iv.view(), crypto::Direction::decrypt));
  HAWSER_TRY(stream->process(section.view(), section.span()));
  return locks;
}

struct Authenticated {
  wire::Text type;
  wire::Text cipher;
  wire::Text comment;
  wire::Blob public_blob;
  wire::Blob section;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.type, m.cipher, m.comment, m.public_blob, m.section);
  }
};

Status check_mac(const crypto::Engine& engine, const PpkFields& file, ByteView mac_key,
                 ByteView section) {
  const Authenticated content{wire::Text(file.type), wire::Text(file.cipher),
                              wire::Text(file.comment), wire::Blob(file.public_blob),
                              wire::Blob(section)};
  SecretBytes message(wire::encoded_size(content));
  wire::encode(wire::SpanSink(message.span()), content);
  const auto* row = crypto::find_mac(engine, file.version == 2 ? "hmac-sha1" : "hmac-sha2-256");
  if (row == nullptr) return fail(Errc::key_unsupported, "key file mac");
  const auto mac = HAWSER_TRY(row->make(mac_key));
  Bytes computed(row->tag_size);
  HAWSER_TRY(mac->compute(Gather(message.view()), computed));
  if (constant_time_equal(computed, file.mac)) return {};
  // Of an encrypted file either may be the reason.
  return fail(file.cipher == kPpkNoCipher ? Errc::key_damaged : Errc::passphrase_wrong,
              "key file mac");
}

struct PpkRsaPrivate {
  wire::Mpint d;
  wire::Mpint p;
  wire::Mpint q;
  wire::Mpint iqmp;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.d, m.p, m.q, m.iqmp); }
};

// What follows in the reader is padding.
Result<KeyParts> private_parts(const crypto::KeyAlgorithm& row, const KeyParts& public_half,
                               wire::Reader& reader) {
  const auto known = public_half.views();
  if (row.public_parts == 2) {
    const auto key = wire::read<PpkRsaPrivate>(reader);
    if (!reader.ok()) return fail(Errc::key_damaged, "rsa private key");
    return KeyParts{known[1],           known[0],        key.d.magnitude,
                    key.iqmp.magnitude, key.p.magnitude, key.q.magnitude};
  }
  const ByteView secret =
      row.field_size == 0 ? reader.string() : wire::read<EcdsaPrivateNumber>(reader).d.magnitude;
  if (!reader.ok()) return fail(Errc::key_damaged, "private key");
  return KeyParts{known[0], secret};
}

}  // namespace

bool is_ppk(std::string_view text) {
  return text.starts_with(kPpkMagic);
}

Result<MemorySigner> parse_ppk(const crypto::Engine& engine, std::string_view text,
                               ByteView passphrase) {
  const PpkFields file = HAWSER_TRY(read_ppk_fields(text));
  const Bytes key_blob = plain_key_blob(engine, file.public_blob);
  const KeyType* type = find_key_type(engine, key_type_of(key_blob));
  if (type == nullptr || type->is_security_key()) return fail(Errc::key_unsupported, "key type");
  if (key_type_of(file.public_blob) != file.type) return fail(Errc::key_damaged, "key type");
  SecretBytes section = HAWSER_TRY(unwrap(file.private_lines));
  const Locks locks = HAWSER_TRY(unlock(engine, file, passphrase, section));
  HAWSER_TRY(check_mac(engine, file, locks.mac_key.view(), section.view()));

  const auto public_half = public_parts(engine, *type, key_blob);
  if (!public_half) return fail(Errc::key_damaged, "public half in the key file");
  const crypto::KeyAlgorithm& row = *crypto::find_key(engine, type->engine_type);
  wire::Reader reader(section.view());
  const KeyParts parts = HAWSER_TRY(private_parts(row, public_half->of_engine, reader));
  auto signer = HAWSER_TRY(MemorySigner::load(engine, row.key_type, parts.views()));
  signer.set_comment(file.comment);
  return signer;
}

}  // namespace hawser::keys
