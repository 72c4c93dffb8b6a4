// The messages of an ssh-agent (draft-ietf-sshm-ssh-agent): the keys that it holds, and a signature
// by one of them. Nothing else is asked of an agent.
//
//   message = length:uint32 type:uint8 ...
#pragma once

#include <string>
#include <vector>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::keys::agent {

struct Identity {
  Bytes key_blob;
  std::string comment;  // the agent's words, as they are: see display.h
};

// Each with its length in front.
Bytes identities_request();
// `algorithm` says which hash an RSA key shall use (4.6.1).
Bytes sign_request(ByteView key_blob, ByteView data, std::string_view algorithm);

// The length that the first four bytes of a reply announce. agent_protocol: 0, or more than
// limits::kAgentReply.
Result<std::size_t> reply_length(ByteView head);

// A whole reply, its length left out. agent_refused: the agent said no; agent_protocol: it said
// what was not asked for, malformed, or more than limits::kAgentIdentities.
Result<std::vector<Identity>> parse_identities(ByteView reply);
Result<Bytes> parse_signature(ByteView reply);

}  // namespace hawser::keys::agent
