#include "hawser/keys/agent_messages.h"

#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/base/limits.h"
#include "hawser/keys/algorithms.h"

#include "scenario/hex.h"

namespace hawser::keys::agent {
namespace {

TEST(AgentMessages, RequestsAreWhatTheDraftSays) {
  EXPECT_EQ(hex(identities_request()), "000000010b");
  const std::tuple<const char*, const char*> rows[] = {
      {"ssh-ed25519", "00000000"},
      {"rsa-sha2-256", "00000002"},
      {"rsa-sha2-512", "00000004"},
      {"rsa-sha2-512-cert-v01@openssh.com", "00000004"}};
  for (const auto& [algorithm, flags] : rows) {
    EXPECT_EQ(hex(sign_request(as_bytes("key"), as_bytes("data"), algorithm)),
              std::string("000000140d000000036b65790000000464617461") + flags);
  }
}

// Laid out by hand from draft-ietf-sshm-ssh-agent 3.2.2 and 3.2.7.
TEST(AgentMessages, AKeyToHold) {
  const Bytes made = scenario::unhex(
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");  // RFC 8032 7.1
  const Bytes secret =
      scenario::unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const ByteView parts[] = {made, secret};
  const auto signer = MemorySigner::load(crypto::openssl_engine(), "ssh-ed25519", parts);
  ASSERT_TRUE(signer);
  const std::string fields = "0000000b7373682d65643235353139" + std::string("00000020") +
                             hex(made) + "00000040" + hex(secret) + hex(made);
  EXPECT_EQ(hex(add_request(crypto::openssl_engine(), *signer, {"me", {}, false}).view()),
            "0000007e" + std::string("11") + fields + "000000026d65");
  EXPECT_EQ(hex(add_request(crypto::openssl_engine(), *signer, {"", 600, true}).view()),
            "00000082" + std::string("19") + fields + "00000000" + "0100000258" + "02");
  EXPECT_TRUE(parse_success(scenario::unhex("06")));
  EXPECT_EQ(parse_success(scenario::unhex("05")).error().code, Errc::agent_refused);
  EXPECT_EQ(parse_success(scenario::unhex("0600")).error().code, Errc::agent_protocol);
}

TEST(AgentMessages, LengthsAreBounded) {
  Bytes head(4);
  const std::pair<std::uint32_t, bool> rows[] = {{0, false},
                                                 {1, true},
                                                 {limits::kAgentReply, true},
                                                 {limits::kAgentReply + 1, false},
                                                 {UINT32_MAX, false}};
  for (const auto& [length, is_right] : rows) {
    store_be32(head.data(), length);
    EXPECT_EQ(reply_length(head).has_value(), is_right) << length;
  }
}

TEST(AgentMessages, KeysAndSignatures) {
  const auto two = parse_identities(
      scenario::unhex("0c 00000002 00000001 61 00000002 6331 00000001 62 00000000"));
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ((*two)[0].comment, "c1");
  EXPECT_EQ((*two)[1].key_blob, Bytes{'b'});
  EXPECT_EQ(*parse_signature(scenario::unhex("0e 00000003 616263")), (Bytes{'a', 'b', 'c'}));
}

TEST(AgentMessages, EveryCutIsAnError) {
  const Bytes whole = scenario::unhex("0c 00000001 00000001 61 00000002 6331");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_identities(ByteView(whole).first(size))) << size;
  }
  EXPECT_EQ(parse_identities(scenario::unhex("05")).error().code, Errc::agent_refused);
  EXPECT_EQ(parse_signature(scenario::unhex("05")).error().code, Errc::agent_refused);
  EXPECT_EQ(parse_signature(scenario::unhex("0e 00000000")).error().code, Errc::agent_protocol);
  EXPECT_EQ(parse_identities(scenario::unhex("0c 00000801")).error().code, Errc::agent_protocol);
}

TEST(SignatureNames, AreSortedByWhatTheServerTakes) {
  using Names = std::vector<std::string>;
  const auto& engine = crypto::openssl_engine();
  const Names allowed = default_key_uses(engine);
  EXPECT_EQ(signature_algorithms(engine, "ssh-rsa", "", allowed),
            (Names{"rsa-sha2-512", "rsa-sha2-256"}));
  EXPECT_EQ(signature_algorithms(engine, "ssh-rsa", "ssh-rsa,rsa-sha2-256", allowed),
            (Names{"rsa-sha2-256", "rsa-sha2-512"}));
  EXPECT_EQ(signature_algorithms(engine, "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256", allowed),
            (Names{"rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com"}));
  EXPECT_EQ(signature_algorithms(engine, "sk-ssh-ed25519@openssh.com", "", allowed),
            (Names{"sk-ssh-ed25519@openssh.com"}));
  EXPECT_TRUE(signature_algorithms(engine, "ssh-dss", "ssh-dss", allowed).empty());
  EXPECT_TRUE(signature_algorithms(engine, "", "", allowed).empty());
  const Names sha1{"rsa-sha2-512", "ssh-rsa"};
  EXPECT_EQ(signature_algorithms(engine, "ssh-rsa", "", sha1), sha1);
  EXPECT_EQ(signature_algorithms(engine, "ssh-rsa", "ssh-rsa", sha1),
            (Names{"ssh-rsa", "rsa-sha2-512"}));
  EXPECT_EQ(plain_algorithm("rsa-sha2-512-cert-v01@openssh.com"), "rsa-sha2-512");
  EXPECT_EQ(plain_algorithm("sk-ssh-ed25519-cert-v01@openssh.com"), "sk-ssh-ed25519@openssh.com");
  EXPECT_EQ(plain_algorithm("ssh-ed25519"), "ssh-ed25519");
}

}  // namespace
}  // namespace hawser::keys::agent
