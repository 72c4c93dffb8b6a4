// All algorithms that there are, of every kind, as one table to look things up in: for lists that
// people write, for what they are told, and for the documents. The rows are those of the engine,
// of keys/algorithms.h and of kex_table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/crypto/engine.h"
#include "hawser/transport/proposal.h"

namespace hawser::transport {

// A list of algorithms that can be chosen.
struct AlgorithmKind {
  std::string_view option;  // OpenSSH's name of it: "KexAlgorithms"
  std::string_view key;     // ours: "kex"
  std::string_view noun;    // for people: "key exchange"
  std::vector<std::string> Proposal::* list;
};
std::span<const AlgorithmKind> algorithm_kinds();
// By either name, OpenSSH's in any case; nullptr if there is none.
const AlgorithmKind* find_algorithm_kind(std::string_view name);
const AlgorithmKind& kind_of(std::vector<std::string> Proposal::* list);

struct AlgorithmRow {
  std::string_view name;
  std::string_view defined_in;
  crypto::Standing standing;

  [[nodiscard]] bool is_default() const { return standing == crypto::Standing::by_default; }
  [[nodiscard]] bool is_legacy() const { return standing == crypto::Standing::legacy; }
};
// In order of preference, the legacy ones last. What the engine has no part for is left out.
std::vector<AlgorithmRow> algorithms_of(const crypto::Engine& engine, const AlgorithmKind& kind);

// Whether the library really makes it: one that is confined to FIPS or by a system's policy
// refuses some. Takes a moment.
bool is_provided(const crypto::Engine& engine, const AlgorithmKind& kind, std::string_view name);

}  // namespace hawser::transport
