// What the server may listen at for us (RFC 4254 7.1, OpenSSH's PROTOCOL 2.4), and what it tells of
// who came there. The caller's texts are borrowed for the call only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "hawser/connection/channel_request.h"

namespace hawser::connection {

struct TcpipForward {
  std::string_view address;  // "": all addresses, "localhost": loopback only
  std::uint16_t port;        // 0: the server chooses
};
struct StreamlocalForward {
  std::string_view path;
};
using ForwardKind = std::variant<TcpipForward, StreamlocalForward>;

KindForm encode_forward(const ForwardKind& kind);
KindForm encode_cancel(const ForwardKind& kind);

enum class OfferKind : std::uint8_t { tcpip, streamlocal, agent };

// What a server says of a channel that it wants to open.
struct OfferOrigin {
  OfferKind kind = OfferKind::agent;
  std::string address;  // at which it listens, or the path; as it says it
  std::uint32_t port = 0;
  std::string origin_address;  // of who came there
  std::uint32_t origin_port = 0;
};
// nullopt for a type that is none of these; an error for one that is malformed.
Result<std::optional<OfferOrigin>> decode_offer(std::string_view type, ByteView extra);

}  // namespace hawser::connection
