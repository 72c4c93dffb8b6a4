// What happened on the connection. Views live until the session's next call.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hawser/base/bytes.h"
#include "hawser/connection/channel.h"
#include "hawser/connection/forward.h"

namespace hawser::connection {

struct ChannelOpened {
  ChannelId channel;
};
struct ChannelRefused {  // the channel was never open; its number is free
  ChannelId channel;
  std::uint32_t reason;  // RFC 4254 5.1
  std::string text;      // the server's, escaped
};
struct ChannelBytes {
  ChannelId channel;
  Stream stream;
  ByteView data;  // give the window back with consume() when they were used
};
struct ChannelEnded {  // EOF: no more data will come
  ChannelId channel;
};
struct ChannelReplied {  // to the oldest request without an answer
  ChannelId channel;
  bool is_success;
};
struct ChannelWritable {  // the window opened
  ChannelId channel;
};
struct ChannelExited {
  ChannelId channel;
  std::variant<std::uint32_t, std::string> how;  // the status, or the signal's name, escaped
};
struct ChannelClosed {  // by the server; its number is free after this event
  ChannelId channel;
};
struct GlobalReplied {  // to the oldest global request without an answer
  bool is_success;
  ByteView answer;  // what it says besides
};
// hostkeys-00@openssh.com: the keys that the server says it has, each once. Nothing is proved.
struct HostKeysAnnounced {
  std::vector<ByteView> blobs;
};

// The server wants to open a channel: accept() or refuse() it. Nothing comes on it before.
struct ChannelOffered {
  ChannelId offered;
  OfferOrigin origin;
};

using ChannelEvent = std::variant<ChannelOpened, ChannelRefused, ChannelBytes, ChannelEnded,
                                  ChannelReplied, ChannelWritable, ChannelExited, ChannelClosed,
                                  GlobalReplied, HostKeysAnnounced, ChannelOffered>;

}  // namespace hawser::connection
