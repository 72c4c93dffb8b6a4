// The exchange hash and the keys made of it (RFC 4253 7.2 and 8).
#pragma once

#include "hawser/transport/negotiation.h"

namespace hawser::transport {

// What both sides said before the method began. All as sent, the lines without CR LF.
struct Transcript {
  std::string_view client_line;
  std::string_view server_line;
  ByteView client_kexinit;
  ByteView server_kexinit;
};

// H = hash(V_C || V_S || I_C || I_S || K_S || values || K), RFC 4253 8.
Result<Bytes> exchange_hash(const crypto::Engine& engine, crypto::HashId hash,
                            const Transcript& transcript, const KexOutcome& outcome);

struct SessionKeys {
  ProtectionKeys client_to_server;
  ProtectionKeys server_to_client;
};

// Six derivations, letters A to F. `session_id` is the first exchange's hash.
Result<SessionKeys> derive_keys(const crypto::Engine& engine, const Agreed& agreed, ByteView shared,
                                ByteView hash, ByteView session_id);

}  // namespace hawser::transport
