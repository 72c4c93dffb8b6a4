#include "hawser/crypto/engine.h"

namespace hawser::crypto {

namespace {

template <typename Row, typename Key>
const Row* find_row(std::span<const Row> rows, Key Row::* column, Key wanted) {
  for (const Row& row : rows) {
    if (row.*column == wanted) return &row;
  }
  return nullptr;
}

}  // namespace

const HashAlgorithm* find_hash(const Engine& engine, HashId id) {
  return find_row(engine.hashes, &HashAlgorithm::id, id);
}
const CipherAlgorithm* find_cipher(const Engine& engine, std::string_view name) {
  return find_row(engine.ciphers, &CipherAlgorithm::name, name);
}
const MacAlgorithm* find_mac(const Engine& engine, std::string_view name) {
  return find_row(engine.macs, &MacAlgorithm::name, name);
}
const AgreementAlgorithm* find_agreement(const Engine& engine, std::string_view name) {
  return find_row(engine.agreements, &AgreementAlgorithm::name, name);
}
const KemAlgorithm* find_kem(const Engine& engine, std::string_view name) {
  return find_row(engine.kems, &KemAlgorithm::name, name);
}
const KeyAlgorithm* find_key(const Engine& engine, std::string_view key_type) {
  return find_row(engine.keys, &KeyAlgorithm::key_type, key_type);
}
const SignatureAlgorithm* find_signature(const Engine& engine, std::string_view name) {
  return find_row(engine.signatures, &SignatureAlgorithm::name, name);
}

Result<Bytes> digest(const Engine& engine, HashId hash, std::span<const ByteView> pieces) {
  const HashAlgorithm* row = find_hash(engine, hash);
  if (row == nullptr || row->digest_size == 0) return fail(Errc::internal, "digest");
  const auto made = HAWSER_TRY(row->make());
  for (ByteView piece : pieces) made->update(piece);
  Bytes out(row->digest_size);
  HAWSER_TRY(made->finish(out));
  return out;
}

}  // namespace hawser::crypto
