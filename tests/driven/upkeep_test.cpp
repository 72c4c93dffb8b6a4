// Signs of life, new keys, proofs of host keys, and places at which the server listens for us.
#include "hawser/operations/upkeep.h"

#include <gtest/gtest.h>

#include "hawser/operations/listen.h"
#include "hawser/operations/prove_host_keys.h"
#include "hawser/wire/messages_connection.h"

#include "driven/driver.h"
#include "scenario/printing.h"

namespace hawser::driven {
namespace {

using connection::OfferKind;
using operations::Accept;
using operations::Keepalive;
using operations::Listen;
using operations::Listening;
using operations::ProveHostKeys;
using operations::Rekey;

class Upkeep : public ::testing::Test {
 protected:
  Upkeep() { EXPECT_TRUE(driver_.log_in()); }
  Driver driver_;
};

TEST_F(Upkeep, hears_a_sign_of_life) {
  Keepalive first;
  EXPECT_TRUE(driver_.run(first));
  Keepalive given_up;
  EXPECT_EQ(driver_.run(given_up, {}, 1).error().code, Errc::cancelled);
  Keepalive second;  // its answer is not that to the one before
  EXPECT_TRUE(driver_.run(second));
  EXPECT_EQ(driver_.inbox().global_replies(), 3U);
}

TEST_F(Upkeep, exchanges_keys) {
  const auto before = driver_.inbox().exchanges();
  Rekey rekey;
  EXPECT_TRUE(driver_.run(rekey));
  EXPECT_EQ(driver_.inbox().exchanges(), before + 1);
}

TEST(UpkeepBeforeLogin, is_refused) {
  Driver driver;
  operations::Handshake handshake;
  ASSERT_TRUE(driver.run(handshake));
  Rekey rekey;
  EXPECT_EQ(driver.run(rekey).error().code, Errc::wrong_state);
  ProveHostKeys proof(crypto::openssl_engine());
  EXPECT_EQ(driver.run(proof).error().code, Errc::wrong_state);
  Listen listen(std::make_shared<Listening>(OfferKind::tcpip, "127.0.0.1", 4000));
  EXPECT_EQ(driver.run(listen).error().code, Errc::wrong_state);
}

TEST_F(Upkeep, ends_with_the_connection) {
  driver_.cut();
  const Error failure = *driver_.session().failure();
  Keepalive keepalive;
  EXPECT_EQ(driver_.run(keepalive).error(), failure);
  Rekey rekey;
  EXPECT_EQ(driver_.run(rekey).error(), failure);
  ProveHostKeys proof(crypto::openssl_engine());
  EXPECT_EQ(driver_.run(proof).error(), failure);
  Listen listen(std::make_shared<Listening>(OfferKind::tcpip, "127.0.0.1", 4000));
  EXPECT_EQ(driver_.run(listen).error(), failure);
}

// proofs ------------------------------------------------------------------------------------------

class Proofs : public Upkeep {
 protected:
  static const crypto::Engine& engine() { return crypto::openssl_engine(); }

  void announce(const std::vector<Bytes>& blobs) {
    Bytes list;
    wire::BytesSink sink(list);
    for (const Bytes& blob : blobs) wire::put_string(sink, blob);
    driver_.server().inject_message(
        wire::GlobalRequest{"hostkeys-00@openssh.com", false, wire::Rest{list}});
  }

  // As the server with that key would, over this session and `blob`.
  Bytes signature(const keys::MemorySigner& key, std::string_view algorithm, ByteView blob) {
    Bytes data;
    wire::BytesSink sink(data);
    wire::put_string(sink, as_bytes("hostkeys-prove-00@openssh.com"));
    wire::put_string(sink, driver_.session().transport().kex().session_id());
    wire::put_string(sink, blob);
    return *key.sign(engine(), algorithm, data);
  }

  // The server refuses the sign of life, as ever, and answers the request for proofs with this.
  Status prove(ProveHostKeys& proof, const std::vector<Bytes>& signatures) {
    Bytes answer;
    wire::BytesSink sink(answer);
    for (const Bytes& each : signatures) wire::put_string(sink, each);
    driver_.server().transport().outgoing = [answer, asked = 0](Bytes& payload) mutable {
      if (payload[0] == wire::RequestFailure::number && ++asked == 2) {
        payload = wire::encode_to_bytes(wire::RequestSuccess{wire::Rest{answer}});
      }
      return true;
    };
    return driver_.run(proof);
  }

