#include "hawser/transport/algorithm_list.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/transport/weakness.h"

#include "scenario/printing.h"

namespace hawser::transport {
namespace {

using Names = std::vector<std::string>;

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

const AlgorithmKind& macs() {
  return *find_algorithm_kind("MACs");
}

Names read(std::string_view list, const AlgorithmKind& kind = macs()) {
  Report report;
  const auto names = read_algorithm_list(engine(), kind, list, report);
  EXPECT_TRUE(names) << report.text;
  return names.value_or(Names{});
}

std::string refusal(std::string_view list, const crypto::Engine& by = engine()) {
  Report report;
  const auto names = read_algorithm_list(by, macs(), list, report);
  EXPECT_FALSE(names) << list;
  return report.text;
}

const Names kDefault = {"hmac-sha2-256-etm@openssh.com",
                        "hmac-sha2-512-etm@openssh.com",
                        "hmac-sha1-etm@openssh.com",
                        "hmac-sha2-256",
                        "hmac-sha2-512",
                        "hmac-sha1"};

Names with(Names before, const Names& more) {
  before.insert(before.end(), more.begin(), more.end());
  return before;
}

TEST(AlgorithmList, grammar) {
  const std::pair<std::string_view, Names> cases[] = {
      {"hmac-sha1,hmac-sha2-256", {"hmac-sha1", "hmac-sha2-256"}},
      {"hmac-md5,hmac-md5", {"hmac-md5"}},
      {"+hmac-md5", with(kDefault, {"hmac-md5"})},
      {"+hmac-md5,hmac-sha1-96", with(kDefault, {"hmac-md5", "hmac-sha1-96"})},
      {"+hmac-sha1", kDefault},
      {"-hmac-sha1", {kDefault.begin(), kDefault.end() - 1}},
      {"-*sha1*", {kDefault[0], kDefault[1], kDefault[3], kDefault[4]}},
      {"-hmac-md5", kDefault},  // is not offered anyway
      {"^hmac-sha1",
       {kDefault[5], kDefault[0], kDefault[1], kDefault[2], kDefault[3], kDefault[4]}},
      {"^hmac-md5", with({"hmac-md5"}, kDefault)},
      {"hmac-sha2-???", {"hmac-sha2-256", "hmac-sha2-512"}},
      // A pattern never fits what must be named.
      {"*", kDefault},
      {"+hmac-*", kDefault},
  };
  for (const auto& [list, names] : cases) EXPECT_EQ(read(list), names) << list;
}

TEST(AlgorithmList, errors_say_what_there_is) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "MACs: the list is empty"},
      {"+", "MACs: the list is empty"},
      {"hmac-sha1,", "MACs: an empty name in the list"},
      {"-*", "MACs: '-*' leaves nothing to offer"},
      {"+hmac-sha", "MACs: unknown name 'hmac-sha'; the nearest is 'hmac-sha1'; there are: hmac-"},
      {"-hmac-sha2-255", "the nearest is 'hmac-sha2-256'"},
      {"!hmac-sha1", "MACs: unknown name '!hmac-sha1'; the nearest is 'hmac-sha1'"},
      {"+*-md5*", "'*-md5*' fits only what must be named one by one: hmac-md5-"},
      {"umac-*", "MACs: 'umac-*' fits none of: hmac-"},
  };
  for (const auto& [list, text] : cases) {
    EXPECT_NE(refusal(list).find(text), std::string::npos) << refusal(list);
  }
}

// As with a library that is confined to what FIPS allows.
TEST(AlgorithmList, what_the_library_refuses_is_told_before_anything_is_sent) {
  crypto::Engine confined = engine();
  std::vector<crypto::MacAlgorithm> rows(confined.macs.begin(), confined.macs.end());
  for (auto& row : rows) {
    if (row.name == "hmac-md5") {
      row.make = [](ByteView) -> Result<std::unique_ptr<crypto::Mac>> {
        return fail(Errc::crypto_failed, "mac");
      };
    }
  }
  confined.macs = rows;
  EXPECT_NE(refusal("+hmac-md5", confined).find("is not provided by this system's"),
            std::string::npos);
  Proposal proposal = default_proposal(confined);
  allow_all_legacy(confined, proposal);
  EXPECT_EQ(std::ranges::count(proposal.mac, "hmac-md5"), 0);
  EXPECT_EQ(std::ranges::count(proposal.mac, "hmac-sha1-96"), 1);
}

