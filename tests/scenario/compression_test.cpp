// Compression on the wire: when it begins, how it goes through key exchanges, what a hostile stream
// gets.
#include "hawser/transport/compression.h"

#include <gtest/gtest.h>

#include "hawser/wire/messages_kex.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"
#include "support/zlib_peer.h"

namespace hawser::scenario {
namespace {

using support::ZlibPeer;

SceneOptions both_have(std::vector<std::string> names) {
  SceneOptions options;
  options.server.commands["echo"].echoes = true;
  options.server.proposal.compression = options.proposal.compression = std::move(names);
  return options;
}

Bytes text(std::size_t size) {
  Bytes out;
  for (int i = 0; out.size() < size; ++i) append(out, as_bytes("line " + std::to_string(i) + "\n"));
  out.resize(size);
  return out;
}

void expect_echo(Scene& scene, const Bytes& data) {
  const auto channel = scene.start("echo");
  ASSERT_FALSE(scene.server.complaint()) << describe(scene.server.complaint()->code);
  ASSERT_TRUE(channel) << describe(scene.failure_code());
  scene.client.write_all(*channel, data);
  scene.run();
  ASSERT_FALSE(scene.failure()) << describe(scene.failure_code()) << " " << scene.failure()->where;
  ASSERT_FALSE(scene.server.complaint()) << describe(scene.server.complaint()->code);
  EXPECT_EQ(scene.client.output(*channel), data);
  EXPECT_TRUE(scene.client.saw("closed 0"));
}

// Changes every KEXINIT of the server's.
void edit_kexinit(Scene& scene,
                  const std::function<void(wire::KexInit&, unsigned exchanges)>& edit) {
  scene.server.transport().outgoing = [&scene, edit](Bytes& payload) {
    if (payload[0] != wire::KexInit::number) return true;
    auto message = *wire::decode<wire::KexInit>(payload);
    edit(message, scene.server.transport().exchanges());
    payload = wire::encode_to_bytes(message);
    return true;
  };
}

TEST(Compression, is_not_offered_by_itself) {
  Scene scene;
  std::string offered;
  scene.server.transport().incoming = [&](ByteView payload) {
    if (payload[0] != wire::KexInit::number) return;
    offered = wire::decode<wire::KexInit>(payload)->compression_client_to_server.joined;
  };
  ASSERT_TRUE(scene.handshake());
  EXPECT_EQ(offered, "none");
  EXPECT_EQ(transport::wanted_compression(),
            (std::vector<std::string>{"zlib@openssh.com", "none"}));
}

TEST(Compression, both_kinds_carry_both_ways) {
  for (const char* name : {"zlib@openssh.com", "zlib"}) {
    for (const bool is_strict : {true, false}) {
      SCOPED_TRACE(name);
      SceneOptions options = both_have({name});
      options.server.offers_strict_kex = is_strict;
      Scene scene(options);
      const Bytes data = text(400'000);
      expect_echo(scene, data);
      EXPECT_LT(scene.link.bytes_to_client(), data.size() / 3);
      EXPECT_EQ(scene.client.session().transport().kex().agreed()->client_to_server.compression,
                transport::find_compression(name));
      Scene with_random(options);
      expect_echo(with_random, pattern(400'000));
    }
  }
}

// The first packet of the server's that is compressed is the one behind USERAUTH_SUCCESS.
TEST(Compression, the_delayed_kind_waits_for_the_login) {
  for (const char* name : {"zlib@openssh.com", "zlib"}) {
    Scene scene(both_have({name}));
    ASSERT_TRUE(scene.handshake());
    const auto costs_of_filler = [&] {
      const std::size_t before = scene.link.bytes_to_client();
      scene.server.inject_message(wire::Ignore{wire::Blob(Bytes(10'000))});
      scene.run();
      return scene.link.bytes_to_client() - before;
    };
    const bool is_delayed = std::string_view(name) != "zlib";
    EXPECT_EQ(costs_of_filler() > 10'000, is_delayed);
    ASSERT_TRUE(scene.login());
    EXPECT_LT(costs_of_filler(), 200u);
    EXPECT_FALSE(scene.failure());
  }
}

TEST(Compression, goes_through_key_exchanges_of_both_sides) {
  for (const char* name : {"zlib@openssh.com", "zlib"}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      SCOPED_TRACE(seed);
      SceneOptions options = both_have({name});
      options.rekey.packets = 2 + seed % 3;
      options.server.rekeys_every_packets = 1 + seed % 4;
      options.server.offers_strict_kex = seed % 2 == 0;
      options.server.max_packet = options.server.window = 3000;
      options.rules.writes_at_most = 3000;
      options.cutting = {Cutting::Kind::random, seed};
      Scene scene(options);
      expect_echo(scene, seed % 2 == 0 ? text(100'000) : pattern(50'000));
      EXPECT_GT(scene.client.count("keys again"), 10u);
    }
  }
}

TEST(Compression, byte_by_byte) {
  SceneOptions options = both_have({"zlib@openssh.com"});
  options.cutting = {Cutting::Kind::bytes, 0};
  Scene scene(options);
  expect_echo(scene, text(20'000));
}

TEST(Compression, directions_are_apart) {
  for (const bool is_down : {true, false}) {
    Scene scene(both_have({"zlib@openssh.com", "none"}));
    edit_kexinit(scene, [is_down](wire::KexInit& m, unsigned) {
      (is_down ? m.compression_client_to_server : m.compression_server_to_client) =
          wire::NameList("none");
    });
    const Bytes data = text(400'000);
    expect_echo(scene, data);
    EXPECT_EQ(scene.link.bytes_to_client() < data.size() / 3, is_down);
  }
}

TEST(Compression, can_end_and_begin_in_a_key_exchange) {
  Scene scene(both_have({"zlib@openssh.com", "none"}));
  edit_kexinit(scene, [](wire::KexInit& m, unsigned exchanges) {
    if (exchanges % 2 == 1) {
      m.compression_client_to_server = m.compression_server_to_client = wire::NameList("none");
    }
  });
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  const Bytes id = to_bytes(scene.client.session().transport().kex().session_id());
  for (unsigned exchange = 2; exchange < 6; ++exchange) {
    ASSERT_TRUE(scene.client.session().rekey());
    scene.run();
    const std::size_t before = scene.link.bytes_to_client();
    scene.server.inject_message(wire::Ignore{wire::Blob(Bytes(10'000))});
    scene.run();
    const bool is_compressed = exchange % 2 == 1;
    EXPECT_EQ(scene.link.bytes_to_client() - before < 5000, is_compressed) << exchange;
  }
  EXPECT_EQ(to_bytes(scene.client.session().transport().kex().session_id()), id);
  scene.client.write_all(*channel, text(100'000));
  scene.run();
  EXPECT_EQ(scene.client.output(*channel), text(100'000));
  EXPECT_FALSE(scene.failure());
}

// What a payload may have is the same whether it was compressed or not.
TEST(Compression, expands_to_the_limit_of_a_packet_and_no_further) {
  constexpr std::size_t kOfIgnore = 5;  // number, length
  for (const bool is_logged_in : {false, true}) {
    const std::size_t most = is_logged_in ? limits::kPacket : limits::kPacketBeforeLogin;
    for (const std::size_t size : {most, most + 1}) {
      Scene scene(both_have({"zlib"}));
      ASSERT_TRUE(scene.handshake());
      ASSERT_TRUE(!is_logged_in || scene.login());
      scene.server.inject_message(wire::Ignore{wire::Blob(Bytes(size - kOfIgnore))});
      scene.run();
      EXPECT_EQ(scene.failure_code(), size > most ? Errc::expanded_too_long : Errc{});
      EXPECT_EQ(scene.server.disconnect_code().value_or(0), size > most ? 6u : 0u);
    }
  }
}

TEST(Compression, hostile_streams_end_the_session) {
  const Bytes ignore = wire::encode_to_bytes(wire::Ignore{});
  const struct {
    const char* what;
    Bytes payload;
    Errc code;
  } rows[] = {
      {"not compressed", ignore, Errc::bad_compression},
      {"the stream's end", ZlibPeer().packet(ignore, Z_FINISH), Errc::bad_compression},
      {"a dictionary", ZlibPeer(6, "ssh").packet(ignore), Errc::bad_compression},
      {"no payload", ZlibPeer().packet({}, Z_SYNC_FLUSH), Errc::bad_compression},
      {"a bomb", ZlibPeer().packet(Bytes(10'000'000)), Errc::expanded_too_long},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    SceneOptions options = both_have({"zlib@openssh.com"});
    options.server.compresses = false;
    Scene scene(options);
    ASSERT_TRUE(scene.handshake() && scene.login());
    scene.server.inject(row.payload);
    scene.run();
    EXPECT_EQ(scene.failure_code(), row.code);
    EXPECT_EQ(scene.server.disconnect_code(), 6u);
  }
}

// A server that begins too early talks in numbers that are no messages.
TEST(Compression, before_the_login_is_not_expanded) {
  SceneOptions options = both_have({"zlib@openssh.com"});
  options.server.compresses = false;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  scene.server.inject(ZlibPeer().packet(wire::encode_to_bytes(wire::Ignore{})));
  scene.run();
  EXPECT_FALSE(scene.failure());
  EXPECT_EQ(scene.server.unimplemented().size(), 1u);
}

}  // namespace
}  // namespace hawser::scenario
