#include "hawser/keys/openssh_key_writer.h"

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/crypto/kdf.h"
#include "hawser/keys/private_fields.h"
#include "hawser/wire/codec.h"

namespace hawser::keys {

namespace {

constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
constexpr std::string_view kCipher = "aes256-ctr";
constexpr std::size_t kSalt = 16;
constexpr std::size_t kPlainBlock = 8;
constexpr std::size_t kLine = 70;  // of base64, as ssh-keygen writes

// The section as it stands before encryption, padded.
Result<SecretBytes> section_of(const crypto::Engine& engine, const MemorySigner& key,
                               std::size_t block_size) {
  std::array<std::uint8_t, 4> check{};
  HAWSER_TRY(engine.random->fill(check));
  const crypto::KeyAlgorithm& row = *crypto::find_key(engine, key.type());
  const auto put = [&](auto& sink) {
    sink.put(check);
    sink.put(check);
    wire::put_string(sink, as_bytes(key.type()));
    put_private_fields(sink, row, key);
    wire::put_string(sink, as_bytes(key.comment()));
  };
  wire::SizeSink size;
  put(size);
  const std::size_t padding = (block_size - size.size() % block_size) % block_size;
  SecretBytes section(size.size() + padding);
  wire::SpanSink sink(section.span().first(size.size()));
  put(sink);
  for (std::size_t i = 0; i < padding; ++i) {
    section.span()[size.size() + i] = static_cast<std::uint8_t>(i + 1);
  }
  return section;
}

// Encrypts the section in place.
Status lock(const crypto::Engine& engine, const crypto::CipherAlgorithm& cipher, ByteView salt,
            std::uint32_t rounds, ByteView passphrase, ByteSpan section) {
  SecretBytes derived(cipher.key_size + cipher.iv_size);
  HAWSER_TRY(crypto::bcrypt_pbkdf(engine, passphrase, salt, rounds, derived.span()));
  const auto stream = HAWSER_TRY(cipher.make_stream(derived.view().first(cipher.key_size),
                                                    derived.view().subspan(cipher.key_size),
                                                    crypto::Direction::encrypt));
  return stream->process(section, section);
}

// The base64 passes through a std::string, which is wiped.
SecretBytes armored(ByteView file) {
  constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----\n";
  std::string base64 = base64_encode(file);
  const std::size_t lines = (base64.size() + kLine - 1) / kLine;
  SecretBytes text(kBegin.size() + base64.size() + lines + kEnd.size());
  wire::SpanSink sink(text.span());
  sink.put(as_bytes(kBegin));
  for (std::size_t at = 0; at < base64.size(); at += kLine) {
    sink.put(as_bytes(std::string_view(base64).substr(at, kLine)));
    sink.put(as_bytes("\n"));
  }
  sink.put(as_bytes(kEnd));
  wipe({reinterpret_cast<std::uint8_t*>(base64.data()), base64.size()});
  return text;
}

}  // namespace

Result<SecretBytes> write_openssh_key(const crypto::Engine& engine, const MemorySigner& key,
                                      ByteView passphrase, std::uint32_t rounds) {
  if (rounds == 0 || rounds > limits::kBcryptRounds) {
    return fail(Errc::invalid_argument, "bcrypt rounds", rounds);
  }
  const bool is_locked = !passphrase.empty();
  const crypto::CipherAlgorithm* cipher = crypto::find_cipher(engine, kCipher);
  if (cipher == nullptr) return fail(Errc::key_unsupported, "key file cipher");
  SecretBytes section =
      HAWSER_TRY(section_of(engine, key, is_locked ? cipher->block_size : kPlainBlock));
  Bytes options;
  if (is_locked) {
    std::array<std::uint8_t, kSalt> salt{};
    HAWSER_TRY(engine.random->fill(salt));
    HAWSER_TRY(lock(engine, *cipher, salt, rounds, passphrase, section.span()));
    wire::BytesSink sink(options);
    wire::put_string(sink, salt);
    wire::put_uint32(sink, rounds);
  }
  const auto put = [&](auto& sink) {
    sink.put(as_bytes(kMagic));
    wire::put_string(sink, as_bytes(is_locked ? kCipher : "none"));
    wire::put_string(sink, as_bytes(is_locked ? "bcrypt" : "none"));
    wire::put_string(sink, options);
    wire::put_uint32(sink, 1);
    wire::put_string(sink, key.public_blob());
    wire::put_string(sink, section.view());
  };
  wire::SizeSink size;
  put(size);
  SecretBytes file(size.size());
  wire::SpanSink sink(file.span());
  put(sink);
  return armored(file.view());
}

}  // namespace hawser::keys
