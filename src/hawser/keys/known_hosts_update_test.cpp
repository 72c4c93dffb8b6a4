// What a server's proved keys make of a file.
#include <gtest/gtest.h>

#include "hawser/base/base64.h"
#include "hawser/keys/key_records.h"
#include "hawser/keys/known_hosts.h"
#include "hawser/wire/codec.h"

namespace hawser::keys {
namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

Bytes key(std::uint8_t which) {
  const Bytes point(32, which);
  return wire::encode_to_bytes(Ed25519Public{wire::Text("ssh-ed25519"), wire::Blob(point)});
}
std::string words(std::uint8_t which) {
  return "ssh-ed25519 " + base64_encode(key(which));
}
std::string line(std::string_view hosts, std::uint8_t which) {
  return std::string(hosts) + " " + words(which) + "\n";
}

// Key 1 is the present one; all that the server has are proved, but for `unproved`.
std::optional<KnownHostsUpdate> update(std::string_view content,
                                       const std::vector<std::uint8_t>& proved,
                                       const std::vector<std::uint8_t>& unproved = {},
                                       std::uint16_t port = 22) {
  std::vector<Bytes> keys;
  for (const auto which : proved) keys.push_back(key(which));
  std::vector<Bytes> announced = keys;
  for (const auto which : unproved) announced.push_back(key(which));
  return KnownHosts::update(engine(), as_bytes(content), {"Host", port, key(1), keys, announced})
      .value();
}

std::string content_of(const std::optional<KnownHostsUpdate>& update) {
  return update ? std::string(as_text(update->content)) : "nothing";
}

TEST(KnownHostsUpdate, adds_what_is_proved_and_keeps_what_is_there) {
  const std::string old = "# mine\r\nother bad line\n" + line("host", 1) + line("guest", 9);
  const auto updated = update(old, {1, 2, 3});
  EXPECT_EQ(content_of(updated), old + line("host", 2) + line("host", 3));
  EXPECT_EQ(updated->added, (std::vector<Bytes>{key(2), key(3)}));
  EXPECT_TRUE(updated->removed.empty());
  const auto again = update(as_text(updated->content), {1, 2, 3});
  EXPECT_EQ(content_of(again), content_of(updated));
  EXPECT_TRUE(again->added.empty());
}

TEST(KnownHostsUpdate, takes_out_what_the_server_has_no_longer) {
  const auto updated = update(
      "HOST " + words(2) + " old\n" + line("host", 1) + line("guest", 2) + "host " + words(3), {1});
  EXPECT_EQ(content_of(updated), line("host", 1) + line("guest", 2));
  EXPECT_EQ(updated->removed, (std::vector<Bytes>{key(2), key(3)}));
}

TEST(KnownHostsUpdate, what_is_announced_but_not_proved_neither_comes_nor_goes) {
  EXPECT_EQ(content_of(update(line("host", 1) + line("host", 2), {1}, {2, 3})),
            line("host", 1) + line("host", 2));
}

TEST(KnownHostsUpdate, a_missing_newline_is_made_good) {
  EXPECT_EQ(content_of(update("host " + words(1), {1, 2})), line("host", 1) + line("host", 2));
}

TEST(KnownHostsUpdate, ports_have_lines_of_their_own) {
  EXPECT_EQ(content_of(update(line("[host]:2222", 1), {1, 2}, {}, 2222)),
            line("[host]:2222", 1) + line("[host]:2222", 2));
  EXPECT_EQ(content_of(update(line("host", 1), {1, 2}, {}, 2222)), "nothing");
  EXPECT_EQ(content_of(update(line("[host]:2222", 1), {1, 2})), "nothing");
}

TEST(KnownHostsUpdate, files_that_speak_of_more_are_left_alone) {
  const std::string own = line("host", 1);
  for (const std::string& content :
       {std::string(), line("host", 2), line("guest", 1), line("*", 1), line("h?st", 1),
        line("host,guest", 1), line("host,!guest", 1), own + line("*", 2), own + line("ho*", 1),
        own + line("host,192.0.2.1", 3), "@cert-authority " + own, "@revoked " + own}) {
    EXPECT_EQ(content_of(update(content, {1, 2})), "nothing") << content;
  }
}

TEST(KnownHostsUpdate, marked_lines_stay) {
  const std::string marked = "@revoked " + line("host", 7) + "@cert-authority " + line("*", 8);
  EXPECT_EQ(content_of(update(marked + line("host", 1), {1, 2})),
            marked + line("host", 1) + line("host", 2));
}

TEST(KnownHostsUpdate, names_stay_hashed) {
  const std::string hashed = hashed_known_hosts_line(engine(), "host", key(1)).value();
  const auto updated = update(hashed, {1, 2});
  const std::string added = content_of(updated).substr(hashed.size());
  EXPECT_EQ(content_of(updated).substr(0, hashed.size()), hashed);
  EXPECT_TRUE(added.starts_with("|1|")) << added;
  EXPECT_NE(added.substr(0, 31), hashed.substr(0, 31));  // a salt of its own
  KnownHosts hosts;
  ASSERT_TRUE(hosts.add(engine(), updated->content, "file"));
  EXPECT_EQ(hosts.judge(engine(), "host", 22, key(2)).match, HostKeyMatch::known);
  EXPECT_EQ(hosts.judge(engine(), "guest", 22, key(2)).match, HostKeyMatch::unknown);
}

}  // namespace
}  // namespace hawser::keys
