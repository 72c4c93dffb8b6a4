// What can be asked of a channel (RFC 4254 6) and of a connection when a channel is opened
// (5.1, 7.2). The caller's texts are borrowed for the call only.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::connection {

struct SessionKind {};
struct DirectTcpipKind {
  std::string_view host;
  std::uint16_t port;
  std::string_view origin_host;
  std::uint16_t origin_port;
};
struct DirectStreamlocalKind {  // OpenSSH's PROTOCOL 2.4
  std::string_view path;
};
using ChannelKind = std::variant<SessionKind, DirectTcpipKind, DirectStreamlocalKind>;

struct TerminalMode {  // RFC 4254 8
  std::uint8_t opcode;
  std::uint32_t value;
};

struct ExecRequest {
  std::string_view command;
};
struct ShellRequest {};
struct SubsystemRequest {
  std::string_view name;
};
struct TerminalSize {
  std::uint32_t columns = 80;
  std::uint32_t rows = 24;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
};
struct TerminalRequest {  // "pty-req"
  std::string_view term;
  TerminalSize size;
  std::vector<TerminalMode> modes;
};
struct EnvironmentRequest {
  std::string_view name;
  std::string_view value;
};
struct SignalRequest {
  std::string_view name;  // without SIG
};
struct ResizeRequest {  // "window-change"
  TerminalSize size;
};
struct AgentRequest {};  // "auth-agent-req@openssh.com": the server may open channels to our agent
using ChannelRequest = std::variant<ExecRequest, ShellRequest, SubsystemRequest, TerminalRequest,
                                    EnvironmentRequest, SignalRequest, ResizeRequest, AgentRequest>;

// The name on the wire, and whether the peer answers it (signal and window-change are never
// answered, RFC 4254 6.7 and 6.9).
struct RequestForm {
  std::string_view name;
  bool wants_reply;
  Bytes extra;
};
RequestForm encode_request(const ChannelRequest& request);

struct KindForm {
  std::string_view name;
  Bytes extra;
};
KindForm encode_kind(const ChannelKind& kind);

}  // namespace hawser::connection
