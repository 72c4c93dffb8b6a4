// What went wrong with a remote scp, in words: its own, or what became of it.
#pragma once

#include "hawser/client/failure.h"
#include "hawser/operations/scp_link.h"
#include "hawser/scp/complaints.h"

namespace hawser::client {

// All that is known of a conversation with a remote scp.
struct ScpTalk {
  const operations::ScpLink& link;
  const scp::Complaints& complaints;
  const std::string& last_words;  // escaped
  const std::string& path;        // on the server
};

// Of a conversation that ended early.
Failure explain_scp(Failure failure, const ScpTalk& talk);

// Of one that came to its end: whether the remote scp was content.
Outcome<void> judge_scp(const ScpTalk& talk);

// What the remote said about one of several files; `path` is where they are.
Failure complaint_failure(const std::string& text, const std::string& path);

}  // namespace hawser::client
