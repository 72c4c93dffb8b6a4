// The messages of key exchange: RFC 4253 7 and 8, RFC 5656 4 (also RFC 8731), RFC 4419 3.
#pragma once

#include "hawser/wire/types.h"

namespace hawser::wire {

struct KexInit {  // RFC 4253 7.1
  static constexpr std::uint8_t number = 20;
  Fixed<16> cookie;
  NameList kex;
  NameList host_key;
  NameList cipher_client_to_server;
  NameList cipher_server_to_client;
  NameList mac_client_to_server;
  NameList mac_server_to_client;
  NameList compression_client_to_server;
  NameList compression_server_to_client;
  NameList languages_client_to_server;
  NameList languages_server_to_client;
  bool first_kex_packet_follows = false;
  std::uint32_t reserved = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.cookie, m.kex, m.host_key, m.cipher_client_to_server, m.cipher_server_to_client,
                m.mac_client_to_server, m.mac_server_to_client, m.compression_client_to_server,
                m.compression_server_to_client, m.languages_client_to_server,
                m.languages_server_to_client, m.first_kex_packet_follows, m.reserved);
  }
};

struct NewKeys {  // RFC 4253 7.3
  static constexpr std::uint8_t number = 21;
  static constexpr auto fields(auto& /*m*/, auto&& each) { return each(); }
};

struct KexDhInit {  // RFC 4253 8
  static constexpr std::uint8_t number = 30;
  Mpint e;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.e); }
};

struct KexDhReply {  // RFC 4253 8
  static constexpr std::uint8_t number = 31;
  Blob host_key;
  Mpint f;
  Blob signature;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.host_key, m.f, m.signature); }
};

struct KexEcdhInit {  // RFC 5656 4
  static constexpr std::uint8_t number = 30;
  Blob client_value;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.client_value); }
};

struct KexEcdhReply {  // RFC 5656 4
  static constexpr std::uint8_t number = 31;
  Blob host_key;
  Blob server_value;
  Blob signature;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.host_key, m.server_value, m.signature);
  }
};

struct KexDhGexRequest {  // RFC 4419 3; sizes in bits
  static constexpr std::uint8_t number = 34;
  std::uint32_t min = 0;
  std::uint32_t wanted = 0;
  std::uint32_t max = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.min, m.wanted, m.max); }
};

struct KexDhGexGroup {  // RFC 4419 3
  static constexpr std::uint8_t number = 31;
  Mpint prime;
  Mpint generator;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.prime, m.generator); }
};

struct KexDhGexInit {  // RFC 4419 3
  static constexpr std::uint8_t number = 32;
  Mpint e;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.e); }
};

struct KexDhGexReply {  // RFC 4419 3
  static constexpr std::uint8_t number = 33;
  Blob host_key;
  Mpint f;
  Blob signature;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.host_key, m.f, m.signature); }
};

}  // namespace hawser::wire
