//   RFC 4716 = "---- BEGIN SSH2 PUBLIC KEY ----", headers, lines of base64,
//              "---- END SSH2 PUBLIC KEY ----"
//   header   = name ": " value; a line that ends in "\" goes on in the next
#include "hawser/keys/public_key_file.h"

#include <algorithm>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/keys/public_key.h"
#include "hawser/keys/text_lines.h"

namespace hawser::keys {

namespace {

constexpr std::string_view kBegin = "---- BEGIN SSH2 PUBLIC KEY ----";
constexpr std::string_view kEnd = "---- END SSH2 PUBLIC KEY ----";
constexpr std::size_t kLine = 70;      // RFC 4716 3.1 allows 72
constexpr std::size_t kHeader = 1024;  // RFC 4716 3.3, of a value

std::unexpected<Error> damaged(const char* where) {
  return fail(Errc::key_damaged, where);
}

Result<Bytes> sound(Bytes blob, const char* where) {
  const std::string_view type = key_type_of(blob);
  // As the first word of a line, "#" makes it a comment.
  if (blob.size() > limits::kCertificateBlob || type.empty() || type.starts_with('#')) {
    return damaged(where);
  }
  return blob;
}

Result<PublicKeyFile> parse_line(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view type = take_word(line);
    if (type.empty() || type.starts_with('#')) continue;
    auto blob = base64_decode(take_word(line));
    if (!blob || key_type_of(*blob) != type) return damaged("public key line");
    return PublicKeyFile{HAWSER_TRY(sound(*std::move(blob), "public key line")), std::string(line)};
  }
  return damaged("public key line");
}

// RFC 4716 3.3.2: quotes around the whole value are not part of it.
std::string unquoted(std::string value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"')) return value;
  return value.substr(1, value.size() - 2);
}

Result<PublicKeyFile> parse_rfc4716(std::string_view text) {
  take_line(text);
  PublicKeyFile file;
  std::string base64;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line == kEnd) {
      auto blob = base64_decode(base64);
      if (!blob) return damaged("public key file base64");
      file.blob = HAWSER_TRY(sound(*std::move(blob), "public key file"));
      return file;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      base64 += line;
      continue;
    }
    std::string value(line.substr(colon + 1));
    while (value.ends_with('\\') && !text.empty()) {
      value.pop_back();
      value += take_line(text);
    }
    if (value.size() > kHeader + 1) return damaged("public key file header");
    const auto is_same = [](char a, char b) { return (a | 0x20) == b; };
    if (std::ranges::equal(line.substr(0, colon), std::string_view("comment"), is_same)) {
      file.comment = unquoted(value.substr(std::min<std::size_t>(value.starts_with(' '), 1)));
    }
  }
  return damaged("public key file without an end");
}

std::string one_line(std::string_view comment) {
  std::string line(comment);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return line;
}

}  // namespace

Result<PublicKeyFile> parse_public_key_file(ByteView content) {
  if (content.size() > limits::kKeyFile) return damaged("public key size");
  // A blob begins with the length of its type's name, so with a zero byte; no text does.
  if (!content.empty() && content[0] == 0) {
    return PublicKeyFile{HAWSER_TRY(sound(to_bytes(content), "public key blob")), ""};
  }
  const std::string_view text = as_text(content);
  return text.starts_with(kBegin) ? parse_rfc4716(text) : parse_line(text);
}

std::string public_key_line(ByteView blob, std::string_view comment) {
  std::string line(key_type_of(blob));
  line += ' ' + base64_encode(blob);
  if (!comment.empty()) line += ' ' + one_line(comment);
  return line + '\n';
}

std::string rfc4716_file(ByteView blob, std::string_view comment) {
  std::string file(kBegin);
  file += '\n';
  if (!comment.empty()) {
    std::string header = "Comment: \"" + one_line(comment.substr(0, kHeader - 2)) + '"';
    for (; header.size() > kLine; header.erase(0, kLine)) file += header.substr(0, kLine) + "\\\n";
    file += header + '\n';
  }
  const std::string base64 = base64_encode(blob);
  for (std::size_t at = 0; at < base64.size(); at += kLine) {
    file += base64.substr(at, kLine) + '\n';
  }
  return file + std::string(kEnd) + '\n';
}

}  // namespace hawser::keys
