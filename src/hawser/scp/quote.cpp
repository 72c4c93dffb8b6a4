#include "hawser/scp/quote.h"

namespace hawser::scp {

Result<std::string> remote_command(const CommandOptions& options, std::string_view path) {
  constexpr std::string_view kRefused("\0\r\n", 3);
  if (path.empty() || path.find_first_of(kRefused) != std::string_view::npos) {
    return fail(Errc::invalid_argument, "remote path");
  }
  std::string command = "scp";
  if (options.recursive) command += " -r";
  if (options.preserves) command += " -p";
  if (options.into_directory) command += " -d";
  command += " -";
  command += static_cast<char>(options.direction);
  // "./-x" and not "-- -x": it needs nothing of the remote's way to read its options.
  return command + " " + quote(path.starts_with('-') ? "./" + std::string(path) : path);
}

// Within single quotes csh still looks at '!' and fish at '\', so these stand outside, as the quote
// itself must.
std::string quote(std::string_view word) {
  std::string quoted = "'";
  for (const char letter : word) {
    if (letter == '\'' || letter == '!' || letter == '\\') {
      quoted += "'\\";
      quoted += letter;
      quoted += '\'';
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

std::string_view last_name(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace hawser::scp
