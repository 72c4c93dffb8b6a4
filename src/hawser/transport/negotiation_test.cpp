#include "hawser/transport/negotiation.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/transport/compression.h"
#include "hawser/transport/proposal.h"
#include "hawser/wire/codec.h"

#include "scenario/printing.h"

namespace hawser::transport {
namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

wire::KexInit offer(std::string_view kex = "curve25519-sha256,ecdh-sha2-nistp256",
                    std::string_view host_key = "ssh-ed25519,rsa-sha2-512",
                    std::string_view cipher = "aes128-ctr,aes128-gcm@openssh.com",
                    std::string_view mac = "hmac-sha2-256,hmac-sha2-512") {
  wire::KexInit message;
  message.kex = wire::NameList(kex);
  message.host_key = wire::NameList(host_key);
  message.cipher_client_to_server = message.cipher_server_to_client = wire::NameList(cipher);
  message.mac_client_to_server = message.mac_server_to_client = wire::NameList(mac);
  message.compression_client_to_server = message.compression_server_to_client =
      wire::NameList("none");
  return message;
}

TEST(Negotiation, the_clients_order_decides) {
  Report report;
  const auto server =
      offer("ecdh-sha2-nistp256,unheard-of,curve25519-sha256", "rsa-sha2-512,ssh-ed25519",
            "aes128-gcm@openssh.com,aes128-ctr", "hmac-sha2-512,hmac-sha2-256");
  const auto agreed = negotiate(engine(), offer(), server, report);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->kex->name, "curve25519-sha256");
  EXPECT_EQ(agreed->host_key->name, "ssh-ed25519");
  EXPECT_EQ(agreed->client_to_server.cipher->name, "aes128-ctr");
  EXPECT_EQ(agreed->client_to_server.mac->name, "hmac-sha2-256");
}

TEST(Negotiation, directions_are_apart) {
  Report report;
  auto server = offer();
  server.cipher_server_to_client = wire::NameList("aes128-gcm@openssh.com");
  server.mac_server_to_client = wire::NameList("");  // not needed there (RFC 5647 5.1)
  const auto agreed = negotiate(engine(), offer(), server, report);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->client_to_server.cipher->name, "aes128-ctr");
  EXPECT_EQ(agreed->server_to_client.cipher->name, "aes128-gcm@openssh.com");
  EXPECT_EQ(agreed->server_to_client.mac, nullptr);
}

TEST(Negotiation, compression_is_of_one_direction) {
  Report report;
  auto client = offer();
  client.compression_client_to_server = client.compression_server_to_client =
      wire::NameList("zlib@openssh.com,none");
  auto server = offer();
  server.compression_server_to_client = wire::NameList("none,zlib@openssh.com");
  const auto agreed = negotiate(engine(), client, server, report);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->client_to_server.compression->name, "none");
  EXPECT_EQ(agreed->server_to_client.compression->name, "zlib@openssh.com");
}

TEST(Negotiation, markers_are_never_chosen) {
  Report report;
  for (const std::string_view marker : {"ext-info-c", "ext-info-s", "kex-strict-c-v00@openssh.com",
                                        "kex-strict-s-v00@openssh.com"}) {
    const std::string client = std::string(marker) + ",curve25519-sha256";
    const auto agreed = negotiate(engine(), offer(client), offer(client), report);
    ASSERT_TRUE(agreed);
    EXPECT_EQ(agreed->kex->name, "curve25519-sha256");
    const auto none = negotiate(engine(), offer(client), offer(marker), report);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::no_common_algorithm);
  }
}

TEST(Negotiation, nothing_in_common_is_reported_with_both_lists) {
  Report report;
  const auto server = offer("curve25519-sha256", "ssh-dss,ssh-rsa");
  const auto agreed = negotiate(engine(), offer(), server, report);
  ASSERT_FALSE(agreed);
  EXPECT_EQ(agreed.error().code, Errc::no_common_algorithm);
  EXPECT_EQ(report.list, "host key");
  EXPECT_EQ(report.ours, (std::vector<std::string>{"ssh-ed25519", "rsa-sha2-512"}));
  EXPECT_EQ(report.theirs, (std::vector<std::string>{"ssh-dss", "ssh-rsa"}));
}

