// Every call of a session, at times when it has no place: before the keys, before the login, and
// after the end.
#include <gtest/gtest.h>

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

using connection::ChannelId;

struct Call {
  const char* name;
  std::function<Status(session::Session&)> make;
};

Status status_of(const auto& result) {
  return result ? Status() : std::unexpected(result.error());
}

std::vector<Call> calls_that_need_a_login() {
  const ChannelId id(0);
  return {
      {"open", [](auto& s) { return status_of(s.open(connection::SessionKind{})); }},
      {"request", [=](auto& s) { return s.request(id, connection::ShellRequest{}); }},
      {"write", [=](auto& s) { return status_of(s.write(id, Gather(Bytes(1)))); }},
      {"send_eof", [=](auto& s) { return s.send_eof(id); }},
      {"close", [=](auto& s) { return s.close(id); }},
      {"consume", [=](auto& s) { return s.consume(id, 1); }},
      {"keepalive", [](auto& s) { return s.keepalive(); }},
      {"prove_host_keys", [](auto& s) { return s.prove_host_keys({}); }},
      {"forward", [](auto& s) { return s.forward(connection::TcpipForward{"a", 1}); }},
      {"cancel", [](auto& s) { return s.cancel_forward(connection::TcpipForward{"a", 1}); }},
      {"accept", [=](auto& s) { return s.accept(id); }},
      {"refuse", [=](auto& s) { return s.refuse(id, connection::OpenRefusal::connect_failed); }},
  };
}

std::vector<Call> calls_of_the_login() {
  return {
      {"accept_host_key", [](auto& s) { return s.accept_host_key(); }},
      {"refuse_host_key", [](auto& s) { return s.refuse_host_key(Errc::host_key_changed); }},
      {"login", [](auto& s) { return s.login("user", auth::NoneCredential{}); }},
      {"sign", [](auto& s) { return s.answer(ByteView()); }},
      {"answer", [](auto& s) { return s.answer(std::span<const SecretBytes>()); }},
      {"cancel_login", [](auto& s) { return s.cancel_login(); }},
      {"rekey", [](auto& s) { return s.rekey(); }},
  };
}

TEST(Calls, before_the_keys) {
  for (const auto& calls : {calls_that_need_a_login(), calls_of_the_login()}) {
    for (const Call& call : calls) {
      Scene scene;
      const Status status = call.make(scene.client.session());
      if (std::string_view(call.name) == "cancel_login") continue;  // nothing is to be cancelled
      ASSERT_FALSE(status) << call.name;
      EXPECT_EQ(status.error().code, Errc::wrong_state) << call.name;
      EXPECT_FALSE(scene.failure()) << call.name;
      EXPECT_TRUE(scene.handshake() && scene.login()) << call.name;
    }
  }
}

TEST(Calls, before_the_login) {
  for (const Call& call : calls_that_need_a_login()) {
    Scene scene;
    ASSERT_TRUE(scene.handshake());
    const Status status = call.make(scene.client.session());
    ASSERT_FALSE(status) << call.name;
    EXPECT_EQ(status.error().code, Errc::wrong_state) << call.name;
    EXPECT_EQ(scene.client.session().writable(ChannelId(0)), 0U);
    EXPECT_TRUE(scene.login()) << call.name;
  }
}

TEST(Calls, after_the_end) {
  const auto ends = {
      +[](Scene& scene) { scene.client.session().disconnect(); },
      +[](Scene& scene) { scene.client.session().abandon(Errc::out_of_memory); },
      +[](Scene& scene) { scene.link.end(); },
  };
  for (const auto& end : ends) {
    Scene scene;
    ASSERT_TRUE(scene.handshake() && scene.login() && scene.open_session());
    end(scene);
    ASSERT_TRUE(scene.failure());
    const Error why = *scene.failure();
    for (const auto& calls : {calls_that_need_a_login(), calls_of_the_login()}) {
      for (const Call& call : calls) {
        const Status status = call.make(scene.client.session());
        ASSERT_FALSE(status) << call.name;
        EXPECT_EQ(status.error(), why) << call.name;
      }
    }
    session::Session& session = scene.client.session();
    session.disconnect();
    session.abandon(Errc::internal);
    session.ended(5);
    EXPECT_EQ(*session.failure(), why);
    EXPECT_TRUE(session.receive_space().empty());
    EXPECT_FALSE(session.can_receive());
    EXPECT_FALSE(session.next());
    EXPECT_FALSE(session.next_deadline());
    EXPECT_EQ(session.writable(ChannelId(0)), 0U);
  }
}

}  // namespace
}  // namespace hawser::scenario
