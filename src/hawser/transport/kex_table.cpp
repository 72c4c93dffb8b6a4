// The key-exchange methods, in order of preference.
#include "hawser/transport/kex_method.h"

namespace hawser::transport {

namespace {

using crypto::HashId;

constexpr std::string_view kLibssh = "RFC 8731, libssh";
constexpr auto kLegacy = crypto::Standing::legacy;

constexpr KexAlgorithm kKexAlgorithms[] = {
    {"mlkem768x25519-sha256", "x25519", HashId::sha256, make_kex_hybrid, "RFC 10042", "mlkem768"},
    {"sntrup761x25519-sha512", "x25519", HashId::sha512, make_kex_hybrid, "RFC 9941", "sntrup761"},
    {"sntrup761x25519-sha512@openssh.com", "x25519", HashId::sha512, make_kex_hybrid,
     "RFC 9941, OpenSSH", "sntrup761"},
    {"curve25519-sha256", "x25519", HashId::sha256, make_kex_ecdh, "RFC 8731"},
    {"curve25519-sha256@libssh.org", "x25519", HashId::sha256, make_kex_ecdh, kLibssh},
    {"ecdh-sha2-nistp256", "nistp256", HashId::sha256, make_kex_ecdh, "RFC 5656"},
    {"ecdh-sha2-nistp384", "nistp384", HashId::sha384, make_kex_ecdh, "RFC 5656"},
    {"ecdh-sha2-nistp521", "nistp521", HashId::sha512, make_kex_ecdh, "RFC 5656"},
    {"diffie-hellman-group-exchange-sha256", "", HashId::sha256, make_kex_group_exchange,
     "RFC 4419"},
    {"diffie-hellman-group16-sha512", "modp4096", HashId::sha512, make_kex_dh, "RFC 8268"},
    {"diffie-hellman-group18-sha512", "modp8192", HashId::sha512, make_kex_dh, "RFC 8268"},
    {"diffie-hellman-group14-sha256", "modp2048", HashId::sha256, make_kex_dh, "RFC 8268"},
    {"diffie-hellman-group14-sha1", "modp2048", HashId::sha1, make_kex_dh, "RFC 4253", "", kLegacy},
    {"diffie-hellman-group-exchange-sha1", "", HashId::sha1, make_kex_group_exchange, "RFC 4419",
     "", kLegacy},
    {"diffie-hellman-group1-sha1", "modp1024", HashId::sha1, make_kex_dh, "RFC 4253", "", kLegacy},
};

}  // namespace

std::span<const KexAlgorithm> kex_algorithms() {
  return kKexAlgorithms;
}

const KexAlgorithm* find_kex(std::string_view name) {
  for (const KexAlgorithm& row : kKexAlgorithms) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

bool is_available(const crypto::Engine& engine, const KexAlgorithm& algorithm) {
  if (algorithm.agreement.empty()) return engine.generate_in_group != nullptr;
  if (!algorithm.kem.empty() && crypto::find_kem(engine, algorithm.kem) == nullptr) return false;
  return crypto::find_agreement(engine, algorithm.agreement) != nullptr;
}

}  // namespace hawser::transport
