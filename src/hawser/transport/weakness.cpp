#include "hawser/transport/weakness.h"

#include <algorithm>

#include "hawser/base/limits.h"

namespace hawser::transport {

namespace {

std::string sentence(std::string_view what, std::string_view name) {
  return "the " + std::string(what) + " is " + std::string(name) +
         ", which is weak and meant for servers that have nothing better";
}

template <typename Row>
void add_if_legacy(std::vector<std::string>& to, std::string_view what, const Row* row) {
  if (row == nullptr || row->standing != crypto::Standing::legacy) return;
  std::string text = sentence(what, row->name);
  if (std::ranges::find(to, text) == to.end()) to.push_back(std::move(text));  // both directions
}

}  // namespace

std::vector<std::string> weaknesses_of(const Agreed& agreed, unsigned rsa_bits,
                                       wire::StrictKex strict) {
  std::vector<std::string> found;
  if (strict == wire::StrictKex::off) {
    found.emplace_back(
        "the server has no strict key exchange: a middleman could cut messages from the start of "
        "the connection unnoticed (CVE-2023-48795); require_strict_kex=True refuses such servers");
  }
  add_if_legacy(found, "key exchange", agreed.kex);
  add_if_legacy(found, "signature of the host key", agreed.host_key);
  if (rsa_bits != 0 && rsa_bits < limits::kRsaBitsRequired) {
    found.push_back("the host key is RSA of " + std::to_string(rsa_bits) +
                    " bits, which the well-funded can factor; servers that have a choice show one "
                    "of " +
                    std::to_string(limits::kRsaBitsRequired) + " or more");
  }
  for (const ProtectionSuite* suite : {&agreed.client_to_server, &agreed.server_to_client}) {
    add_if_legacy(found, "cipher", suite->cipher);
    add_if_legacy(found, "MAC", suite->mac);
  }
  return found;
}

std::string short_rsa_text(std::string_view whose, unsigned bits, unsigned required) {
  return std::string(whose) + " is RSA of " + std::to_string(bits) + " bits; " +
         std::to_string(required) + " are required (required_rsa_size=" + std::to_string(bits) +
         " accepts it: for gear that cannot be given a longer key)";
}

std::string weakness_of_login(const crypto::Engine& engine, std::string_view algorithm) {
  const keys::KeyUse* use = keys::find_key_use(engine, algorithm);
  if (use == nullptr || use->standing != crypto::Standing::legacy) return {};
  return sentence("signature of the login", algorithm);
}

}  // namespace hawser::transport
