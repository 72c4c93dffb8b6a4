// The messages of user authentication: RFC 4252.
#pragma once

#include "hawser/wire/types.h"

namespace hawser::wire {

struct UserauthRequest {  // RFC 4252 5; what follows depends on the method
  static constexpr std::uint8_t number = 50;
  Text user;
  Text service;
  Text method;
  Rest fields_of_method;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.user, m.service, m.method, m.fields_of_method);
  }
};

struct PasswordFields {  // RFC 4252 8
  bool is_change = false;
  Blob password;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.is_change, m.password); }
};

struct PublicKeyFields {  // RFC 4252 7; a signature follows if has_signature
  bool has_signature = false;
  Text algorithm;
  Blob key;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.has_signature, m.algorithm, m.key);
  }
};

struct PasswordChangeFields {  // RFC 4252 8
  bool is_change = true;
  Blob password;
  Blob new_password;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.is_change, m.password, m.new_password);
  }
};

struct HostBasedFields {  // RFC 4252 9; a signature follows
  Text algorithm;
  Blob key;
  Text client_host;
  Text client_user;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.algorithm, m.key, m.client_host, m.client_user);
  }
};

struct KeyboardInteractiveFields {  // RFC 4256 3.1
  Text language;
  Text submethods;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.language, m.submethods); }
};

struct UserauthFailure {  // RFC 4252 5.1
  static constexpr std::uint8_t number = 51;
  NameList can_continue;
  bool partial_success = false;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.can_continue, m.partial_success);
  }
};

struct UserauthSuccess {  // RFC 4252 5.1
  static constexpr std::uint8_t number = 52;
  static constexpr auto fields(auto& /*m*/, auto&& each) { return each(); }
};

struct UserauthBanner {  // RFC 4252 5.4
  static constexpr std::uint8_t number = 53;
  Text message;
  Text language;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.message, m.language); }
};

struct UserauthPkOk {  // RFC 4252 7
  static constexpr std::uint8_t number = 60;
  Text algorithm;
  Blob key;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.algorithm, m.key); }
};

struct UserauthPasswdChangereq {  // RFC 4252 8
  static constexpr std::uint8_t number = 60;
  Text prompt;
  Text language;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.prompt, m.language); }
};

struct UserauthInfoRequest {  // RFC 4256 3.2; `prompts` pairs of a text and a boolean follow
  static constexpr std::uint8_t number = 60;
  Text name;
  Text instruction;
  Text language;
  std::uint32_t prompts = 0;
  Rest rest;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.name, m.instruction, m.language, m.prompts, m.rest);
  }
};

struct UserauthInfoResponse {  // RFC 4256 3.4; `answers` strings follow
  static constexpr std::uint8_t number = 61;
  std::uint32_t answers = 0;
  Rest rest;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.answers, m.rest); }
};

}  // namespace hawser::wire
