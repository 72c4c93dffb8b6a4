// Which message may come from a server when: the one table that decides legality. Within a phase
// the machines (key exchange, authentication, channels) are stricter still; nothing is ever legal
// there that is not legal here.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser::wire {

enum class Phase : std::uint8_t {
  first_packet,           // after the identification: the peer's KEXINIT has not come
  first_exchange,         // between its first KEXINIT and its first NEWKEYS
  service,                // keys are in use; the ssh-userauth service is not accepted yet
  authentication,         // the service is accepted; the login has not succeeded
  connection,             // logged in
  exchange,               // logged in, between the peer's KEXINIT and its NEWKEYS
  exchange_before_login,  // the same while service or authentication is under way
};
inline constexpr unsigned kPhases = 7;

enum class StrictKex : bool { off, on };

enum class Legality : std::uint8_t {
  legal,
  illegal,  // known, but not now or not from a server: the connection ends
  unknown,  // answer UNIMPLEMENTED (RFC 4253 11.4)
};

Legality legality(std::uint8_t number, Phase phase, StrictKex strict);

// The RFC's name without SSH_MSG_, e.g. "KEXINIT"; "message" for one without a name.
std::string_view message_name(std::uint8_t number);

std::string_view phase_name(Phase phase);

}  // namespace hawser::wire
