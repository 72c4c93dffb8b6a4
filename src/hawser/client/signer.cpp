#include "hawser/client/signer.h"

#include "hawser/keys/algorithms.h"

namespace hawser::client {

Outcome<Bytes> KeySigner::sign(std::string_view algorithm, ByteView data) {
  auto signature = key_.sign(engine_, keys::plain_algorithm(algorithm), data);
  if (!signature) return std::unexpected(explain(signature.error(), Report{}));
  return *std::move(signature);
}

}  // namespace hawser::client
