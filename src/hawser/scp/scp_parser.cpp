#include "hawser/scp/scp_parser.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "hawser/base/display.h"

namespace hawser::scp {

Result<std::optional<Record>> ScpParser::take(ByteView& bytes) {
  if (bytes.empty()) return std::nullopt;
  if (line_.empty() && bytes.front() == kAccepted) {
    bytes = bytes.subspan(1);
    is_first_ = false;
    return Accepted{};
  }
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{'\n'});
  const auto size = static_cast<std::size_t>(end - bytes.begin());
  constexpr std::string_view kFirst = "\1\2CDTE";
  if (line_.empty() && kFirst.find(static_cast<char>(bytes.front())) == std::string_view::npos) {
    // The end of what is no record is not waited for: there may be none.
    return parse(bytes.first(std::max(size, std::size_t{1})));
  }
  if (line_.size() + size > limits::kScpLine) {
    return fail(Errc::limit_passed, "scp line", static_cast<std::uint32_t>(limits::kScpLine));
  }
  append(line_, bytes.first(size));
  if (end == bytes.end()) {
    bytes = {};
    return std::nullopt;
  }
  bytes = bytes.subspan(size + 1);
  return parse(std::exchange(line_, {}));
}

Result<std::optional<Record>> ScpParser::parse(ByteView line) {
  auto record = parse_record(line);
  const bool is_first = std::exchange(is_first_, false);
  if (record) return *std::move(record);
  if (is_first) greeting_ = display(line, limits::kTextShown);
  return std::unexpected(record.error());
}

}  // namespace hawser::scp
