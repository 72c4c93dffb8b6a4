// Runs an operation on a scene's session, as a driver would, over a path on which everything takes
// one round trip of virtual time, and as much fits as is sent.
#pragma once

#include <functional>

#include "hawser/operations/operation.h"

#include "scenario/scene.h"

namespace hawser::striping {

class FarLink {
 public:
  using World = std::function<Result<operations::LocalAnswer>(const operations::LocalRequest&)>;

  FarLink(scenario::Scene& scene, Duration round_trip)
      : scene_(scene), round_trip_(round_trip), now_(scene.client.session().now()) {}

  // Until it is done, or `most` round trips have passed: then it is cancelled with timed_out.
  Status run(operations::Operation& operation, const World& world, unsigned most = 5000) {
    for (const unsigned end = rounds_ + most; rounds_ < end;) {
      const auto want = step(operation, world);
      if (!want) {
        operation.cancel(session(), inbox_);
        return std::unexpected(want.error());
      }
      if (std::holds_alternative<operations::Done>(*want)) return {};
    }
    operation.cancel(session(), inbox_);
    return fail(Errc::timed_out, "test");
  }
  // What was left to be sent goes, and what that brings.
  void settle() {
    for (int i = 0; i < 4; ++i) turn();
  }

  session::Session& session() { return scene_.client.session(); }
  operations::Inbox& inbox() { return inbox_; }
  [[nodiscard]] unsigned rounds() const { return rounds_; }
  std::function<void()> on_round = [] {};

 private:
  Result<operations::Want> step(operations::Operation& operation, const World& world) {
    session().on_time(now_);
    auto want = HAWSER_TRY(operation.advance(session(), inbox_));
    if (const auto* local = std::get_if<operations::NeedLocal>(&want)) {
      HAWSER_TRY(operation.supply_local(world(local->request)));
    } else if (std::holds_alternative<operations::AwaitPeer>(want)) {
      if (!carry_up()) turn();
    }
    return want;
  }

  bool carry_up() {
    const std::size_t size = session().pending_output().size();
    if (size > 0) scene_.server.received(session().pending_output());
    session().sent(size);
    return size > 0;
  }

  // What the server has to say arrives a round trip after what it answers was sent.
  void turn() {
    carry_up();
    std::size_t before = 0;
    do {
      before = scene_.server.pending_output().size();
      scene_.server.pump();
    } while (scene_.server.pending_output().size() > before);
    now_ += round_trip_;
    ++rounds_;
    session().on_time(now_);
    while (!scene_.server.pending_output().empty()) carry_down();
    on_round();
  }

  void carry_down() {
    const ByteSpan space = session().receive_space();
    const std::size_t size = std::min(space.size(), scene_.server.pending_output().size());
    copy(scene_.server.pending_output().first(size), space);
    scene_.server.sent(size);
    session().received(size);
    for (;;) {
      const auto event = session().next();
      if (!event || !*event) return;
      if (!inbox_.take(session(), **event)) return;
    }
  }

  scenario::Scene& scene_;
  Duration round_trip_;
  Instant now_;
  operations::Inbox inbox_;
  unsigned rounds_ = 0;
};

}  // namespace hawser::striping
