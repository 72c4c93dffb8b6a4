// What a session offers: lists of names, most wanted first (RFC 4253 7.1), and the KEXINIT made of
// them. The pseudo-names (ext-info-c, strict key exchange) are added here and never negotiable.
#pragma once

#include <string>
#include <vector>

#include "hawser/crypto/engine.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::transport {

struct Proposal {
  std::vector<std::string> kex;
  std::vector<std::string> host_key;
  std::vector<std::string> cipher;
  std::vector<std::string> mac;
  std::vector<std::string> compression;
  std::vector<std::string> login;  // what logins may sign by; not in the KEXINIT
};

inline constexpr std::string_view kExtInfoClient = "ext-info-c";                      // RFC 8308
inline constexpr std::string_view kStrictKexClient = "kex-strict-c-v00@openssh.com";  // OpenSSH
inline constexpr std::string_view kStrictKexServer = "kex-strict-s-v00@openssh.com";

enum class Exchange : std::uint8_t { first, again };

// Everything that the engine has and that need not be named, in order of preference. Certificates
// of host keys lead their list: whoever trusts no authority takes them out.
Proposal default_proposal(const crypto::Engine& engine);

// invalid_argument if a list is empty or names what does not exist.
Status check_proposal(const crypto::Engine& engine, const Proposal& proposal);

// The payload of our KEXINIT.
Result<Bytes> make_kexinit(const Proposal& proposal, crypto::Random& random, Exchange exchange);

}  // namespace hawser::transport
