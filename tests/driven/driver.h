// Runs operations on a session against the scenarios' server, in memory and without threads, as a
// driver of client/ does with sockets. What an operation wants besides the peer, a test brings.
#pragma once

#include <functional>

#include "hawser/operations/handshake.h"
#include "hawser/operations/login.h"
#include "hawser/operations/open_channel.h"

#include "scenario/scene.h"

namespace hawser::driven {

using operations::LocalAnswer;
using operations::LocalRequest;

struct World {
  struct Input {
    Bytes data;
    bool is_end = true;
  };
  std::function<Status(const keys::PublicKey&)> judge = [](const auto&) { return Status(); };
  std::function<Result<Bytes>(const session::SignatureWanted&)> sign =
      [](const auto&) -> Result<Bytes> { return fail(Errc::internal, "nobody signs"); };
  std::function<Result<std::vector<SecretBytes>>(const session::PromptsShown&)> answer =
      [](const auto&) -> Result<std::vector<SecretBytes>> {
    return fail(Errc::internal, "nobody answers");
  };
  std::function<Input(std::size_t)> input = [](std::size_t) { return Input{}; };
  std::function<Result<LocalAnswer>(const LocalRequest&)> local =
      [](const auto&) -> Result<LocalAnswer> { return LocalAnswer{}; };
};

class Driver {
 public:
  explicit Driver(const scenario::SceneOptions& options = {}) : scene_(options) {}

  // Until it is done or failed, nothing moves any more (timed_out), or `turns` are over
  // (cancelled); then it is cancelled as drivers do.
  Status run(operations::Operation& operation, const World& world = {}, unsigned turns = 100'000) {
    const Status status = run_on(operation, world, turns);
    if (!status) operation.cancel(session(), inbox_);
    carry();
    return status;
  }

  bool log_in() {
    operations::Handshake handshake;
    operations::Login login("user", scenario::password(scenario::AuthScript{}.password));
    return run(handshake) && run(login);
  }

  // A channel, with a command of the server's options on it unless it is "".
  std::shared_ptr<operations::ChannelBox> open(std::string_view command = {}) {
    operations::OpenChannel open(connection::SessionKind{});
    if (!run(open)) return nullptr;
    if (!command.empty()) {
      if (!session().request(open.box()->id(), connection::ExecRequest{command})) return nullptr;
      open.box()->give_up(open.box()->take_ticket());
      carry();
    }
    return open.box();
  }

  // Both ways, once; false: nothing was there to be moved.
  bool carry() {
    if (cuts_after && turns_++ == *cuts_after) cut();
    bool has_moved = false;
    while (!session().pending_output().empty()) {
      has_moved = true;
      const std::size_t size = session().pending_output().size();
      for_server([&] { server().received(session().pending_output()); });
      session().sent(size);
    }
    for_server([&] {
      server().pump();
      if (on_turn) on_turn();
    });
    const std::size_t size =
        std::min(session().receive_space().size(), server().pending_output().size());
    if (size == 0) return has_moved;
    copy(server().pending_output().first(size), session().receive_space());
    server().sent(size);
    session().received(size);
    drain();
    return true;
  }

  // The connection goes, as by the peer.
  void cut() {
    session().ended();
    drain();
  }

  std::function<void()> on_turn;  // the server's part of what is no script
  // Runs what the server does, where that is to be told from the client's part.
  std::function<void(const std::function<void()>&)> for_server = [](const auto& work) { work(); };
  std::optional<unsigned> cuts_after;  // turns: then the connection goes

  session::Session& session() { return scene_.client.session(); }
  scenario::ServerSession& server() { return scene_.server; }
  operations::Inbox& inbox() { return inbox_; }
  scenario::Scene& scene() { return scene_; }

 private:
  Status run_on(operations::Operation& operation, const World& world, unsigned turns) {
    for (; turns > 0; --turns) {
      const auto want = HAWSER_TRY(operation.advance(session(), inbox_));
      drain();  // requests that are answered at once
      if (std::holds_alternative<operations::Done>(want)) return {};
      if (const auto* awaited = std::get_if<operations::AwaitPeer>(&want)) {
        if (carry()) continue;
        if (session().failure()) return std::unexpected(*session().failure());
        return fail(Errc::timed_out, awaited->phase);
      }
      HAWSER_TRY(satisfy(operation, world, want));
    }
    return fail(Errc::cancelled, "test");
  }

  Status satisfy(operations::Operation& operation, const World& world,
                 const operations::Want& want) {
    if (const auto* verdict = std::get_if<operations::NeedVerdict>(&want)) {
      return operation.supply_verdict(session(), inbox_, world.judge(*verdict->key));
    }
    if (const auto* signature = std::get_if<operations::NeedSignature>(&want)) {
      return operation.supply_signature(session(), world.sign(signature->request));
    }
    if (const auto* prompts = std::get_if<operations::NeedAnswers>(&want)) {
      return operation.supply_answers(session(), world.answer(prompts->request));
    }
    if (const auto* local = std::get_if<operations::NeedLocal>(&want)) {
      return operation.supply_local(world.local(local->request));
    }
    const World::Input input = world.input(std::get<operations::NeedInput>(want).most);
    return operation.supply_input(input.data, input.is_end);
  }

  void drain() {
    for (;;) {
      const auto event = session().next();
      if (!event || !*event) return;
      if (!inbox_.take(session(), **event)) return;
    }
  }

  scenario::Scene scene_;
  operations::Inbox inbox_;
  unsigned turns_ = 0;
};

}  // namespace hawser::driven
