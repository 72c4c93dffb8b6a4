// Randomness from OpenSSL's private generator: seeded from the operating system, reseeded by the
// library itself in the child of a fork.
#include <openssl/rand.h>

#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

class SystemRandom final : public Random {
 public:
  Status fill(ByteSpan out) override {
    return check(RAND_priv_bytes_ex(nullptr, out.data(), out.size(), kStrengthBits), "random",
                 Errc::no_randomness);
  }

 private:
  static constexpr unsigned kStrengthBits = 256;  // the strongest of our keys
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace hawser::crypto::openssl
