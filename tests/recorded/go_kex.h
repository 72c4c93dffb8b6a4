// The key exchange of a recording, made anew with the randomness that Go's side is known to have
// drawn.
#pragma once

#include <vector>

#include "hawser/transport/kex_method.h"

namespace hawser::recorded {

// The payloads between the KEXINITs and the NEWKEYS.
struct KexMessages {
  std::vector<Bytes> from_client;
  std::vector<Bytes> from_server;
};

enum class Side : std::uint8_t { client, server };

// What the exchange came to. `drawn` is Go's randomness from this exchange on, and `side` is the
// side that Go was on. Fails the test if Go's public value does not come of it; nullopt then.
std::optional<transport::KexOutcome> exchange_anew(const crypto::Engine& engine,
                                                   const transport::KexAlgorithm& kex, Side side,
                                                   ByteView drawn, const KexMessages& messages);

}  // namespace hawser::recorded
