#include "hawser/transport/identification.h"

#include <algorithm>

#include "hawser/base/limits.h"

namespace hawser::transport {

namespace {

constexpr std::string_view kPrefix = "SSH-";

Status check_version(std::string_view line) {
  line.remove_prefix(kPrefix.size());
  const std::string_view version = line.substr(0, line.find('-'));
  if (version.size() == line.size() || (version != "2.0" && version != "1.99")) {
    return fail(Errc::bad_version, "identification");
  }
  return {};
}

}  // namespace

Result<IdentificationReader::Progress> IdentificationReader::scan(ByteView input) {
  Progress progress;
  for (;;) {
    const ByteView rest = input.subspan(progress.consumed);
    const auto newline = std::find(rest.begin(), rest.end(), std::uint8_t{'\n'});
    const auto length = static_cast<std::size_t>(newline - rest.begin());
    const std::string_view line = as_text(rest.first(length));
    const bool is_identification = line.starts_with(kPrefix);
    const bool is_whole = newline != rest.end();

    if (!rest.empty()) saw_text_ = true;
    const std::size_t max_length =
        is_identification ? limits::kIdentificationLine : limits::kPreBannerLine;
    // Only within the limit: the verdict is the same however the line comes in.
    if (line.substr(0, max_length).find('\0') != std::string_view::npos) {
      return fail(Errc::not_ssh, "identification");
    }
    if (length + (is_whole ? 1 : 0) > max_length) {
      return fail(Errc::identification_too_long, "identification");
    }
    if (!is_whole) return progress;

    progress.consumed += length + 1;
    std::string_view text = line;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (is_identification) {
      if (text.find('\r') != std::string_view::npos) return fail(Errc::not_ssh, "identification");
      if (auto checked = check_version(text); !checked) return std::unexpected(checked.error());
      progress.line.emplace(text);
      return progress;
    }
    bytes_ += length + 1;
    if (++lines_ > limits::kPreBannerLines || bytes_ > limits::kPreBannerBytes) {
      return fail(Errc::too_many_banner_lines, "identification");
    }
  }
}

}  // namespace hawser::transport