  keys::MemorySigner ecdsa_ = scenario::test_key(engine(), "ecdsa-sha2-nistp256");
  keys::MemorySigner other_ = scenario::test_key(engine(), "ssh-ed25519-other");
  Bytes ecdsa_blob_ = to_bytes(ecdsa_.public_blob());
  Bytes other_blob_ = to_bytes(other_.public_blob());
};

TEST_F(Proofs, of_none_that_was_announced) {
  ProveHostKeys proof(engine());
  ASSERT_TRUE(driver_.run(proof));
  EXPECT_TRUE(proof.announced().empty());
  EXPECT_EQ(proof.proved().size(), 1U);  // by the key exchange
}

TEST_F(Proofs, of_two_in_their_order) {
  announce({ecdsa_blob_, other_blob_, Bytes{1, 2, 3}});
  ProveHostKeys proof(engine());
  ASSERT_TRUE(prove(proof, {signature(ecdsa_, "ecdsa-sha2-nistp256", ecdsa_blob_),
                            signature(other_, "ssh-ed25519", other_blob_)}));
  EXPECT_EQ(proof.announced().size(), 3U);
  ASSERT_EQ(proof.proved().size(), 3U);
  EXPECT_EQ(proof.proved()[1], ecdsa_blob_);
  EXPECT_EQ(proof.proved()[2], other_blob_);
}

TEST_F(Proofs, that_are_none) {
  const Bytes good = signature(ecdsa_, "ecdsa-sha2-nistp256", ecdsa_blob_);
  const std::pair<const char*, std::vector<Bytes>> cases[] = {
      {"nothing", {}},
      {"another key's", {signature(other_, "ssh-ed25519", ecdsa_blob_)}},
      {"over another key", {signature(ecdsa_, "ecdsa-sha2-nistp256", other_blob_)}},
      {"one too many", {good, good}},
      {"no signature", {Bytes{1}}},
  };
  for (const auto& [name, signatures] : cases) {
    announce({ecdsa_blob_});
    ProveHostKeys proof(engine());
    const Status status = prove(proof, signatures);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, Errc::host_key_signature) << name;
    EXPECT_EQ(proof.proved().size(), 1U) << name;
  }
  EXPECT_FALSE(driver_.session().failure());
}

TEST_F(Proofs, that_the_server_refuses) {
  announce({ecdsa_blob_});
  ProveHostKeys proof(engine());
  EXPECT_EQ(driver_.run(proof).error().code, Errc::host_key_signature);
}

TEST_F(Proofs, by_sha1_count_for_nothing_and_are_no_lie) {
  const auto rsa = scenario::test_key(engine(), "ssh-rsa");
  announce({to_bytes(rsa.public_blob())});
  Bytes sha1;
  wire::BytesSink sink(sha1);
  wire::put_string(sink, as_bytes("ssh-rsa"));
  wire::put_string(sink, Bytes(256));
  ProveHostKeys proof(engine());
  ASSERT_TRUE(prove(proof, {sha1}));
  EXPECT_EQ(proof.proved().size(), 1U);
}

TEST_F(Proofs, can_be_given_up) {
  for (unsigned turns = 0; turns < 3; ++turns) {
    announce({ecdsa_blob_});
    ProveHostKeys proof(engine());
    EXPECT_EQ(driver_.run(proof, {}, turns).error().code, Errc::cancelled);
  }
  Keepalive keepalive;
  EXPECT_TRUE(driver_.run(keepalive));
}

// listening ---------------------------------------------------------------------------------------

class Listeners : public Upkeep {
 protected:
  std::shared_ptr<Listening> listen(OfferKind kind, std::string address, std::uint16_t port) {
    auto listening = std::make_shared<Listening>(kind, std::move(address), port);
    Listen operation(listening);
    status_ = driver_.run(operation);
    return listening;
  }
  void come(std::uint32_t number, std::uint32_t port) {
    const Bytes extra =
        wire::encode_to_bytes(wire::ForwardedTcpip{"127.0.0.1", port, "10.0.0.1", 5555});
    driver_.server().inject_message(
        wire::ChannelOpen{"forwarded-tcpip", number, 1000, 1000, wire::Rest{extra}});
    while (driver_.carry()) {
    }
  }
  bool server_saw(std::string_view request) {
    const auto& all = driver_.server().connection().requests();
    return std::ranges::find(all, request) != all.end();
  }
  Status status_;
};

TEST_F(Listeners, are_told_the_port) {
  const auto listening = listen(OfferKind::tcpip, "127.0.0.1", 0);
  ASSERT_TRUE(status_);
  EXPECT_EQ(listening->port(), 4000U);
}

TEST_F(Listeners, are_refused) {
  const auto listening = listen(OfferKind::tcpip, "forbidden", 1);
  EXPECT_EQ(status_.error().code, Errc::channel_request_refused);
  EXPECT_TRUE(listening->is_closed());
  const auto unix_socket = listen(OfferKind::streamlocal, "/run/x", 0);  // it knows none
  EXPECT_EQ(status_.error().code, Errc::channel_request_refused);
}

TEST_F(Listeners, take_who_comes_and_refuse_who_is_for_nobody) {
  const auto listening = listen(OfferKind::tcpip, "127.0.0.1", 4000);
  ASSERT_TRUE(status_);
  come(500, 4000);
  come(501, 4001);
  EXPECT_TRUE(server_saw("open refused 501 1"));
  Accept accept(listening);
  ASSERT_TRUE(driver_.run(accept));
  EXPECT_EQ(accept.offer().origin.origin_address, "10.0.0.1");
  EXPECT_TRUE(accept.offer().box->is_open());
  EXPECT_TRUE(server_saw("open taken 500"));
  Accept nobody(listening);
  EXPECT_EQ(driver_.run(nobody).error().code, Errc::timed_out);
}

TEST_F(Listeners, refuse_those_who_are_too_many) {
  const auto listening = listen(OfferKind::tcpip, "127.0.0.1", 4000);
  const auto most = static_cast<std::uint32_t>(limits::kOffersWaiting);
  for (std::uint32_t i = 0; i < most; ++i) come(500 + i, 4000);
  EXPECT_FALSE(server_saw("open refused " + std::to_string(499 + most) + " 4"));
  come(500 + most, 4000);
  EXPECT_TRUE(server_saw("open refused " + std::to_string(500 + most) + " 4"));
  EXPECT_EQ(driver_.inbox().channels(), most);
}

TEST_F(Listeners, that_are_closed_refuse_who_waits_and_who_still_comes) {
  const auto listening = listen(OfferKind::tcpip, "127.0.0.1", 4000);
  come(500, 4000);
  operations::stop_listening(driver_.session(), driver_.inbox(), *listening);
  operations::stop_listening(driver_.session(), driver_.inbox(), *listening);
  come(501, 4000);
  EXPECT_TRUE(server_saw("open refused 500 1"));
  EXPECT_TRUE(server_saw("open refused 501 1"));
  EXPECT_TRUE(server_saw("cancel-tcpip-forward"));
  EXPECT_EQ(driver_.inbox().channels(), 0U);
  Accept accept(listening);
  EXPECT_EQ(driver_.run(accept).error().code, Errc::closed);
}

TEST_F(Listeners, can_be_given_up_before_the_answer) {
  for (const std::uint16_t port : {std::uint16_t{4000}, std::uint16_t{0}}) {
    auto listening = std::make_shared<Listening>(OfferKind::tcpip, "127.0.0.1", port);
    Listen operation(listening);
    EXPECT_EQ(driver_.run(operation, {}, 1).error().code, Errc::cancelled);
    EXPECT_TRUE(listening->is_closed());
  }
  Keepalive keepalive;  // the answers are counted all the same
  EXPECT_TRUE(driver_.run(keepalive));
}

TEST_F(Listeners, of_agents_ask_for_nothing) {
  const auto before = driver_.server().connection().requests().size();
  const auto listening = listen(OfferKind::agent, "", 0);
  EXPECT_TRUE(status_);
  EXPECT_EQ(driver_.server().connection().requests().size(), before);
  const auto box = driver_.open();
  ASSERT_TRUE(box && driver_.session().request(box->id(), connection::AgentRequest{}));
  driver_.carry();
  driver_.server().inject_message(wire::ChannelOpen{"auth-agent@openssh.com", 500, 1000, 1000, {}});
  Accept accept(listening);
  EXPECT_TRUE(driver_.run(accept));
}

TEST_F(Listeners, hear_ports_that_are_none) {
  for (const std::uint32_t port : {0U, 65'536U}) {
    driver_.server().transport().outgoing = [port](Bytes& payload) {
      if (payload[0] == wire::RequestSuccess::number) {
        const Bytes told = wire::encode_to_bytes(wire::ForwardedPort{port});
        payload = wire::encode_to_bytes(wire::RequestSuccess{wire::Rest{told}});
      }
      return true;
    };
    const auto listening = listen(OfferKind::tcpip, "127.0.0.1", 0);
    EXPECT_EQ(status_.error().code, Errc::malformed_message);
    EXPECT_TRUE(listening->is_closed());
  }
}

}  // namespace
}  // namespace hawser::driven
