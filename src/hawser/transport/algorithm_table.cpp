#include "hawser/transport/algorithm_table.h"

#include <algorithm>

#include "hawser/keys/algorithms.h"
#include "hawser/transport/compression.h"
#include "hawser/transport/kex_method.h"

namespace hawser::transport {

namespace {

constexpr AlgorithmKind kKinds[] = {
    {"KexAlgorithms", "kex", "key exchange", &Proposal::kex},
    {"HostKeyAlgorithms", "host_key", "host key", &Proposal::host_key},
    {"Ciphers", "cipher", "cipher", &Proposal::cipher},
    {"MACs", "mac", "MAC", &Proposal::mac},
    {"Compression", "compression", "compression", &Proposal::compression},
    {"PubkeyAcceptedAlgorithms", "pubkey", "login signature", &Proposal::login},
};

template <typename Rows, typename Filter>
std::vector<AlgorithmRow> rows_of(const Rows& rows, Filter&& is_wanted) {
  std::vector<AlgorithmRow> all;
  for (const auto& row : rows) {
    if (is_wanted(row)) all.push_back({row.name, row.defined_in, row.standing});
  }
  return all;
}

constexpr auto kEvery = [](const auto&) { return true; };

bool is_same_in_any_case(std::string_view left, std::string_view right) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  return std::ranges::equal(left, right, {}, lower, lower);
}

bool makes_hash(const crypto::Engine& engine, crypto::HashId hash) {
  if (hash == crypto::HashId::none) return true;
  const auto* row = crypto::find_hash(engine, hash);
  return row != nullptr && row->make().has_value();
}

bool makes_cipher(const crypto::CipherAlgorithm& row) {
  const Bytes key(row.key_size);
  const Bytes iv(row.iv_size);
  constexpr auto kDirection = crypto::Direction::encrypt;
  if (row.make_stream != nullptr) return row.make_stream(key, iv, kDirection).has_value();
  if (row.make_aead != nullptr) return row.make_aead(key, kDirection).has_value();
  return row.make_chacha_poly(key).has_value();
}

}  // namespace

std::span<const AlgorithmKind> algorithm_kinds() {
  return kKinds;
}

const AlgorithmKind* find_algorithm_kind(std::string_view name) {
  const auto* found = std::ranges::find_if(kKinds, [&](const AlgorithmKind& kind) {
    return kind.key == name || is_same_in_any_case(kind.option, name);
  });
  return found == std::end(kKinds) ? nullptr : found;
}

const AlgorithmKind& kind_of(std::vector<std::string> Proposal::* list) {
  return *std::ranges::find(kKinds, list, &AlgorithmKind::list);
}

std::vector<AlgorithmRow> algorithms_of(const crypto::Engine& engine, const AlgorithmKind& kind) {
  if (kind.list == &Proposal::kex) {
    return rows_of(kex_algorithms(), [&](const auto& row) { return is_available(engine, row); });
  }
  if (kind.list == &Proposal::cipher) return rows_of(engine.ciphers, kEvery);
  if (kind.list == &Proposal::mac) return rows_of(engine.macs, kEvery);
  if (kind.list == &Proposal::compression) return rows_of(compression_algorithms(), kEvery);
  return rows_of(keys::all_key_uses(), [&](const auto& use) { return keys::can_do(engine, use); });
}

bool is_provided(const crypto::Engine& engine, const AlgorithmKind& kind, std::string_view name) {
  if (kind.list == &Proposal::kex) {
    const auto* row = find_kex(name);
    return row != nullptr && is_available(engine, *row) && makes_hash(engine, row->hash);
  }
  if (kind.list == &Proposal::cipher) {
    const auto* row = crypto::find_cipher(engine, name);
    return row != nullptr && makes_cipher(*row);
  }
  if (kind.list == &Proposal::mac) {
    const auto* row = crypto::find_mac(engine, name);
    return row != nullptr && row->make(Bytes(row->key_size)).has_value();
  }
  if (kind.list == &Proposal::compression) return true;
  const auto* use = keys::find_key_use(engine, name);
  return use != nullptr && makes_hash(engine, keys::signature_of(engine, *use)->hash);
}

}  // namespace hawser::transport
