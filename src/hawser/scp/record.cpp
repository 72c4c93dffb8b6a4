#include "hawser/scp/record.h"

#include <array>
#include <charconv>

#include "hawser/base/display.h"
#include "hawser/base/limits.h"

namespace hawser::scp {

namespace {

constexpr std::uint32_t kModeBits = 07777;
constexpr std::size_t kModeDigits = 4;
constexpr std::size_t kMicrosecondDigits = 6;

// Takes digits off the front of a line, and what must stand between them. It fails once and stays
// failed.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  // Only digits: no sign, no "0x", no blank.
  std::uint64_t number(std::size_t most_digits, int base = 10) {
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
    std::uint64_t value = 0;
    const std::string_view run = rest_.substr(0, digits);
    const auto read = std::from_chars(run.data(), run.data() + run.size(), value, base);
    const bool is_whole = read.ec == std::errc() && read.ptr == run.data() + run.size();
    if (digits == 0 || digits > most_digits || !is_whole) {
      is_wrong_ = true;
      return 0;
    }
    digits_ = digits;
    rest_.remove_prefix(digits);
    return value;
  }
  std::int64_t positive() {
    constexpr std::size_t kDigits = 19;  // of 2^63
    const std::uint64_t value = number(kDigits);
    if (value > INT64_MAX) is_wrong_ = true;
    return static_cast<std::int64_t>(value);
  }
  std::uint32_t mode() {
    const auto bits = static_cast<std::uint32_t>(number(kModeDigits, 8));
    if (digits_ != kModeDigits) is_wrong_ = true;
    return bits;
  }
  void blank() {
    if (rest_.starts_with(' ')) {
      rest_.remove_prefix(1);
    } else {
      is_wrong_ = true;
    }
  }
  std::string rest() { return std::string(std::exchange(rest_, {})); }

  [[nodiscard]] bool is_whole() const { return !is_wrong_ && rest_.empty(); }

 private:
  std::string_view rest_;
  std::size_t digits_ = 0;  // of the last number
  bool is_wrong_ = false;
};

Record read_file(Fields& fields) {
  FileRecord file;
  file.mode = fields.mode();
  fields.blank();
  file.size = static_cast<std::uint64_t>(fields.positive());
  fields.blank();
  file.name = fields.rest();
  return file;
}

Record read_directory(Fields& fields) {
  DirectoryRecord directory;
  directory.mode = fields.mode();
  fields.blank();
  (void)fields.positive();  // nobody says what it means
  fields.blank();
  directory.name = fields.rest();
  return directory;
}

Record read_times(Fields& fields) {
  Times times;
  times.modified = fields.positive();
  fields.blank();
  (void)fields.number(kMicrosecondDigits);
  fields.blank();
  times.accessed = fields.positive();
  fields.blank();
  (void)fields.number(kMicrosecondDigits);
  return times;
}

bool continues_character(char c) {
  return (c & 0xc0) == 0x80;
}

// Escaped. What is the matter stands at one end, most often behind a name that may be long: of what
// is too long the middle goes.
std::string complaint_text(ByteView text) {
  constexpr std::string_view kCut = "...";
  constexpr std::size_t kLongestEscape = 4;  // of a byte
  std::string shown = display(text, kLongestEscape * text.size() + kCut.size());
  if (shown.size() <= limits::kTextShown) return shown;
  constexpr std::size_t kHalf = (limits::kTextShown - kCut.size()) / 2;
  std::size_t first = kHalf;
  std::size_t last = shown.size() - kHalf;
  while (first > 0 && continues_character(shown[first])) --first;
  while (last < shown.size() && continues_character(shown[last])) ++last;
  return shown.replace(first, last - first, kCut);
}

std::string mode_digits(std::uint32_t mode) {
  std::array<char, kModeDigits> digits{};
  for (std::size_t i = 0; i < kModeDigits; ++i) {
    digits[kModeDigits - 1 - i] = static_cast<char>('0' + ((mode >> (3 * i)) & 7));
  }
  return {digits.data(), digits.size()};
}

}  // namespace

Result<Record> parse_record(ByteView line) {
  const std::string_view text = as_text(line);
  if (text.empty()) return fail(Errc::scp_protocol, "record");
  Fields fields(text.substr(1));
  Record record;
  switch (text.front()) {
    case '\0':
      break;
    case '\1':
    case '\2':
      return Complaint{text.front() == '\2', complaint_text(line.subspan(1))};
    case 'C':
      record = read_file(fields);
      break;
    case 'D':
      record = read_directory(fields);
      break;
    case 'T':
      record = read_times(fields);
      break;
    case 'E':
      record = EndRecord{};
      break;
    default:
      return fail(Errc::scp_protocol, "record");
  }
  if (!fields.is_whole()) return fail(Errc::scp_protocol, "record");
  return record;
}

std::string encode(const Times& times) {
  return "T" + std::to_string(times.modified) + " 0 " + std::to_string(times.accessed) + " 0\n";
}

std::string encode(const FileRecord& file) {
  return "C" + mode_digits(file.mode & kModeBits) + " " + std::to_string(file.size) + " " +
         file.name + "\n";
}

std::string encode(const DirectoryRecord& directory) {
  return "D" + mode_digits(directory.mode & kModeBits) + " 0 " + directory.name + "\n";
}

std::string encode(const EndRecord& /*end*/) {
  return "E\n";
}

std::string encode_complaint(std::string_view text) {
  return "\1scp: " + display(as_bytes(text)) + "\n";
}

bool is_safe_name(std::string_view name) {
  constexpr std::string_view kSeparators("/\0", 2);
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(kSeparators) == std::string_view::npos;
}

}  // namespace hawser::scp
