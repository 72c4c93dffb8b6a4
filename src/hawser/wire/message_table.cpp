#include "hawser/wire/message_table.h"

#include <array>

namespace hawser::wire {

namespace {

constexpr std::uint8_t bit(Phase phase) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(phase));
}

constexpr std::uint8_t kNever = 0;  // only a client sends it
constexpr std::uint8_t kFirst = bit(Phase::first_packet);
constexpr std::uint8_t kFirstExchange = bit(Phase::first_exchange);
constexpr std::uint8_t kService = bit(Phase::service);
constexpr std::uint8_t kAuthentication = bit(Phase::authentication);
constexpr std::uint8_t kConnection = bit(Phase::connection);
constexpr std::uint8_t kExchange = bit(Phase::exchange) | bit(Phase::exchange_before_login);
constexpr std::uint8_t kBetween = kService | kAuthentication | kConnection;
constexpr std::uint8_t kAnyTime = kFirst | kFirstExchange | kBetween | kExchange;

// With strict key exchange nothing but what it needs may come before the first NEWKEYS.
constexpr std::uint8_t kNotStrict = kFirst | kFirstExchange;

struct Row {
  std::uint8_t number;
  std::string_view name;
  std::uint8_t phases;  // in which a server may send it
  std::uint8_t forbidden_if_strict = 0;
};

constexpr Row kRows[] = {
    {1, "DISCONNECT", kAnyTime},
    {2, "IGNORE", kAnyTime, kNotStrict},
    {3, "UNIMPLEMENTED", kAnyTime, kNotStrict},
    {4, "DEBUG", kAnyTime, kNotStrict},
    {5, "SERVICE_REQUEST", kNever},
    {6, "SERVICE_ACCEPT", kService},
    {7, "EXT_INFO", kService | kAuthentication},  // RFC 8308 2.4; the session checks the place
    {20, "KEXINIT", kFirst | kBetween},
    {21, "NEWKEYS", kFirstExchange | kExchange},
    {30, "KEX_30", kNever},
    {31, "KEX_31", kFirstExchange | kExchange},  // KEXDH_REPLY, KEX_ECDH_REPLY, KEX_DH_GEX_GROUP
    {32, "KEX_32", kNever},
    {33, "KEX_33", kFirstExchange | kExchange},  // KEX_DH_GEX_REPLY
    {34, "KEX_34", kNever},
    {50, "USERAUTH_REQUEST", kNever},
    {51, "USERAUTH_FAILURE", kAuthentication},
    {52, "USERAUTH_SUCCESS", kAuthentication},
    {53, "USERAUTH_BANNER", kAuthentication},
    {60, "USERAUTH_60", kAuthentication},  // PK_OK, PASSWD_CHANGEREQ, INFO_REQUEST by method
    {61, "USERAUTH_INFO_RESPONSE", kNever},
    {80, "GLOBAL_REQUEST", kConnection},
    {81, "REQUEST_SUCCESS", kConnection},
    {82, "REQUEST_FAILURE", kConnection},
    {90, "CHANNEL_OPEN", kConnection},
    {91, "CHANNEL_OPEN_CONFIRMATION", kConnection},
    {92, "CHANNEL_OPEN_FAILURE", kConnection},
    {93, "CHANNEL_WINDOW_ADJUST", kConnection},
    {94, "CHANNEL_DATA", kConnection},
    {95, "CHANNEL_EXTENDED_DATA", kConnection},
    {96, "CHANNEL_EOF", kConnection},
    {97, "CHANNEL_CLOSE", kConnection},
    {98, "CHANNEL_REQUEST", kConnection},
    {99, "CHANNEL_SUCCESS", kConnection},
    {100, "CHANNEL_FAILURE", kConnection},
};

constexpr auto kByNumber = [] {
  std::array<const Row*, 256> table{};
  for (const Row& row : kRows) table[row.number] = &row;
  return table;
}();

}  // namespace

Legality legality(std::uint8_t number, Phase phase, StrictKex strict) {
  const Row* row = kByNumber[number];
  if (row == nullptr) {
    // RFC 4253 11.4 has unknown numbers answered; strict key exchange lets nothing else pass while
    // keys are exchanged. 0 is no message.
    const bool is_exchanging = (bit(phase) & (kFirst | kFirstExchange | kExchange)) != 0;
    const bool is_strict_exchange = is_exchanging && strict == StrictKex::on;
    return is_strict_exchange || number == 0 ? Legality::illegal : Legality::unknown;
  }
  const std::uint8_t forbidden = strict == StrictKex::on ? row->forbidden_if_strict : 0;
  return (row->phases & ~forbidden & bit(phase)) != 0 ? Legality::legal : Legality::illegal;
}

std::string_view message_name(std::uint8_t number) {
  return kByNumber[number] == nullptr ? "message" : kByNumber[number]->name;
}

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::first_packet:
      return "waiting for the server's KEXINIT";
    case Phase::first_exchange:
      return "key exchange";
    case Phase::service:
      return "service request";
    case Phase::authentication:
      return "authentication";
    case Phase::connection:
      return "connection";
    case Phase::exchange:
    case Phase::exchange_before_login:
      return "re-keying";
  }
  return "";
}

}  // namespace hawser::wire
