#include "hawser/transport/proposal.h"

#include <algorithm>

#include "hawser/keys/algorithms.h"
#include "hawser/transport/compression.h"
#include "hawser/transport/kex_method.h"
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

template <typename Row>
std::vector<std::string> names_of(std::span<const Row> rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.name);
  return names;
}

template <typename Known>
bool all_known(const std::vector<std::string>& names, Known&& known) {
  return !names.empty() && std::all_of(names.begin(), names.end(), known);
}

}  // namespace

Proposal default_proposal(const crypto::Engine& engine) {
  Proposal proposal;
  for (const KexAlgorithm& row : kex_algorithms()) {
    if (is_available(engine, row)) proposal.kex.emplace_back(row.name);
  }
  for (const keys::KeyUse& use : keys::all_key_uses()) {
    if (keys::can_do(engine, use)) proposal.host_key.emplace_back(use.name);
  }
  proposal.cipher = names_of(engine.ciphers);
  proposal.mac = names_of(engine.macs);
  proposal.compression = {"none"};
  return proposal;
}

Status check_proposal(const crypto::Engine& engine, const Proposal& proposal) {
  const bool is_known =
      all_known(proposal.kex,
                [&](const std::string& name) {
                  const KexAlgorithm* row = find_kex(name);
                  return row != nullptr && is_available(engine, *row);
                }) &&
      all_known(proposal.host_key,
                [&](const std::string& n) { return keys::find_key_use(engine, n) != nullptr; }) &&
      all_known(proposal.cipher,
                [&](const std::string& n) { return crypto::find_cipher(engine, n) != nullptr; }) &&
      all_known(proposal.mac,
                [&](const std::string& n) { return crypto::find_mac(engine, n) != nullptr; }) &&
      all_known(proposal.compression,
                [](const std::string& n) { return find_compression(n) != nullptr; });
  if (!is_known) return fail(Errc::invalid_argument, "algorithms");
  return {};
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
