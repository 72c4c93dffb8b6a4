#include "hawser/keys/armor.h"

#include "hawser/base/base64.h"
#include "hawser/keys/text_lines.h"

namespace hawser::keys {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

// The label of a line that begins with `mark`, "" if it is none.
std::string_view label_of(std::string_view line, std::string_view mark) {
  while (!line.empty() && kBlank.contains(line.back())) line.remove_suffix(1);
  if (!line.starts_with(mark) || !line.ends_with(kDashes)) return {};
  if (line.size() < mark.size() + kDashes.size()) return {};
  return line.substr(mark.size(), line.size() - mark.size() - kDashes.size());
}

}  // namespace

Result<Armored> find_private_block(std::string_view text) {
  std::string_view rest = text;
  std::string_view label;
  while (!label.ends_with("PRIVATE KEY")) {
    if (rest.empty()) return fail(Errc::key_unsupported, "no private key in the file");
    label = label_of(take_line(rest), kBegin);
  }
  const std::string_view body = rest;
  while (!rest.empty()) {
    const std::string_view before = rest;
    if (label_of(take_line(rest), kEnd) == label) {
      return Armored{label, body.substr(0, body.size() - before.size())};
    }
  }
  return fail(Errc::key_damaged, "key file without an end");
}

Result<SecretBytes> unwrap(std::string_view body) {
  SecretBytes joined(body.size());
  std::size_t size = 0;
  for (char letter : body) {
    if (letter != '\n' && letter != '\r' && !kBlank.contains(letter)) {
      joined.span()[size++] = static_cast<std::uint8_t>(letter);
    }
  }
  auto decoded = base64_decode_secret(as_text(joined.view().first(size)));
  if (!decoded) return fail(Errc::key_damaged, "key file base64");
  return decoded;
}

}  // namespace hawser::keys
