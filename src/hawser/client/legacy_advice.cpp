#include "hawser/client/legacy_advice.h"

#include <algorithm>

#include "hawser/keys/algorithms.h"
#include "hawser/wire/types.h"

namespace hawser::client {

namespace {

// The legacy use of such a key that nobody allowed, or nullptr.
const keys::KeyUse* untried_use(std::string_view key_type, std::span<const std::string> allowed) {
  for (const keys::KeyUse& use : keys::all_key_uses()) {
    if (use.blob_type != key_type || use.standing != crypto::Standing::legacy) continue;
    if (std::ranges::find(allowed, use.name) == allowed.end()) return &use;
  }
  return nullptr;
}

}  // namespace

std::string legacy_advice(const crypto::Engine& engine, std::string_view key_type,
                          std::string_view accepted, std::span<const std::string> allowed) {
  const keys::KeyUse* use = untried_use(key_type, allowed);
  if (use == nullptr) return {};
  const std::string name(use->name);
  const std::string way_in = ", which is weak: PubkeyAcceptedAlgorithms=+" + name + " allows it";
  if (accepted.empty()) {
    return ". The server does not say how it wants keys to sign; if it is old, it may know " +
           name + " only" + way_in;
  }
  const wire::NameList server(accepted);
  const auto is_taken = [&](const std::string& each) {
    return server.contains(each) || server.contains(keys::plain_algorithm(each));
  };
  const auto tried = keys::signature_algorithms(engine, key_type, "", allowed);
  if (std::ranges::any_of(tried, is_taken) || !is_taken(name)) return {};
  return ". It wants this key to sign by " + name + way_in;
}

}  // namespace hawser::client
