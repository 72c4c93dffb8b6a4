// The server's half of user authentication (RFC 4252): none, password and publickey.
#pragma once

#include "hawser/crypto/engine.h"
#include "hawser/wire/messages_auth.h"

#include "scenario/server_options.h"

namespace hawser::scenario {

class ServerAuth {
 public:
  // Both outlive it.
  ServerAuth(const AuthScript& script, const crypto::Engine& engine)
      : script_(script), engine_(engine) {}

  // A SERVICE_REQUEST or USERAUTH_REQUEST: the payloads to answer with.
  Result<std::vector<Bytes>> take(ByteView payload, ByteView session_id);

  [[nodiscard]] bool is_done() const { return is_done_; }
  [[nodiscard]] unsigned signatures_seen() const { return signatures_; }

 private:
  enum class Verdict { refused, accepted, probe_accepted, wants_new_password };

  Result<Verdict> judge(const wire::UserauthRequest& request, ByteView payload,
                        ByteView session_id);
  Result<Verdict> judge_password(ByteView fields);
  Result<Verdict> judge_key(ByteView fields, ByteView payload, ByteView session_id);
  Bytes answer(Verdict verdict, const wire::UserauthRequest& request);

  const AuthScript& script_;
  const crypto::Engine& engine_;
  bool has_banners_sent_ = false;
  bool has_key_ = false;
  bool has_password_ = false;
  bool is_done_ = false;
  unsigned signatures_ = 0;
};

}  // namespace hawser::scenario
