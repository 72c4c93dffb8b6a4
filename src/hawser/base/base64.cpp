#include "hawser/base/base64.h"

#include <algorithm>

namespace hawser {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

Result<std::string_view> without_padding(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Errc::malformed_message, "base64 length");
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

// Requires: out.size() is what the digits give, digits.size() * 6 / 8.
Status decode_digits(std::string_view digits, ByteSpan out) {
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t done = 0;
  for (char digit : digits) {
    const std::int8_t value = kValues[static_cast<std::uint8_t>(digit)];
    if (value < 0) return fail(Errc::malformed_message, "base64 digit");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[done++] = static_cast<std::uint8_t>(bits >> held);
      bits &= (1u << held) - 1;
    }
  }
  if (bits != 0) return fail(Errc::malformed_message, "base64 stray bits");
  return {};
}

}  // namespace

std::string base64_encode(ByteView bytes, Base64Padding padding) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (count > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (count > 2) group |= bytes[i + 2];
    for (std::size_t digit = 0; digit <= count; ++digit) {
      out += kAlphabet[group >> (18 - 6 * digit) & 63];
    }
    if (padding == Base64Padding::with) out.append(3 - count, '=');
  }
  return out;
}

Result<Bytes> base64_decode(std::string_view text) {
  const std::string_view digits = HAWSER_TRY(without_padding(text));
  Bytes out(digits.size() * 6 / 8);
  HAWSER_TRY(decode_digits(digits, out));
  return out;
}

Result<SecretBytes> base64_decode_secret(std::string_view text) {
  const std::string_view digits = HAWSER_TRY(without_padding(text));
  SecretBytes out(digits.size() * 6 / 8);
  HAWSER_TRY(decode_digits(digits, out.span()));
  return out;
}

}  // namespace hawser
