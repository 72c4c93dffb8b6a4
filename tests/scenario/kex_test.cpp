// Key exchanges with a peer that breaks the rules, and the verdict on the host key.
#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"
#include "scenario/test_keys.h"
#include "support/certificate_builder.h"

namespace hawser::scenario {
namespace {

bool only_key_exchange_was_said(ServerSession& server) {
  return std::ranges::all_of(server.received_numbers(), [](std::uint8_t number) {
    return number == wire::Disconnect::number || number == wire::KexInit::number ||
           number == wire::KexEcdhInit::number || number == wire::NewKeys::number;
  });
}

// The server says `payload` just before its first payload with `number`.
void say_before(Scene& scene, std::uint8_t number, Bytes payload) {
  scene.server.transport().outgoing = [&scene, number, payload,
                                       is_said = false](Bytes& next) mutable {
    if (next[0] == number && !std::exchange(is_said, true)) scene.server.inject(payload);
    return true;
  };
}

const Bytes kIgnore = wire::encode_to_bytes(wire::Ignore{wire::Blob(as_bytes("noise"))});
const Bytes kDebug = wire::encode_to_bytes(wire::Debug{true, "noise", ""});
const Bytes kUnimplemented = wire::encode_to_bytes(wire::Unimplemented{0});
const Bytes kExtInfo = wire::encode_to_bytes(wire::ExtInfo{0, {}});

// CVE-2023-48795: what a middleman could slip in unseen ends a strict exchange.
TEST(Strict, noise_before_newkeys_is_refused) {
  for (const Bytes& noise : {kIgnore, kDebug, kUnimplemented}) {
    for (const std::uint8_t before : {20, 31, 21}) {
      SCOPED_TRACE(testing::Message() << int{noise[0]} << " before " << int{before});
      Scene scene;
      say_before(scene, before, noise);
      EXPECT_FALSE(scene.handshake());
      EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
      EXPECT_TRUE(only_key_exchange_was_said(scene.server));
    }
  }
}

TEST(Strict, noise_is_tolerated_without_it) {
  for (const Bytes& noise : {kIgnore, kDebug, kUnimplemented}) {
    for (const std::uint8_t before : {20, 31, 21}) {
      SCOPED_TRACE(testing::Message() << int{noise[0]} << " before " << int{before});
      SceneOptions options;
      options.server.offers_strict_kex = false;
      Scene scene(options);
      say_before(scene, before, noise);
      EXPECT_TRUE(scene.handshake());
      EXPECT_TRUE(scene.login());
    }
  }
}

// Sequence numbers start again at every NEWKEYS of both sides: only then do MACs that cover them
// fit.
TEST(Strict, sequence_numbers_start_again) {
  for (const bool is_strict : {true, false}) {
    SceneOptions options;
    options.server.offers_strict_kex = is_strict;
    Scene scene(options);
    ASSERT_TRUE(scene.handshake() && scene.login());
    const std::uint32_t before = scene.server.transport().packets_sent();
    scene.server.rekey();
    scene.run();
    ASSERT_EQ(scene.client.count("keys again"), 1u);
    if (is_strict) {
      EXPECT_EQ(scene.server.transport().packets_sent(), 0u);
    } else {
      EXPECT_GT(scene.server.transport().packets_sent(), before);
    }
    EXPECT_TRUE(scene.open_session());
  }
}

TEST(Strict, marker_only_in_a_rekey_means_nothing) {
  SceneOptions options;
  options.server.offers_strict_kex = false;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  scene.server.transport().outgoing = [](Bytes& payload) {
    if (payload[0] != wire::KexInit::number) return true;
    auto message = *wire::decode<wire::KexInit>(payload);
    const std::string kex = "curve25519-sha256," + std::string(transport::kStrictKexServer);
    message.kex = wire::NameList(kex);
    payload = wire::encode_to_bytes(message);
    return true;
  };
  scene.server.rekey();
  scene.run();
  EXPECT_FALSE(scene.failure());
  EXPECT_EQ(scene.client.session().transport().kex().strict(), wire::StrictKex::off);
  EXPECT_TRUE(scene.open_session());
}

TEST(ExtInfo, before_newkeys_is_refused) {
  for (const bool is_strict : {true, false}) {
    for (const std::uint8_t before : {20, 31, 21}) {
      SceneOptions options;
      options.server.offers_strict_kex = is_strict;
      Scene scene(options);
      say_before(scene, before, kExtInfo);
      EXPECT_FALSE(scene.handshake());
      EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
    }
  }
}

TEST(ExtInfo, is_welcome_twice_before_login_and_never_after) {
  Scene scene;  // the first comes by itself
  ASSERT_TRUE(scene.handshake());
  say_before(scene, wire::UserauthSuccess::number, kExtInfo);
  ASSERT_TRUE(scene.login());
  scene.server.inject(kExtInfo);
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
}

TEST(ExtInfo, a_third_is_refused) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  scene.server.inject(kExtInfo);
  scene.run();
  EXPECT_FALSE(scene.failure());
  scene.server.inject(kExtInfo);
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
}

TEST(ExtInfo, counts_and_lengths_that_lie) {
  const std::string entry("\0\0\0\1a\0\0\0\1b", 10);
  const struct {
    std::uint32_t count;
    std::string entries;
    Errc expected;
  } cases[] = {
      {1, entry, Errc{}},
      {0, "", Errc{}},
      {2, entry, Errc::malformed_message},
      {0, entry, Errc::malformed_message},
      {1, entry + "x", Errc::malformed_message},
      {0xffffffff, entry, Errc::limit_passed},
      {65, entry, Errc::limit_passed},
      {1, std::string("\xff\xff\xff\xff", 4), Errc::malformed_message},
  };
  for (const auto& row : cases) {
    SceneOptions options;
    options.server.sends_ext_info = false;
    Scene scene(options);
    ASSERT_TRUE(scene.handshake());
    scene.server.inject_message(wire::ExtInfo{row.count, wire::Rest{as_bytes(row.entries)}});
    scene.run();
    EXPECT_EQ(scene.failure_code(), row.expected);
  }
}

TEST(HostKey, is_judged_before_anything_secret_is_sent) {
  SceneOptions options;
  options.rules.judges_host_key = false;
  Scene scene(options);
  scene.run();
  EXPECT_EQ(scene.client.events(), std::vector<std::string>{"host key ssh-ed25519"});
  EXPECT_TRUE(only_key_exchange_was_said(scene.server));
  EXPECT_TRUE(scene.client.session().receive_space().empty());
  EXPECT_EQ(scene.client.session().login("user", password("secret")).error().code,
            Errc::wrong_state);
  ASSERT_TRUE(scene.client.session().accept_host_key());
  EXPECT_TRUE(scene.handshake());
  EXPECT_TRUE(scene.login());
  EXPECT_EQ(scene.client.session().accept_host_key().error().code, Errc::wrong_state);
  EXPECT_FALSE(scene.failure());
}

TEST(HostKey, that_is_refused_ends_the_session) {
  for (const Errc why : {Errc::host_key_unknown, Errc::host_key_changed, Errc::host_key_revoked}) {
    SceneOptions options;
    options.rules.host_key_verdict = why;
    Scene scene(options);
    EXPECT_FALSE(scene.handshake());
    EXPECT_EQ(scene.failure_code(), why);
    EXPECT_EQ(scene.server.disconnect_code(), 9u);
    EXPECT_TRUE(only_key_exchange_was_said(scene.server));
    EXPECT_EQ(scene.client.session().accept_host_key().error().code, why);
    EXPECT_EQ(scene.client.session().login("user", password("secret")).error().code, why);
    scene.run();
    EXPECT_TRUE(only_key_exchange_was_said(scene.server));
  }
}

TEST(HostKey, a_wrong_signature_ends_the_session) {
  for (const crypto::SignatureAlgorithm& row : crypto::openssl_engine().signatures) {
    SCOPED_TRACE(row.name);
    SceneOptions options;
    options.proposal.host_key = {std::string(row.name)};
    Scene scene(options);
    scene.server.transport().outgoing = [](Bytes& payload) {
      if (payload[0] == wire::KexEcdhReply::number) payload.back() ^= 1;
      return true;
    };
    EXPECT_FALSE(scene.handshake());
    EXPECT_EQ(scene.failure_code(), Errc::host_key_signature);
    EXPECT_EQ(scene.server.disconnect_code(), 9u);
    EXPECT_TRUE(only_key_exchange_was_said(scene.server));
    EXPECT_FALSE(scene.client.saw("host key " + std::string(row.key_type)));
  }
}

TEST(HostKey, of_another_type_than_agreed_is_refused) {
  SceneOptions options;
  options.proposal.host_key = {"ecdsa-sha2-nistp256"};
  options.server.presents_key = "ecdsa-sha2-nistp384";
  Scene scene(options);
  EXPECT_FALSE(scene.handshake());
  EXPECT_EQ(scene.failure_code(), Errc::bad_host_key);
}

TEST(HostKey, is_a_certificate_just_where_that_was_agreed) {
  const auto& engine = crypto::openssl_engine();
  const auto key = test_key(engine, "ssh-ed25519");
  const auto authority = test_key(engine, "ssh-ed25519-other");
  const Bytes certificate = test::CertificateBuilder{}.build(engine, key.public_blob(), authority);
  Bytes forged = certificate;
  forged.back() ^= 1;
  const Bytes plain = to_bytes(key.public_blob());
  struct Case {
    const char* agreed;
    const Bytes* presented;
  };
  for (const Case& each :
       {Case{"ssh-ed25519", &certificate}, Case{"ssh-ed25519-cert-v01@openssh.com", &plain},
        Case{"ssh-ed25519-cert-v01@openssh.com", &forged}}) {
    SCOPED_TRACE(each.agreed);
    SceneOptions options;
    options.proposal.host_key = options.server.proposal.host_key = {each.agreed};
    options.server.presents_blob = *each.presented;
    Scene scene(options);
    EXPECT_FALSE(scene.handshake());
    EXPECT_EQ(scene.failure_code(), Errc::bad_host_key);
    EXPECT_EQ(scene.server.disconnect_code(), 9u);
  }
}

// Whoever edits a KEXINIT on its way makes the two hashes differ.
TEST(HostKey, signature_covers_both_kexinits) {
  SceneOptions options;
  const std::size_t cookie = options.server.identification.size() + 2 + 4 + 1 + 1;
  options.faults.flips_byte = cookie;
  Scene edited(options);
  EXPECT_FALSE(edited.handshake());
  EXPECT_EQ(edited.failure_code(), Errc::host_key_signature);
}

TEST(Kex, messages_out_of_turn_end_the_session) {
  const Bytes newkeys = wire::encode_to_bytes(wire::NewKeys{});
  const Bytes success = wire::encode_to_bytes(wire::UserauthSuccess{});
  const Bytes accept = wire::encode_to_bytes(wire::ServiceAccept{"ssh-userauth"});
  const Bytes gex_reply{33, 0, 0, 0, 0};
  for (const bool is_strict : {true, false}) {
    for (const Bytes& payload : {newkeys, success, accept, gex_reply}) {
      for (const std::uint8_t before : {20, 31}) {
        SCOPED_TRACE(testing::Message() << int{payload[0]} << " before " << int{before});
        SceneOptions options;
        options.server.offers_strict_kex = is_strict;
        Scene scene(options);
        say_before(scene, before, payload);
        EXPECT_FALSE(scene.handshake());
        EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
        EXPECT_TRUE(only_key_exchange_was_said(scene.server));
      }
    }
  }
}

TEST(Kex, a_second_kexinit_reply_or_newkeys_ends_the_session) {
  for (const std::uint8_t number : {20, 31, 21}) {
    SCOPED_TRACE(int{number});
    Scene scene;
    scene.server.transport().outgoing = [&scene, number](Bytes& payload) {
      if (payload[0] == number) scene.server.inject(payload);
      return true;
    };
    EXPECT_FALSE(scene.handshake() && scene.login());
    EXPECT_TRUE(scene.failure());
  }
}

TEST(Kex, newkeys_with_a_body_is_malformed) {
  Scene scene;
  scene.server.transport().outgoing = [](Bytes& payload) {
    if (payload[0] == wire::NewKeys::number) payload.push_back(0);
    return true;
  };
  EXPECT_FALSE(scene.handshake());
  EXPECT_EQ(scene.failure_code(), Errc::malformed_message);
}

// RFC 4253 7: a guess is used if both first choices match; else its packet is dropped.
TEST(Kex, guesses_right_and_wrong) {
  for (const bool is_right : {true, false}) {
    SCOPED_TRACE(is_right);
    SceneOptions options;
    options.proposal.host_key = options.server.proposal.host_key = {"ssh-ed25519"};
    Scene scene(options);
    std::string kex;
    scene.server.transport().outgoing = [&, is_first = true](Bytes& payload) mutable {
      if (payload[0] == wire::KexInit::number) {
        auto message = *wire::decode<wire::KexInit>(payload);
        kex = std::string(is_right ? "" : "made-up,") + std::string(message.kex.joined);
        message.kex = wire::NameList(kex);
        message.first_kex_packet_follows = true;
        payload = wire::encode_to_bytes(message);
      } else if (payload[0] == wire::KexEcdhReply::number && std::exchange(is_first, false)) {
        if (!is_right) scene.server.inject(Bytes{wire::KexEcdhReply::number, 1, 2, 3});
      }
      return true;
    };
    EXPECT_TRUE(scene.handshake()) << describe(scene.failure_code());
    EXPECT_TRUE(scene.login());
  }
}

TEST(Kex, no_common_algorithm_names_both_lists) {
  using Choose = void (*)(wire::KexInit&);
  const struct {
    const char* list;
    Choose spoil;
  } cases[] = {
      {"kex", [](wire::KexInit& m) { m.kex = wire::NameList("weird-kex"); }},
      {"kex", [](wire::KexInit& m) { m.kex = wire::NameList(transport::kStrictKexClient); }},
      {"host key", [](wire::KexInit& m) { m.host_key = wire::NameList("weird-key"); }},
      {"cipher client to server",
       [](wire::KexInit& m) { m.cipher_client_to_server = wire::NameList("none"); }},
      {"cipher server to client",
       [](wire::KexInit& m) { m.cipher_server_to_client = wire::NameList(""); }},
      {"compression client to server",
       [](wire::KexInit& m) { m.compression_client_to_server = wire::NameList("zlib"); }},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.list);
    Scene scene;
    scene.server.transport().outgoing = [&row](Bytes& payload) {
      if (payload[0] != wire::KexInit::number) return true;
      auto message = *wire::decode<wire::KexInit>(payload);
      row.spoil(message);
      payload = wire::encode_to_bytes(message);
      return true;
    };
    EXPECT_FALSE(scene.handshake());
    EXPECT_EQ(scene.failure_code(), Errc::no_common_algorithm);
    const Report& report = scene.client.session().report();
    EXPECT_EQ(report.list, row.list);
    EXPECT_FALSE(report.ours.empty());
    EXPECT_NE(report.text.find(row.list), std::string::npos);
    EXPECT_EQ(scene.server.disconnect_code(), 3u);
  }
}

}  // namespace
}  // namespace hawser::scenario
