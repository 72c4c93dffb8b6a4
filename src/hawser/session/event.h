// Everything that a session tells whoever drives it. Views live until the session's next call.
#pragma once

#include "hawser/auth/authenticator.h"
#include "hawser/connection/event.h"
#include "hawser/keys/public_key.h"

namespace hawser::session {

// The server's key, its signature verified: call accept_host_key() or refuse_host_key(). Nothing is
// read or sent meanwhile.
struct HostKeyOffered {
  const keys::PublicKey& key;
};
// The keys of an exchange are in use in both directions.
struct KeysExchanged {
  bool is_first;
  std::vector<std::string> weaknesses;  // of what was agreed on, for people
};
struct LoginSucceeded {};
using LoginRefused = auth::Refused;
using SignatureWanted = auth::SignRequest;  // call answer() or cancel_login()
using PromptsShown = auth::PromptRequest;   // call answer() or cancel_login()
using BannerShown = auth::Banner;

using Event =
    std::variant<HostKeyOffered, KeysExchanged, SignatureWanted, PromptsShown, LoginSucceeded,
                 LoginRefused, BannerShown, connection::ChannelOpened, connection::ChannelRefused,
                 connection::ChannelBytes, connection::ChannelEnded, connection::ChannelReplied,
                 connection::ChannelWritable, connection::ChannelExited, connection::ChannelClosed,
                 connection::GlobalReplied, connection::HostKeysAnnounced,
                 connection::ChannelOffered>;

}  // namespace hawser::session
