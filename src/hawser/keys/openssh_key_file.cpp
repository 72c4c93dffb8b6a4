//   file    = "openssh-key-v1" NUL, string cipher, string kdf, string kdf options, uint32 1,
//             string public key blob, string section, tag of an authenticated cipher
//   section = uint32 check, uint32 the same check, string type, private fields, string comment,
//             padding 1 2 3 ... up to the cipher's block size
#include "hawser/keys/openssh_key_file.h"

#include "hawser/base/limits.h"
#include "hawser/crypto/kdf.h"
#include "hawser/keys/key_parts.h"
#include "hawser/keys/public_key.h"
#include "hawser/wire/codec.h"

namespace hawser::keys {

namespace {

constexpr std::array<std::uint8_t, 15> kMagic = {'o', 'p', 'e', 'n', 's', 's', 'h', '-',
                                                 'k', 'e', 'y', '-', 'v', '1', 0};
constexpr std::string_view kNone = "none";
constexpr std::size_t kPlainBlock = 8;  // what a section without a cipher is padded to

struct Envelope {
  wire::Fixed<kMagic.size()> magic;
  wire::Text cipher;
  wire::Text kdf;
  wire::Blob kdf_options;
  std::uint32_t key_count = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.magic, m.cipher, m.kdf, m.kdf_options, m.key_count);
  }
};

struct Sections {
  wire::Blob public_key;
  wire::Blob private_key;
  wire::Rest tag;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.public_key, m.private_key, m.tag);
  }
};

struct BcryptOptions {
  wire::Blob salt;
  std::uint32_t rounds = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.salt, m.rounds); }
};

struct Checks {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.first, m.second); }
};

struct Locked {
  ByteView section;
  ByteView tag;
};

Result<SecretBytes> open_stream(const crypto::CipherAlgorithm& cipher, ByteView key, ByteView iv,
                                Locked locked) {
  const auto made = HAWSER_TRY(cipher.make_stream(key, iv, crypto::Direction::decrypt));
  SecretBytes plain(locked.section.size());
  HAWSER_TRY(made->process(locked.section, plain.span()));
  return plain;
}

Result<SecretBytes> open_gcm(const crypto::CipherAlgorithm& cipher, ByteView key, ByteView iv,
                             Locked locked) {
  const auto made = HAWSER_TRY(cipher.make_aead(key, crypto::Direction::decrypt));
  SecretBytes plain(locked.section);
  HAWSER_TRY(made->open(iv, {}, plain.span(), locked.tag));
  return plain;
}

// The engine's interface is made for packets, which begin with a length under a key of its own; a
// key file has none. So open() serves to check the tag, which covers the same bytes either way, and
// seal() to decrypt: the cipher is its own inverse.
Result<SecretBytes> open_chacha_poly(const crypto::CipherAlgorithm& cipher, ByteView key,
                                     Locked locked) {
  constexpr std::size_t kLengthField = 4;
  const auto made = HAWSER_TRY(cipher.make_chacha_poly(key));
  SecretBytes checked(locked.section);
  HAWSER_TRY(made->open(0, checked.span(), locked.tag));
  SecretBytes out(kLengthField + locked.section.size());
  SecretBytes unused_tag(cipher.tag_size);
  HAWSER_TRY(made->seal(0, 0, Gather(locked.section), out.span(), unused_tag.span()));
  return SecretBytes(out.view().subspan(kLengthField));
}

Result<SecretBytes> open_by_mode(const crypto::CipherAlgorithm& cipher, ByteView key, ByteView iv,
                                 Locked locked) {
  switch (cipher.mode) {
    case crypto::CipherMode::stream:
    case crypto::CipherMode::cbc:
      return open_stream(cipher, key, iv, locked);
    case crypto::CipherMode::gcm:
      return open_gcm(cipher, key, iv, locked);
    case crypto::CipherMode::chacha_poly:
      return open_chacha_poly(cipher, key, locked);
  }
  return fail(Errc::internal, "cipher mode");
}

Status check_sizes(Locked locked, std::size_t block_size, std::size_t tag_size) {
  if (locked.section.empty() || locked.section.size() % block_size != 0) {
    return fail(Errc::key_damaged, "key file section");
  }
  if (locked.tag.size() != tag_size) return fail(Errc::key_damaged, "key file end");
  return {};
}