TEST(Negotiation, what_would_help_is_said) {
  struct Case {
    wire::KexInit server;
    std::string_view remedy;
  };
  const Case cases[] = {
      {offer("diffie-hellman-group1-sha1,diffie-hellman-group14-sha1"),
       "We have diffie-hellman-group14-sha1, but it is weak, and offered only where it is named: "
       "KexAlgorithms=+diffie-hellman-group14-sha1 allows it"},
      {offer("curve25519-sha256", "ssh-dss,ssh-rsa"), "HostKeyAlgorithms=+ssh-rsa allows it"},
      {offer("curve25519-sha256", "ssh-ed25519", "3des-cbc"), "Ciphers=+3des-cbc allows it"},
      {offer("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "hmac-md5"),
       "MACs=+hmac-md5 allows it"},
      {offer("curve25519-sha256", "ssh-ed25519", "aes256-ctr"),
       "We have aes256-ctr, but were told not to offer it: Ciphers=+aes256-ctr allows it"},
      {offer("unheard-of"), "We have none of the server's"},
  };
  for (const Case& each : cases) {
    Report report;
    ASSERT_FALSE(negotiate(engine(), offer(), each.server, report));
    EXPECT_TRUE(report.text.ends_with(each.remedy)) << report.text;
  }
}

TEST(Negotiation, empty_lists) {
  const std::pair<const char*, wire::KexInit> cases[] = {
      {"kex", offer("")},
      {"host key", offer("curve25519-sha256", "")},
      {"cipher client to server", offer("curve25519-sha256", "ssh-ed25519", "")},
      {"mac client to server", offer("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "")},
  };
  for (const auto& [list, server] : cases) {
    Report report;
    EXPECT_FALSE(negotiate(engine(), offer(), server, report));
    EXPECT_EQ(report.list, list);
    EXPECT_TRUE(report.theirs.empty());
  }
}

// RFC 4253 7: both first choices must be the same.
TEST(Negotiation, guesses) {
  const auto is_wrong = [](wire::KexInit server) {
    Report report;
    server.first_kex_packet_follows = true;
    return negotiate(engine(), offer(), server, report)->is_guess_wrong;
  };
  EXPECT_FALSE(is_wrong(offer()));
  EXPECT_TRUE(is_wrong(offer("ecdh-sha2-nistp256,curve25519-sha256")));
  EXPECT_TRUE(is_wrong(offer("curve25519-sha256", "rsa-sha2-512,ssh-ed25519")));
  Report report;
  EXPECT_FALSE(negotiate(engine(), offer(), offer("ecdh-sha2-nistp256"), report)->is_guess_wrong);
}

TEST(Proposal, default_is_all_that_the_engine_has_but_legacy) {
  const Proposal proposal = default_proposal(engine());
  EXPECT_TRUE(check_proposal(engine(), proposal));
  EXPECT_EQ(proposal.compression, std::vector<std::string>{"none"});  // but not what it only can
  EXPECT_EQ(proposal.kex.size(), kex_algorithms().size() - 3);
  EXPECT_EQ(proposal.cipher.size(), engine().ciphers.size() - 4);
  EXPECT_EQ(proposal.mac.size(), engine().macs.size() - 6);
  for (const auto* list : {&proposal.host_key, &proposal.login}) {
    EXPECT_EQ(std::ranges::count(*list, "rsa-sha2-256"), 1);
    EXPECT_EQ(std::ranges::count(*list, "ssh-rsa"), 0);
  }
}

TEST(Proposal, unknown_names_and_empty_lists_are_refused) {
  for (auto list : {&Proposal::kex, &Proposal::host_key, &Proposal::cipher, &Proposal::mac,
                    &Proposal::compression, &Proposal::login}) {
    Proposal empty = default_proposal(engine());
    (empty.*list).clear();
    EXPECT_FALSE(check_proposal(engine(), empty));
    Proposal unknown = default_proposal(engine());
    (unknown.*list).emplace_back("unheard-of");
    EXPECT_FALSE(check_proposal(engine(), unknown));
  }
}

TEST(Proposal, markers_only_in_the_first_kexinit) {
  const auto kex_of = [](Exchange exchange) {
    const Bytes payload = *make_kexinit(default_proposal(engine()), *engine().random, exchange);
    return std::string(wire::decode<wire::KexInit>(payload)->kex.joined);
  };
  EXPECT_NE(kex_of(Exchange::first).find(kStrictKexClient), std::string::npos);
  EXPECT_NE(kex_of(Exchange::first).find(kExtInfoClient), std::string::npos);
  EXPECT_EQ(kex_of(Exchange::again).find(kStrictKexClient), std::string::npos);
  EXPECT_EQ(kex_of(Exchange::again).find(kExtInfoClient), std::string::npos);
}

}  // namespace
}  // namespace hawser::transport
