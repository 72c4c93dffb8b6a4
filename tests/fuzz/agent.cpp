// What an ssh-agent replies.
#include "hawser/base/limits.h"
#include "hawser/keys/agent_messages.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

void agent(ByteView input) {
  if (input.size() >= 4) {
    const auto length = keys::agent::reply_length(input.first(4));
    HAWSER_EXPECT(!length || (*length > 0 && *length <= limits::kAgentReply));
  }
  const auto identities = keys::agent::parse_identities(input);
  if (identities) {
    HAWSER_EXPECT(identities->size() <= limits::kAgentIdentities);
    std::size_t size = 0;
    for (const auto& identity : *identities) {
      size += identity.key_blob.size() + identity.comment.size();
    }
    HAWSER_EXPECT(size <= input.size());
  }
  const auto signature = keys::agent::parse_signature(input);
  HAWSER_EXPECT(!signature || (!signature->empty() && signature->size() < input.size()));
}

}  // namespace hawser::fuzz
