#include "hawser/base/display.h"

#include <algorithm>
#include <cstdio>

namespace hawser {

namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t length;  // 0: not UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF.
CodePoint decode_utf8(ByteView text) {
  const std::uint8_t lead = text[0];
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((lead & 0xe0) == 0xc0) {
    length = 2, value = lead & 0x1fu, smallest = 0x80;
  } else if ((lead & 0xf0) == 0xe0) {
    length = 3, value = lead & 0x0fu, smallest = 0x800;
  } else if ((lead & 0xf8) == 0xf0) {
    length = 4, value = lead & 0x07u, smallest = 0x10000;
  } else {
    return {0, 0};
  }
  if (text.size() < length) return {0, 0};
  for (std::size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xc0) != 0x80) return {0, 0};
    value = value << 6 | (text[i] & 0x3fu);
  }
  if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {0, 0};
  return {value, length};
}

bool is_dangerous(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x061c ||
         code_point == 0x200e || code_point == 0x200f ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069) || code_point == 0xfeff;
}

void append_escape(std::string& out, ByteView bytes) {
  for (std::uint8_t byte : bytes) {
    char escape[5];
    std::snprintf(escape, sizeof(escape), "\\x%02x", byte);
    out += escape;
  }
}

}  // namespace

std::string display(ByteView text, std::size_t max_bytes, Lines lines) {
  std::string out;
  // At once: what grows by doubling holds three times as much for a moment.
  out.reserve(std::min(max_bytes, 4 * text.size()));
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    const ByteView unit = text.first(point.length == 0 ? 1 : point.length);
    const bool is_kept_space =
        lines == Lines::keep && (point.value == '\n' || point.value == '\t') && point.length == 1;
    if (lines == Lines::keep && as_text(text).starts_with("\r\n")) {
      text = text.subspan(1);  // a line's end all the same
      continue;
    }
    std::string shown;
    if (point.length == 0 || (is_dangerous(point.value) && !is_kept_space)) {
      append_escape(shown, unit);
    } else if (point.value == '\\') {
      shown = "\\\\";
    } else {
      shown = as_text(unit);
    }
    if (out.size() + shown.size() + 3 > max_bytes) {
      out += "...";
      return out;
    }
    out += shown;
    text = text.subspan(unit.size());
  }
  return out;
}

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

}  // namespace hawser
