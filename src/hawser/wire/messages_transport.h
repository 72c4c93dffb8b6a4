// The messages of the transport protocol: RFC 4253 11 and 12, RFC 8308.
#pragma once

#include "hawser/wire/types.h"

namespace hawser::wire {

struct Disconnect {  // RFC 4253 11.1
  static constexpr std::uint8_t number = 1;
  std::uint32_t reason = 0;
  Text description;
  Text language;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.reason, m.description, m.language);
  }
};

struct Ignore {  // RFC 4253 11.2
  static constexpr std::uint8_t number = 2;
  Blob data;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.data); }
};

struct Unimplemented {  // RFC 4253 11.4
  static constexpr std::uint8_t number = 3;
  std::uint32_t sequence = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.sequence); }
};

struct Debug {  // RFC 4253 11.3
  static constexpr std::uint8_t number = 4;
  bool always_display = false;
  Text message;
  Text language;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.always_display, m.message, m.language);
  }
};

struct ServiceRequest {  // RFC 4253 10
  static constexpr std::uint8_t number = 5;
  Text service;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.service); }
};

struct ServiceAccept {  // RFC 4253 10
  static constexpr std::uint8_t number = 6;
  Text service;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.service); }
};

struct ExtInfo {  // RFC 8308 2.3; the entries follow as pairs of strings
  static constexpr std::uint8_t number = 7;
  std::uint32_t count = 0;
  Rest entries;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.count, m.entries); }
};

struct ExtInfoEntry {
  Text name;
  Blob value;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.name, m.value); }
};

}  // namespace hawser::wire
