#include "hawser/keys/ppk_fields.h"

#include <charconv>
#include <string>

#include "hawser/base/base64.h"
#include "hawser/keys/text_lines.h"

namespace hawser::keys {

namespace {

constexpr Errc kBad = Errc::key_damaged;

// Takes the file's lines in their order; the first that is not as it should be fails all.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool ok() const { return ok_; }

  // The value of "name: value", which must be next.
  std::string_view value(std::string_view name) {
    std::string_view line = next();
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(": ")) {
      ok_ = false;
      return {};
    }
    return line.substr(name.size() + 2);
  }

  std::uint32_t number(std::string_view name) {
    const std::string_view digits = value(name);
    std::uint32_t parsed = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), parsed);
    if (error != std::errc() || end != digits.end()) ok_ = false;
    return parsed;
  }

  // As many lines as "name: count" says, joined by their own line ends.
  std::string_view block(std::string_view name) {
    const std::uint32_t count = number(name);
    const std::string_view before = rest_;
    for (std::uint32_t i = 0; ok_ && i < count; ++i) next();
    return ok_ ? before.substr(0, before.size() - rest_.size()) : std::string_view{};
  }

  Bytes hex(std::string_view name) {
    const std::string_view digits = value(name);
    Bytes bytes(digits.size() / 2);
    if (digits.size() % 2 != 0) ok_ = false;
    for (std::size_t i = 0; ok_ && i < bytes.size(); ++i) {
      const char* first = digits.data() + 2 * i;
      const auto [end, error] = std::from_chars(first, first + 2, bytes[i], 16);
      if (error != std::errc() || end != first + 2) ok_ = false;
    }
    return bytes;
  }

 private:
  std::string_view next() {
    if (!rest_.empty()) return take_line(rest_);
    ok_ = false;
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

Result<Bytes> decoded(std::string_view lines) {
  std::string joined;
  for (char letter : lines) {
    if (letter != '\n' && letter != '\r') joined += letter;
  }
  auto bytes = base64_decode(joined);
  if (!bytes) return fail(kBad, "key file base64");
  return bytes;
}

Status read_derivation(Lines& lines, PpkFields& file) {
  const std::string_view kind = lines.value("Key-Derivation");
  file.argon2.memory_kib = lines.number("Argon2-Memory");
  file.argon2.passes = lines.number("Argon2-Passes");
  file.argon2.lanes = lines.number("Argon2-Parallelism");
  file.salt = lines.hex("Argon2-Salt");
  if (!lines.ok()) return fail(kBad, "key derivation");
  if (kind == "Argon2id") {
    file.argon2.kind = crypto::Argon2Kind::id;
  } else if (kind == "Argon2i") {
    file.argon2.kind = crypto::Argon2Kind::i;
  } else if (kind == "Argon2d") {
    file.argon2.kind = crypto::Argon2Kind::d;
  } else {
    return fail(Errc::key_unsupported, "key derivation");
  }
  return {};
}

}  // namespace

Result<PpkFields> read_ppk_fields(std::string_view text) {
  PpkFields file;
  if (text.starts_with("PuTTY-User-Key-File-2: ")) file.version = 2;
  if (text.starts_with("PuTTY-User-Key-File-3: ")) file.version = 3;
  if (file.version == 0) return fail(Errc::key_unsupported, "key file version");
  Lines lines(text);
  file.type = lines.value(text.substr(0, kPpkMagic.size() + 1));
  file.cipher = lines.value("Encryption");
  file.comment = lines.value("Comment");
  const std::string_view public_lines = lines.block("Public-Lines");
  if (!lines.ok()) return fail(kBad, "key file head");
  if (file.cipher != kPpkNoCipher && file.cipher != kPpkCipher) {
    return fail(Errc::key_unsupported, "key file cipher");
  }
  if (file.version == 3 && file.cipher != kPpkNoCipher) HAWSER_TRY(read_derivation(lines, file));
  file.private_lines = lines.block("Private-Lines");
  file.mac = lines.hex("Private-MAC");
  if (!lines.ok()) return fail(kBad, "key file end");
  file.public_blob = HAWSER_TRY(decoded(public_lines));
  return file;
}

}  // namespace hawser::keys
