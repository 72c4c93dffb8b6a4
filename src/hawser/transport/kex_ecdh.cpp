// ECDH over the NIST curves (RFC 5656 4) and X25519 (RFC 8731): values as strings.
#include "hawser/transport/kex_round_trip.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::transport {

Result<std::unique_ptr<KexMethod>> make_kex_ecdh(const crypto::Engine& engine,
                                                 const KexAlgorithm& algorithm) {
  const auto* row = crypto::find_agreement(engine, algorithm.agreement);
  if (row == nullptr) return fail(Errc::internal, "kex");
  auto agreement = HAWSER_TRY(row->generate(*engine.random));
  using Method = KexRoundTrip<wire::KexEcdhInit, wire::KexEcdhReply, wire::Blob>;
  return std::make_unique<Method>(std::move(agreement), [](const wire::KexEcdhReply& reply) {
    return reply.server_value.bytes;
  });
}

}  // namespace hawser::transport
