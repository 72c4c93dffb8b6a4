// What a connection learns of the server's other host keys.
#include <cstring>

#include "hawser/client/connection.h"

namespace hawser::client {

Outcome<void> Connection::prove(operations::ProveHostKeys& proof, const Interrupt& interrupt) {
  return perform(proof, no_world(), limits(interrupt));
}

Outcome<std::vector<Bytes>> Connection::prove_host_keys(const Interrupt& interrupt) {
  operations::ProveHostKeys proof(engine_);
  HAWSER_TRY_OUTCOME(prove(proof, interrupt));
  return proof.proved();
}

Outcome<Connection::HostKeyChange> Connection::update_known_hosts(const Interrupt& interrupt) {
  operations::ProveHostKeys proof(engine_);
  HAWSER_TRY_OUTCOME(prove(proof, interrupt));
  const HostKeyPolicy& policy = host_key_policy_;
  const Bytes present = facts().host_key_blob;
  const bool is_announced = !proof.announced().empty();
  const bool is_plain = !proof.proved().empty() && equal(proof.proved().front(), present);
  if (!is_announced || !is_plain || !policy.judges || policy.known_hosts.empty()) {
    return HostKeyChange{};
  }
  std::string failed_path;
  auto update = client::update_known_hosts(
      engine_, policy.known_hosts,
      {policy.host, policy.port, present, proof.proved(), proof.announced()}, failed_path);
  if (!update) {
    Failure failure = explain(update.error(), Report{});
    failure.error.code = Errc::host_key_refused;
    failure.text = "cannot update the known hosts file " + failed_path + ": " +
                   std::strerror(static_cast<int>(update.error().detail));
    return std::unexpected(std::move(failure));
  }
  if (!*update) return HostKeyChange{};
  return HostKeyChange{std::move((*update)->added), std::move((*update)->removed)};
}

}  // namespace hawser::client
