// Diffie-Hellman over the fixed groups (RFC 4253 8, RFC 8268): values as mpints.
#include "hawser/transport/kex_round_trip.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::transport {

Result<std::unique_ptr<KexMethod>> make_kex_dh(const crypto::Engine& engine,
                                               const KexAlgorithm& algorithm) {
  const auto* row = crypto::find_agreement(engine, algorithm.agreement);
  if (row == nullptr) return fail(Errc::internal, "kex");
  auto agreement = HAWSER_TRY(row->generate(*engine.random));
  using Method = KexRoundTrip<wire::KexDhInit, wire::KexDhReply, wire::Mpint>;
  return std::make_unique<Method>(std::move(agreement),
                                  [](const wire::KexDhReply& reply) { return reply.f.magnitude; });
}

}  // namespace hawser::transport
