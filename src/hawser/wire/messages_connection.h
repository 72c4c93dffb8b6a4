// The messages of the connection protocol: RFC 4254. `channel` is always the receiver's number.
#pragma once

#include "hawser/wire/types.h"

namespace hawser::wire {

struct GlobalRequest {  // RFC 4254 4
  static constexpr std::uint8_t number = 80;
  Text name;
  bool want_reply = false;
  Rest extra;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.name, m.want_reply, m.extra); }
};

struct RequestSuccess {  // RFC 4254 4
  static constexpr std::uint8_t number = 81;
  Rest extra;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.extra); }
};

struct RequestFailure {  // RFC 4254 4
  static constexpr std::uint8_t number = 82;
  static constexpr auto fields(auto& /*m*/, auto&& each) { return each(); }
};

struct ChannelOpen {  // RFC 4254 5.1
  static constexpr std::uint8_t number = 90;
  Text type;
  std::uint32_t sender = 0;
  std::uint32_t window = 0;
  std::uint32_t max_packet = 0;
  Rest extra;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.type, m.sender, m.window, m.max_packet, m.extra);
  }
};

struct DirectTcpip {  // RFC 4254 7.2, the extra of a ChannelOpen
  Text host;
  std::uint32_t port = 0;
  Text origin_host;
  std::uint32_t origin_port = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.host, m.port, m.origin_host, m.origin_port);
  }
};

struct DirectStreamlocal {  // OpenSSH's PROTOCOL 2.4, the extra of a ChannelOpen
  Text path;
  Text reserved;
  std::uint32_t reserved_number = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.path, m.reserved, m.reserved_number);
  }
};

struct ForwardedTcpip {  // RFC 4254 7.2, the extra of a server's ChannelOpen
  Text address;
  std::uint32_t port = 0;
  Text origin_address;
  std::uint32_t origin_port = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.address, m.port, m.origin_address, m.origin_port);
  }
};

struct ForwardedStreamlocal {  // OpenSSH's PROTOCOL 2.4, the extra of a server's ChannelOpen
  Text path;
  Text reserved;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.path, m.reserved); }
};

struct TcpipForward {  // RFC 4254 7.1, the extra of a GlobalRequest, to begin and to cancel
  Text address;
  std::uint32_t port = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.address, m.port); }
};

struct ForwardedPort {  // RFC 4254 7.1, the extra of a RequestSuccess for port 0
  std::uint32_t port = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.port); }
};

struct ChannelOpenConfirmation {  // RFC 4254 5.1
  static constexpr std::uint8_t number = 91;
  std::uint32_t channel = 0;
  std::uint32_t sender = 0;
  std::uint32_t window = 0;
  std::uint32_t max_packet = 0;
  Rest extra;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.channel, m.sender, m.window, m.max_packet, m.extra);
  }
};

struct ChannelOpenFailure {  // RFC 4254 5.1
  static constexpr std::uint8_t number = 92;
  std::uint32_t channel = 0;
  std::uint32_t reason = 0;
  Text description;
  Text language;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.channel, m.reason, m.description, m.language);
  }
};

struct ChannelWindowAdjust {  // RFC 4254 5.2
  static constexpr std::uint8_t number = 93;
  std::uint32_t channel = 0;
  std::uint32_t bytes = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel, m.bytes); }
};

struct ChannelData {  // RFC 4254 5.2
  static constexpr std::uint8_t number = 94;
  std::uint32_t channel = 0;
  Blob data;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel, m.data); }
};

struct ChannelExtendedData {  // RFC 4254 5.2
  static constexpr std::uint8_t number = 95;
  static constexpr std::uint32_t kStderr = 1;
  std::uint32_t channel = 0;
  std::uint32_t type = 0;
  Blob data;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel, m.type, m.data); }
};

struct ChannelEof {  // RFC 4254 5.3
  static constexpr std::uint8_t number = 96;
  std::uint32_t channel = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel); }
};

struct ChannelClose {  // RFC 4254 5.3
  static constexpr std::uint8_t number = 97;
  std::uint32_t channel = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel); }
};

struct ChannelRequest {  // RFC 4254 5.4
  static constexpr std::uint8_t number = 98;
  std::uint32_t channel = 0;
  Text type;
  bool want_reply = false;
  Rest extra;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.channel, m.type, m.want_reply, m.extra);
  }
};

struct ChannelSuccess {  // RFC 4254 5.4
  static constexpr std::uint8_t number = 99;
  std::uint32_t channel = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel); }
};

struct ChannelFailure {  // RFC 4254 5.4
  static constexpr std::uint8_t number = 100;
  std::uint32_t channel = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.channel); }
};

struct PtyRequest {  // RFC 4254 6.2
  Text term;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  Blob modes;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.term, m.columns, m.rows, m.width_pixels, m.height_pixels, m.modes);
  }
};

struct EnvRequest {  // RFC 4254 6.4
  Text name;
  Text value;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.name, m.value); }
};

struct NameRequest {  // RFC 4254 6.5 and 6.9: "exec", "subsystem" and "signal" carry one string
  Text name;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.name); }
};

struct WindowChangeRequest {  // RFC 4254 6.7
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.columns, m.rows, m.width_pixels, m.height_pixels);
  }
};

struct ExitStatus {  // RFC 4254 6.10
  std::uint32_t status = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.status); }
};

struct ExitSignal {  // RFC 4254 6.10
  Text name;
  bool core_dumped = false;
  Text message;
  Text language;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.name, m.core_dumped, m.message, m.language);
  }
};

}  // namespace hawser::wire
