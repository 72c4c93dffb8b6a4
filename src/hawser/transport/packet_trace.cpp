#include "hawser/transport/packet_trace.h"

#include "hawser/wire/message_table.h"
#include "hawser/wire/messages_auth.h"

namespace hawser::transport {

void tell_of_packet(const PacketTrace& trace, Way way, std::uint8_t number, std::size_t size) {
  const bool may_hold_secret =
      number == wire::UserauthRequest::number || number == wire::UserauthInfoResponse::number;
  PacketSeen seen{way, number, wire::message_name(number), size};
  if (way == Way::out && may_hold_secret) seen.size.reset();
  trace(seen);
}

}  // namespace hawser::transport
