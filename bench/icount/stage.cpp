#include "stage.h"

#include <cstdio>
#include <cstdlib>

#include "hawser/crypto/testing/null_cipher.h"
#include "hawser/operations/handshake.h"
#include "hawser/operations/login.h"
#include "hawser/operations/open_channel.h"

namespace hawser::icount {

namespace {

constexpr Duration kTurn = std::chrono::milliseconds(1);
constexpr std::size_t kPiece = 256 * 1024;  // what a busy socket gives and takes at once

// Not the hybrid that would be chosen: it is ours or OpenSSL's, as OpenSSL's version has it.
constexpr std::string_view kKeyExchange = "curve25519-sha256";

session::Config config_of(const crypto::Engine& engine) {
  session::Config config;
  config.transport.proposal = transport::default_proposal(engine);
  config.transport.proposal.kex = {std::string(kKeyExchange)};
  return config;
}

}  // namespace

[[gnu::noinline]] void counted(const std::function<void()>& work) {
  work();
}

void fail_with(const char* what) {
  std::fprintf(stderr, "icount: %s\n", what);
  std::exit(1);
}

Stage::Stage(scenario::ServerOptions options)
    : client_engine_(crypto::testing::with_null_cipher(scenario::engine_with(client_random_))),
      server_engine_(crypto::testing::with_null_cipher(scenario::engine_with(server_random_))),
      server_(std::move(options), server_engine_),
      session_(config_of(client_engine_), client_engine_, now_) {}

void Stage::log_in() {
  operations::Handshake handshake;
  run(handshake);
  operations::Login login(
      "user", auth::PasswordCredential{SecretBytes(as_bytes(scenario::AuthScript{}.password))});
  run(login);
}

std::shared_ptr<operations::ChannelBox> Stage::start(const connection::ChannelRequest& request) {
  operations::OpenChannel open(connection::SessionKind{});
  run(open);
  must(session_.request(open.box()->id(), request), "request");
  open.box()->give_up(open.box()->take_ticket());
  return open.box();
}

void Stage::run(operations::Operation& operation) {
  for (bool is_done = false;;) {
    counted([&] { turn(operation, is_done); });
    if (is_done) return;
    bool has_moved = carry_to_server();
    if (on_turn) on_turn(server_);
    has_moved = carry_to_client() || has_moved;
    if (server_.complaint()) fail_with(server_.complaint()->where);
    if (!has_moved) fail_with("stuck");
    now_ += kTurn;
  }
}

void Stage::turn(operations::Operation& operation, bool& is_done) {
  session_.on_time(now_);
  const operations::Want want = must(operation.advance(session_, inbox_), "operation");
  is_done = std::holds_alternative<operations::Done>(want);
  if (std::holds_alternative<operations::NeedVerdict>(want)) {
    must(operation.supply_verdict(session_, inbox_, {}), "verdict");
  }
  drain();
}

void Stage::drain() {
  while (auto event = must(session_.next(), "session")) {
    must(inbox_.take(session_, *event), "inbox");
  }
}

bool Stage::carry_to_server() {
  const ByteView pending = session_.pending_output();
  if (pending.empty()) return false;
  server_.received(pending);
  counted([&] { session_.sent(pending.size()); });
  return true;
}

bool Stage::carry_to_client() {
  std::size_t before = 0;
  do {  // a packet a call
    before = server_.pending_output().size();
    server_.pump();
  } while (server_.pending_output().size() > before && before < kPiece);
  ByteSpan space;
  counted([&] { space = session_.receive_space(); });
  const std::size_t size = std::min(server_.pending_output().size(), space.size());
  if (size == 0) return false;
  copy(server_.pending_output().first(size), space);
  server_.sent(size);
  counted([&] {
    session_.received(size);
    drain();
  });
  return true;
}

}  // namespace hawser::icount
