#include "hawser/connection/forward.h"

#include "hawser/base/limits.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_connection.h"

namespace hawser::connection {

namespace {

Bytes extra_of(const ForwardKind& kind) {
  if (const auto* tcpip = std::get_if<TcpipForward>(&kind)) {
    return wire::encode_to_bytes(wire::TcpipForward{tcpip->address, tcpip->port});
  }
  return wire::encode_to_bytes(wire::NameRequest{std::get<StreamlocalForward>(kind).path});
}

Result<std::string> address(const wire::Text& text) {
  if (text.bytes.size() > limits::kForwardAddress) {
    return fail(Errc::limit_passed, "forwarded address", limits::kForwardAddress);
  }
  return std::string(as_text(text.bytes));
}

Result<OfferOrigin> decode_tcpip(ByteView extra) {
  const auto message = HAWSER_TRY(wire::decode<wire::ForwardedTcpip>(extra));
  OfferOrigin origin{OfferKind::tcpip, {}, message.port, {}, message.origin_port};
  origin.address = HAWSER_TRY(address(message.address));
  origin.origin_address = HAWSER_TRY(address(message.origin_address));
  return origin;
}

Result<OfferOrigin> decode_streamlocal(ByteView extra) {
  const auto message = HAWSER_TRY(wire::decode<wire::ForwardedStreamlocal>(extra));
  OfferOrigin origin{OfferKind::streamlocal, {}, 0, {}, 0};
  origin.address = HAWSER_TRY(address(message.path));
  return origin;
}

}  // namespace

KindForm encode_forward(const ForwardKind& kind) {
  const bool is_tcpip = std::holds_alternative<TcpipForward>(kind);
  return {is_tcpip ? "tcpip-forward" : "streamlocal-forward@openssh.com", extra_of(kind)};
}

KindForm encode_cancel(const ForwardKind& kind) {
  const bool is_tcpip = std::holds_alternative<TcpipForward>(kind);
  return {is_tcpip ? "cancel-tcpip-forward" : "cancel-streamlocal-forward@openssh.com",
          extra_of(kind)};
}

Result<std::optional<OfferOrigin>> decode_offer(std::string_view type, ByteView extra) {
  if (type == "forwarded-tcpip") return decode_tcpip(extra);
  if (type == "forwarded-streamlocal@openssh.com") return decode_streamlocal(extra);
  if (type == "auth-agent@openssh.com") return OfferOrigin{};
  return std::nullopt;
}

}  // namespace hawser::connection
