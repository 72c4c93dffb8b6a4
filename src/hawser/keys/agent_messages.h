// The messages of an ssh-agent (draft-ietf-sshm-ssh-agent): the keys that it holds, a signature by
// one of them, and one more key for it to hold. Nothing else is asked of an agent.
//
//   message = length:uint32 type:uint8 ...
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"
#include "hawser/keys/memory_signer.h"

namespace hawser::keys::agent {

struct Identity {
  Bytes key_blob;
  std::string comment;  // the agent's words, as they are: see display.h
};

// Each with its length in front.
Bytes identities_request();
// `algorithm` says which hash an RSA key shall use (4.6.1).
Bytes sign_request(ByteView key_blob, ByteView data, std::string_view algorithm);

// How the agent is to hold a key that it is given.
struct Hold {
  std::string comment;
  std::optional<std::uint32_t> seconds;  // then it forgets the key
  bool asks_first = false;               // a person, before each use
};
SecretBytes add_request(const crypto::Engine& engine, const MemorySigner& key, const Hold& hold);

// The length that the first four bytes of a reply announce. agent_protocol: 0, or more than
// limits::kAgentReply.
Result<std::size_t> reply_length(ByteView head);

// A whole reply, its length left out. agent_refused: the agent said no; agent_protocol: it said
// what was not asked for, malformed, or more than limits::kAgentIdentities.
Result<std::vector<Identity>> parse_identities(ByteView reply);
Result<Bytes> parse_signature(ByteView reply);
Status parse_success(ByteView reply);

}  // namespace hawser::keys::agent
