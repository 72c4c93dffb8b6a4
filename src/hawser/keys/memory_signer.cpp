#include "hawser/keys/memory_signer.h"

#include "hawser/base/limits.h"
#include "hawser/keys/key_parts.h"
#include "hawser/keys/public_key.h"

namespace hawser::keys {

namespace {

// A sound RSA key that is shorter than we use: not damaged, as the engine would call it.
bool is_short_rsa(const crypto::KeyAlgorithm& row, std::span<const ByteView> private_parts) {
  if (row.public_parts != 2) return false;
  const ByteView n = wire::Mpint(private_parts[0]).trimmed();
  return n.size() < limits::kRsaBitsMin / 8;
}

}  // namespace

Result<MemorySigner> MemorySigner::load(const crypto::Engine& engine, std::string_view key_type,
                                        std::span<const ByteView> private_parts) {
  const crypto::KeyAlgorithm* row = crypto::find_key(engine, key_type);
  if (row == nullptr) return fail(Errc::key_unsupported, "key type");
  if (private_parts.size() != row->private_parts) return fail(Errc::key_damaged, "key parts");
  if (is_short_rsa(*row, private_parts)) return fail(Errc::key_unsupported, "rsa key size");
  MemorySigner signer;
  signer.key_ = HAWSER_TRY(row->load_private(private_parts));
  signer.type_ = row->key_type;
  signer.field_size_ = row->field_size;
  signer.public_blob_ = public_blob_of(*row, private_parts);
  for (ByteView part : private_parts) signer.parts_.emplace_back(part);
  return signer;
}

Result<Bytes> MemorySigner::sign(const crypto::Engine& engine, std::string_view algorithm,
                                 ByteView message) const {
  const crypto::SignatureAlgorithm* row = crypto::find_signature(engine, algorithm);
  if (row == nullptr || row->key_type != type_) {
    return fail(Errc::key_unsupported, "signature algorithm");
  }
  const Bytes raw = HAWSER_TRY(key_->sign(row->hash, message));
  return encode_signature(row->name, field_size_, raw);
}

}  // namespace hawser::keys