TEST(AlgorithmList, legacy_ones_go_where_they_belong) {
  Report report;
  Proposal proposal = default_proposal(engine());
  ASSERT_TRUE(allow_legacy(engine(), "ssh-rsa", proposal, report));
  EXPECT_EQ(proposal.host_key.back(), "ssh-rsa");
  EXPECT_EQ(proposal.login.back(), "ssh-rsa");
  EXPECT_FALSE(allow_legacy(engine(), "ssh-dss", proposal, report));
  EXPECT_NE(report.text.find("unknown name 'ssh-dss'; the nearest is 'ssh-rsa'"),
            std::string::npos);
  EXPECT_FALSE(allow_legacy(engine(), "aes128-ctr", proposal, report));
  allow_all_legacy(engine(), proposal);
  EXPECT_TRUE(check_proposal(engine(), proposal));
  EXPECT_EQ(proposal.kex.front(), "mlkem768x25519-sha256");
  EXPECT_EQ(proposal.kex.back(), "diffie-hellman-group1-sha1");
}

TEST(AlgorithmKinds, are_found_by_both_names) {
  for (const AlgorithmKind& kind : algorithm_kinds()) {
    EXPECT_EQ(find_algorithm_kind(kind.option), &kind);
    EXPECT_EQ(find_algorithm_kind(kind.key), &kind);
    EXPECT_FALSE(algorithms_of(engine(), kind).empty());
    for (const auto& row : algorithms_of(engine(), kind)) {
      EXPECT_FALSE(row.defined_in.empty()) << row.name;
      EXPECT_TRUE(is_provided(engine(), kind, row.name)) << row.name;
    }
  }
  EXPECT_EQ(find_algorithm_kind("kexalgorithms"), find_algorithm_kind("kex"));
  EXPECT_EQ(find_algorithm_kind("colour"), nullptr);
}

TEST(Weakness, of_each_part_once) {
  Agreed agreed;
  agreed.kex = find_kex("diffie-hellman-group1-sha1");
  agreed.host_key = keys::find_key_use(engine(), "ssh-rsa");
  agreed.client_to_server = {crypto::find_cipher(engine(), "3des-cbc"),
                             crypto::find_mac(engine(), "hmac-md5")};
  agreed.server_to_client = agreed.client_to_server;
  EXPECT_EQ(weaknesses_of(agreed, 0, wire::StrictKex::off).size(), 5u);
  EXPECT_EQ(weaknesses_of(agreed, 0, wire::StrictKex::on).size(), 4u);
  agreed.kex = find_kex("curve25519-sha256");
  agreed.host_key = keys::find_key_use(engine(), "ssh-ed25519");
  agreed.server_to_client = {crypto::find_cipher(engine(), "aes128-gcm@openssh.com"), nullptr};
  agreed.client_to_server = agreed.server_to_client;
  EXPECT_TRUE(weaknesses_of(agreed, 0, wire::StrictKex::on).empty());
  EXPECT_TRUE(weaknesses_of(agreed, 2048, wire::StrictKex::on).empty());
  EXPECT_NE(weaknesses_of(agreed, 1024, wire::StrictKex::on).at(0).find("1024 bits"),
            std::string::npos);
  EXPECT_TRUE(weakness_of_login(engine(), "rsa-sha2-256").empty());
  EXPECT_NE(weakness_of_login(engine(), "ssh-rsa").find("ssh-rsa"), std::string::npos);
}

}  // namespace
}  // namespace hawser::transport
