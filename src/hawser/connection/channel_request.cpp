#include "hawser/connection/channel_request.h"

#include "hawser/wire/codec.h"
#include "hawser/wire/messages_connection.h"

namespace hawser::connection {

namespace {

enum class Answer : bool { none, wanted };

RequestForm named(std::string_view name, std::string_view text, Answer answer) {
  return {name, answer == Answer::wanted, wire::encode_to_bytes(wire::NameRequest{text})};
}

// RFC 4254 8: opcode and value pairs, ended by TTY_OP_END.
Bytes encode_modes(const std::vector<TerminalMode>& modes) {
  constexpr std::uint8_t kEnd = 0;
  Bytes encoded;
  wire::BytesSink sink(encoded);
  for (const TerminalMode& mode : modes) {
    wire::put_uint8(sink, mode.opcode);
    wire::put_uint32(sink, mode.value);
  }
  wire::put_uint8(sink, kEnd);
  return encoded;
}

struct Encode {
  RequestForm operator()(const ExecRequest& r) const {
    return named("exec", r.command, Answer::wanted);
  }
  RequestForm operator()(const ShellRequest& /*r*/) const { return {"shell", true, {}}; }
  RequestForm operator()(const SubsystemRequest& r) const {
    return named("subsystem", r.name, Answer::wanted);
  }
  RequestForm operator()(const TerminalRequest& r) const {
    const Bytes modes = encode_modes(r.modes);
    return {"pty-req", true,
            wire::encode_to_bytes(wire::PtyRequest{r.term, r.size.columns, r.size.rows,
                                                   r.size.width_pixels, r.size.height_pixels,
                                                   wire::Blob(modes)})};
  }
  RequestForm operator()(const EnvironmentRequest& r) const {
    return {"env", true, wire::encode_to_bytes(wire::EnvRequest{r.name, r.value})};
  }
  RequestForm operator()(const SignalRequest& r) const {
    return named("signal", r.name, Answer::none);
  }
  RequestForm operator()(const ResizeRequest& r) const {
    return {"window-change", false,
            wire::encode_to_bytes(wire::WindowChangeRequest{
                r.size.columns, r.size.rows, r.size.width_pixels, r.size.height_pixels})};
  }
  RequestForm operator()(const AgentRequest& /*r*/) const {
    return {"auth-agent-req@openssh.com", true, {}};
  }
};

}  // namespace

RequestForm encode_request(const ChannelRequest& request) {
  return std::visit(Encode{}, request);
}

KindForm encode_kind(const ChannelKind& kind) {
  if (const auto* direct = std::get_if<DirectTcpipKind>(&kind)) {
    return {"direct-tcpip",
            wire::encode_to_bytes(wire::DirectTcpip{direct->host, direct->port, direct->origin_host,
                                                    direct->origin_port})};
  }
  if (const auto* local = std::get_if<DirectStreamlocalKind>(&kind)) {
    return {"direct-streamlocal@openssh.com",
            wire::encode_to_bytes(wire::DirectStreamlocal{local->path, "", 0})};
  }
  return {"session", {}};
}

}  // namespace hawser::connection
