#include "hawser/transport/protection.h"

namespace hawser::transport {

Result<std::unique_ptr<Opener>> make_opener(const ProtectionSuite& suite,
                                            const ProtectionKeys& keys) {
  switch (suite.cipher->mode) {
    case crypto::CipherMode::gcm:
      return make_gcm_opener(suite, keys);
    case crypto::CipherMode::chacha_poly:
      return make_chacha_poly_opener(suite, keys);
    case crypto::CipherMode::stream:
      return make_stream_mac_opener(suite, keys);
    case crypto::CipherMode::cbc:
      return make_cbc_opener(suite, keys);
  }
  return fail(Errc::internal, "make_opener");
}

Result<std::unique_ptr<Sealer>> make_sealer(const ProtectionSuite& suite,
                                            const ProtectionKeys& keys) {
  switch (suite.cipher->mode) {
    case crypto::CipherMode::gcm:
      return make_gcm_sealer(suite, keys);
    case crypto::CipherMode::chacha_poly:
      return make_chacha_poly_sealer(suite, keys);
    case crypto::CipherMode::stream:
    case crypto::CipherMode::cbc:
      return make_stream_mac_sealer(suite, keys);
  }
  return fail(Errc::internal, "make_sealer");
}

}  // namespace hawser::transport
