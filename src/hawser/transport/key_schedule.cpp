#include "hawser/transport/key_schedule.h"

#include "hawser/wire/codec.h"

namespace hawser::transport {

namespace {

// K1 = HASH(K || H || letter || session_id); K(n+1) = HASH(K || H || K1 || ... || Kn).
class KeyDerivation {
 public:
  KeyDerivation(const crypto::HashAlgorithm& row, ByteView shared, ByteView hash,
                ByteView session_id)
      : row_(row), shared_(shared), hash_(hash), session_id_(session_id) {}

  [[nodiscard]] Result<SecretBytes> derive(char letter, std::size_t size) const {
    const auto hasher = HAWSER_TRY(row_.make());
    const auto letter_byte = static_cast<std::uint8_t>(letter);
    const std::size_t digest = row_.digest_size;
    SecretBytes key((size + digest - 1) / digest * digest);
    for (std::size_t done = 0; done < key.size(); done += digest) {
      hasher->update(shared_);
      hasher->update(hash_);
      if (done == 0) {
        hasher->update({&letter_byte, 1});
        hasher->update(session_id_);
      } else {
        hasher->update(key.view().first(done));
      }
      HAWSER_TRY(hasher->finish(key.span().subspan(done, digest)));
    }
    key.resize(size);
    return key;
  }

 private:
  const crypto::HashAlgorithm& row_;
  ByteView shared_;
  ByteView hash_;
  ByteView session_id_;
};

Result<ProtectionKeys> derive_direction(const KeyDerivation& derivation,
                                        const ProtectionSuite& suite, char iv, char cipher,
                                        char mac) {
  ProtectionKeys keys;
  keys.iv = HAWSER_TRY(derivation.derive(iv, suite.cipher->iv_size));
  keys.cipher_key = HAWSER_TRY(derivation.derive(cipher, suite.cipher->key_size));
  if (suite.mac != nullptr) keys.mac_key = HAWSER_TRY(derivation.derive(mac, suite.mac->key_size));
  return keys;
}

}  // namespace

Result<Bytes> exchange_hash(const crypto::Engine& engine, crypto::HashId hash,
                            const Transcript& transcript, const KexOutcome& outcome) {
  const auto* row = crypto::find_hash(engine, hash);
  if (row == nullptr) return fail(Errc::internal, "exchange_hash");
  const auto hasher = HAWSER_TRY(row->make());
  crypto::HashSink sink(*hasher);
  wire::put_string(sink, as_bytes(transcript.client_line));
  wire::put_string(sink, as_bytes(transcript.server_line));
  wire::put_string(sink, transcript.client_kexinit);
  wire::put_string(sink, transcript.server_kexinit);
  wire::put_string(sink, outcome.host_key);
  sink.put(outcome.public_values);
  sink.put(outcome.shared.view());
  Bytes digest(row->digest_size);
  HAWSER_TRY(hasher->finish(digest));
  return digest;
}

Result<SessionKeys> derive_keys(const crypto::Engine& engine, const Agreed& agreed, ByteView shared,
                                ByteView hash, ByteView session_id) {
  const auto* row = crypto::find_hash(engine, agreed.kex->hash);
  if (row == nullptr) return fail(Errc::internal, "derive_keys");
  const KeyDerivation derivation(*row, shared, hash, session_id);
  SessionKeys keys;
  keys.client_to_server =
      HAWSER_TRY(derive_direction(derivation, agreed.client_to_server, 'A', 'C', 'E'));
  keys.server_to_client =
      HAWSER_TRY(derive_direction(derivation, agreed.server_to_client, 'B', 'D', 'F'));
  return keys;
}

}  // namespace hawser::transport
