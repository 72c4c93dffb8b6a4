#include "hawser/keys/private_key_file.h"

#include <vector>

#include "hawser/base/limits.h"
#include "hawser/crypto/pem.h"
#include "hawser/keys/armor.h"
#include "hawser/keys/openssh_key_file.h"
#include "hawser/keys/ppk_file.h"
#include "hawser/keys/public_key_file.h"

namespace hawser::keys {

namespace {

// Built anew from what find_private_block() found, so that the library sees no other block.
SecretBytes rearmored(const Armored& block) {
  const std::string_view pieces[] = {"-----BEGIN ", block.label, "-----\n", block.body,
                                     "-----END ",   block.label, "-----\n"};
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  SecretBytes joined(size);
  ByteSpan rest = joined.span();
  for (std::string_view piece : pieces) {
    copy(as_bytes(piece), rest);
    rest = rest.subspan(piece.size());
  }
  return joined;
}

Result<MemorySigner> parse_pem(const crypto::Engine& engine, const Armored& block,
                               ByteView passphrase) {
  const SecretBytes armored = rearmored(block);
  const crypto::RawKey key = HAWSER_TRY(crypto::decode_pem(armored.view(), passphrase));
  std::vector<ByteView> parts;
  for (const SecretBytes& part : key.parts) parts.push_back(part.view());
  return MemorySigner::load(engine, key.key_type, parts);
}

bool is_pem(std::string_view label) {
  return label == "PRIVATE KEY" || label == "ENCRYPTED PRIVATE KEY" || label == "RSA PRIVATE KEY" ||
         label == "EC PRIVATE KEY";
}

}  // namespace

Result<MemorySigner> parse_private_key(const crypto::Engine& engine, ByteView content,
                                       ByteView passphrase) {
  if (content.size() > limits::kKeyFile) return fail(Errc::key_damaged, "key file size");
  if (is_ppk(as_text(content))) return parse_ppk(engine, as_text(content), passphrase);
  const Armored block = HAWSER_TRY(find_private_block(as_text(content)));
  if (is_pem(block.label)) return parse_pem(engine, block, passphrase);
  if (block.label != "OPENSSH PRIVATE KEY") return fail(Errc::key_unsupported, "key file format");
  const SecretBytes file = HAWSER_TRY(unwrap(block.body));
  return parse_openssh_key(engine, file.view(), passphrase);
}

Result<Bytes> parse_public_key_line(ByteView content) {
  return HAWSER_TRY(parse_public_key_file(content)).blob;
}

}  // namespace hawser::keys
