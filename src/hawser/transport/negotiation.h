// Two KEXINITs in, one agreement out: a pure function (RFC 4253 7.1).
#pragma once

#include "hawser/base/report.h"
#include "hawser/keys/algorithms.h"
#include "hawser/transport/kex_method.h"
#include "hawser/transport/protection.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::transport {

// What both sides will use. The rows are constant and outlive every session.
struct Agreed {
  const KexAlgorithm* kex = nullptr;
  const keys::KeyUse* host_key = nullptr;
  ProtectionSuite client_to_server;
  ProtectionSuite server_to_client;
  bool is_guess_wrong = false;  // the server's first guessed packet must be ignored
};

// no_common_algorithm fills the report with the list and both sides' names.
Result<Agreed> negotiate(const crypto::Engine& engine, const wire::KexInit& client,
                         const wire::KexInit& server, Report& report);

}  // namespace hawser::transport
