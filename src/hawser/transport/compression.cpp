#include "hawser/transport/compression.h"

#include <algorithm>

namespace hawser::transport {

namespace {

constexpr CompressionAlgorithm kAlgorithms[] = {
    {"zlib@openssh.com", CompressionStart::after_login, "OpenSSH", crypto::Standing::on_request},
    {"zlib", CompressionStart::with_keys, "RFC 4253", crypto::Standing::on_request},
    {"none", CompressionStart::never, "RFC 4253", crypto::Standing::by_default},
};

}  // namespace

std::span<const CompressionAlgorithm> compression_algorithms() {
  return kAlgorithms;
}

const CompressionAlgorithm* find_compression(std::string_view name) {
  const auto* row = std::ranges::find(kAlgorithms, name, &CompressionAlgorithm::name);
  return row == std::end(kAlgorithms) ? nullptr : row;
}

std::vector<std::string> wanted_compression() {
  return {"zlib@openssh.com", "none"};
}

}  // namespace hawser::transport
