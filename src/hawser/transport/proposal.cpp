#include "hawser/transport/proposal.h"

#include <algorithm>

#include "hawser/transport/algorithm_table.h"
#include "hawser/wire/codec.h"

namespace hawser::transport {

namespace {

std::string join(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += ',';
    joined += name;
  }
  return joined;
}

}  // namespace

Proposal default_proposal(const crypto::Engine& engine) {
  Proposal proposal;
  for (const AlgorithmKind& kind : algorithm_kinds()) {
    for (const AlgorithmRow& row : algorithms_of(engine, kind)) {
      if (row.is_default()) (proposal.*kind.list).emplace_back(row.name);
    }
  }
  return proposal;
}

Status check_proposal(const crypto::Engine& engine, const Proposal& proposal) {
  const auto is_known = [&](const AlgorithmKind& kind) {
    const auto rows = algorithms_of(engine, kind);
    const auto& names = proposal.*kind.list;
    return !names.empty() && std::ranges::all_of(names, [&](const std::string& name) {
      return std::ranges::find(rows, name, &AlgorithmRow::name) != rows.end();
    });
  };
  if (std::ranges::all_of(algorithm_kinds(), is_known)) return {};
  return fail(Errc::invalid_argument, "algorithms");
}

Result<Bytes> make_kexinit(const Proposal& proposal, crypto::Random& random, Exchange exchange) {
  std::string kex = join(proposal.kex);
  if (exchange == Exchange::first) {
    kex += ',';
    kex += kExtInfoClient;
    kex += ',';
    kex += kStrictKexClient;
  }
  const std::string host_key = join(proposal.host_key);
  const std::string cipher = join(proposal.cipher);
  const std::string mac = join(proposal.mac);
  const std::string compression = join(proposal.compression);

  wire::KexInit message;
  HAWSER_TRY(random.fill(message.cookie.bytes));
  message.kex = wire::NameList(kex);
  message.host_key = wire::NameList(host_key);
  message.cipher_client_to_server = message.cipher_server_to_client = wire::NameList(cipher);
  message.mac_client_to_server = message.mac_server_to_client = wire::NameList(mac);
  message.compression_client_to_server = message.compression_server_to_client =
      wire::NameList(compression);
  return wire::encode_to_bytes(message);
}

}  // namespace hawser::transport
