#include "recorded/recording.h"

#include <cstdlib>
#include <fstream>

#include "scenario/hex.h"

namespace hawser::recorded {

namespace {

// "00000010  31 30 2e 30 0d 0a    |10.0..|": what stands between the offset and the bar.
Bytes parse_dump_line(std::string_view line) {
  constexpr std::size_t kOffset = 8;
  const std::size_t bar = line.find('|');
  if (line.size() <= kOffset || bar == std::string_view::npos) return {};
  return scenario::unhex(line.substr(kOffset, bar - kOffset));
}

}  // namespace

std::optional<std::string> recordings_folder() {
  const char* vectors = std::getenv("HAWSER_VECTORS");
  if (vectors == nullptr || *vectors == '\0') return std::nullopt;
  return std::string(vectors) + "/go-ssh";
}

std::optional<Recording> read_recording(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  Recording recording;
  Bytes* stream = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(">>> Flow")) {
      const bool is_clients = line.find("(client to server)") != std::string::npos;
      stream = is_clients ? &recording.client_to_server : &recording.server_to_client;
    } else if (stream != nullptr) {
      append(*stream, parse_dump_line(line));
    }
  }
  return recording;
}

}  // namespace hawser::recorded
