// Private key files of every format. Those whose passphrase would take long to try are read
// without one: what they cost is bounded by limits, which unit tests hold to.
#include "hawser/base/base64.h"
#include "hawser/keys/armor.h"
#include "hawser/keys/openssh_key_writer.h"
#include "hawser/keys/ppk_fields.h"
#include "hawser/keys/ppk_file.h"
#include "hawser/keys/private_key_file.h"
#include "hawser/wire/codec.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

constexpr std::uint32_t kRoundsMost = 2;
constexpr std::uint64_t kHashesMost = 5000;
constexpr std::uint32_t kMemoryMost = 256;  // KiB

bool is_cheap_ppk(std::string_view text) {
  const auto fields = keys::read_ppk_fields(text);
  if (!fields) return true;  // it is not read any further
  return fields->argon2.memory_kib <= kMemoryMost && fields->argon2.passes <= kRoundsMost;
}

// After "bcrypt": the options, which are a salt and the rounds.
bool is_cheap_bcrypt(ByteView file) {
  constexpr std::string_view kName = "bcrypt";
  const std::size_t at = as_text(file).find(kName);
  if (at == std::string_view::npos) return true;
  wire::Reader reader(file.subspan(at + kName.size()));
  wire::Reader options(reader.string());
  (void)options.string();
  return options.uint32() <= kRoundsMost;
}

// After the name of a derivation (PKCS #5 or #12): a salt and the rounds, in DER.
bool is_cheap_der(ByteView der) {
  for (const std::string_view prefix :
       {"\x2a\x86\x48\x86\xf7\x0d\x01\x05", "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"}) {
    for (std::size_t at = as_text(der).find(prefix); at != std::string_view::npos;
         at = as_text(der).find(prefix, at + 1)) {
      const ByteView rest = der.subspan(at + prefix.size());
      for (std::size_t i = 0; i + 2 < std::min<std::size_t>(rest.size(), 80); ++i) {
        if (rest[i] != 2 || rest[i + 1] > 8) continue;  // an INTEGER
        std::uint64_t value = 0;
        for (std::size_t k = 0; k < rest[i + 1] && i + 2 + k < rest.size(); ++k) {
          value = value << 8 | rest[i + 2 + k];
        }
        if (value > kHashesMost) return false;
      }
    }
  }
  return true;
}

bool is_cheap(ByteView content) {
  const std::string_view text = as_text(content);
  if (keys::is_ppk(text)) return is_cheap_ppk(text);
  const auto block = keys::find_private_block(text);
  if (!block) return true;
  const auto file = keys::unwrap(block->body);
  // Armor that only the library can read.
  if (!file) return block->label == "OPENSSH PRIVATE KEY";
  return is_cheap_bcrypt(file->view()) && is_cheap_der(file->view());
}

void read(ByteView content, ByteView passphrase) {
  const crypto::Engine& engine = crypto::openssl_engine();
  const auto key = keys::parse_private_key(engine, content, passphrase);
  if (!key) {
    HAWSER_EXPECT(key.error().code != Errc::internal);
    return;
  }
  const auto written = keys::write_openssh_key(engine, *key, {});
  HAWSER_EXPECT(written);
  const auto again = keys::parse_private_key(engine, written->view(), {});
  HAWSER_EXPECT(again && equal(again->public_blob(), key->public_blob()));
}

// The content of an armored file in place of its base64, so that both are easy to change.
Bytes armored(std::string_view label, ByteView content) {
  const std::string body = base64_encode(content);
  Bytes text;
  for (const std::string_view part : {"-----BEGIN ", label.data(), "-----\n", body.c_str(),
                                      "\n-----END ", label.data(), "-----\n"}) {
    append(text, as_bytes(part));
  }
  return text;
}

}  // namespace

void key_files(ByteView bytes) {
  Input input(bytes);
  const std::uint8_t form = input.byte();
  const std::string_view passphrase = (form & 8) != 0 ? "passphrase" : "";
  const ByteView rest = input.rest();
  constexpr std::string_view kLabels[] = {"OPENSSH PRIVATE KEY", "PRIVATE KEY", "RSA PRIVATE KEY",
                                          "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"};
  const std::size_t label = form & 7;
  const Bytes content = label < std::size(kLabels) ? armored(kLabels[label], rest) : to_bytes(rest);
  read(content, as_bytes(is_cheap(content) ? passphrase : ""));
}

}  // namespace hawser::fuzz