Result<SecretBytes> decrypt(const crypto::Engine& engine, const Envelope& envelope, Locked locked,
                            ByteView passphrase) {
  const crypto::CipherAlgorithm* cipher = crypto::find_cipher(engine, envelope.cipher.view());
  if (cipher == nullptr) return fail(Errc::key_unsupported, "key file cipher");
  if (envelope.kdf.view() != "bcrypt") return fail(Errc::key_unsupported, "key file kdf");
  const auto options = wire::decode<BcryptOptions>(envelope.kdf_options.bytes);
  if (!options || options->salt.bytes.empty() || options->rounds == 0) {
    return fail(Errc::key_damaged, "bcrypt options");
  }
  if (options->rounds > limits::kBcryptRounds) {
    return fail(Errc::kdf_too_expensive, "bcrypt rounds", options->rounds);
  }
  HAWSER_TRY(check_sizes(locked, cipher->block_size, cipher->tag_size));
  if (passphrase.empty()) return fail(Errc::passphrase_required, "key file");

  SecretBytes derived(cipher->key_size + cipher->iv_size);
  HAWSER_TRY(crypto::bcrypt_pbkdf(engine, passphrase, options->salt.bytes, options->rounds,
                                  derived.span()));
  auto plain = open_by_mode(*cipher, derived.view().first(cipher->key_size),
                            derived.view().subspan(cipher->key_size), locked);
  if (!plain && plain.error().code == Errc::mac_mismatch) {
    return fail(Errc::passphrase_wrong, "key file tag");
  }
  return plain;
}

bool is_padding(ByteView bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != static_cast<std::uint8_t>(i + 1)) return false;
  }
  return true;
}

Result<MemorySigner> parse_section(const crypto::Engine& engine, ByteView section,
                                   ByteView public_blob, Errc if_checks_differ) {
  wire::Reader reader(section);
  const auto checks = wire::read<Checks>(reader);
  if (checks.first != checks.second) return fail(if_checks_differ, "key file check");
  const std::string_view type = as_text(reader.string());
  if (!reader.ok()) return fail(Errc::key_damaged, "key file section");
  const crypto::KeyAlgorithm* row = crypto::find_key(engine, type);
  if (row == nullptr) return fail(Errc::key_unsupported, "key type");
  const KeyParts parts = HAWSER_TRY(read_private_parts(*row, reader));
  const std::string_view comment = as_text(reader.string());
  if (!reader.ok() || !is_padding(reader.rest())) return fail(Errc::key_damaged, "key file end");
  auto signer = HAWSER_TRY(MemorySigner::load(engine, row->key_type, parts.views()));
  if (!equal(signer.public_blob(), public_blob)) {
    return fail(Errc::key_damaged, "public half in the key file");
  }
  signer.set_comment(comment);
  return signer;
}

}  // namespace

Result<MemorySigner> parse_openssh_key(const crypto::Engine& engine, ByteView file,
                                       ByteView passphrase) {
  wire::Reader reader(file);
  const auto envelope = wire::read<Envelope>(reader);
  if (!reader.ok() || envelope.magic.bytes != kMagic) return fail(Errc::key_damaged, "key file");
  if (envelope.key_count == 0) return fail(Errc::key_damaged, "key file count");
  if (envelope.key_count > 1) return fail(Errc::key_unsupported, "key file count");
  const auto sections = wire::read<Sections>(reader);
  if (!reader.ok()) return fail(Errc::key_damaged, "key file");
  const ByteView public_blob = sections.public_key.bytes;
  // Said before the passphrase is asked for.
  if (crypto::find_key(engine, key_type_of(public_blob)) == nullptr) {
    return fail(Errc::key_unsupported, "key type");
  }

  const Locked locked{sections.private_key.bytes, sections.tag.bytes};
  const bool has_cipher = envelope.cipher.view() != kNone;
  if (has_cipher != (envelope.kdf.view() != kNone)) return fail(Errc::key_damaged, "key file kdf");
  if (!has_cipher) {
    HAWSER_TRY(check_sizes(locked, kPlainBlock, 0));
    return parse_section(engine, locked.section, public_blob, Errc::key_damaged);
  }
  const SecretBytes section = HAWSER_TRY(decrypt(engine, envelope, locked, passphrase));
  return parse_section(engine, section.view(), public_blob, Errc::passphrase_wrong);
}

}  // namespace hawser::keys
