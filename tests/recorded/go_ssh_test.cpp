// Whole sessions between Go's x/crypto/ssh and OpenSSH, opened with our own floors: the exchange
// hash and its signature, the derived keys, and every packet of both directions must come out
// right.
//
// Go's side was recorded with the SHAKE128 output of the empty string as its randomness: 16 bytes
// of cookie and the padding of its KEXINIT come first, then what it draws for the key exchange.
#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/keys/public_key.h"
#include "hawser/transport/key_schedule.h"
#include "hawser/transport/packet_reader.h"
#include "hawser/transport/proposal.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/message_table.h"

#include "recorded/go_kex.h"
#include "recorded/recording.h"
#include "scenario/printing.h"

namespace hawser::recorded {
namespace {

using transport::PacketReader;

constexpr std::size_t kCookie = 16;

// All that a side of one recording ever draws.
Bytes drawn_by_go(const crypto::Engine& engine) {
  Bytes stream(2048);
  EXPECT_TRUE(crypto::find_hash(engine, crypto::HashId::shake128)->make().value()->finish(stream));
  return stream;
}

// One direction: the identification line, then packets.
class Direction {
 public:
  explicit Direction(ByteView stream) {
    const std::size_t end = as_text(stream).find("\r\n");
    line_ = as_text(stream).substr(0, end);
    padding_of_first_ = stream[end + 2 + transport::kLengthField];
    copy(stream.subspan(end + 2), slab_.reserve(stream.size()));
    slab_.commit(stream.size() - end - 2);
  }

  const std::string& line() const { return line_; }
  std::size_t padding_of_first() const { return padding_of_first_; }

  // The next payload; empty at the end of the recording.
  Bytes next() {
    const auto packet = reader_.next(slab_, limits::kPacket);
    EXPECT_TRUE(packet) << describe(packet.error().code);
    if (!packet || !*packet) return {};
    return to_bytes((*packet)->payload);
  }
  void switch_keys(std::unique_ptr<transport::Opener> opener, bool is_strict) {
    reader_.switch_keys(std::move(opener), is_strict);
  }
  // Everything was opened.
  bool is_empty() {
    reader_.release(slab_);
    return slab_.empty();
  }

 private:
  std::string line_;
  std::size_t padding_of_first_ = 0;
  Slab slab_{1024};
  PacketReader reader_;
};

class GoSsh : public testing::TestWithParam<std::string> {
 protected:
  // The exchange, up to both NEWKEYS.
  void exchange_keys(Direction& client, Direction& server);

  const crypto::Engine& engine_ = crypto::openssl_engine();
  transport::Agreed agreed_;
  Bytes hash_;
  std::optional<transport::SessionKeys> keys_;
  bool is_strict_ = false;
};

void GoSsh::exchange_keys(Direction& client, Direction& server) {
  const Bytes client_kexinit = client.next();
  const Bytes server_kexinit = server.next();
  const auto client_offer = wire::decode<wire::KexInit>(client_kexinit);
  const auto server_offer = wire::decode<wire::KexInit>(server_kexinit);
  ASSERT_TRUE(client_offer && server_offer);
  Report report;
  const auto agreed = transport::negotiate(engine_, *client_offer, *server_offer, report);
  if (!agreed) GTEST_SKIP() << "agreed on an algorithm that the engine has not";
  agreed_ = *agreed;
  is_strict_ = client_offer->kex.contains(transport::kStrictKexClient) &&
               server_offer->kex.contains(transport::kStrictKexServer);

  KexMessages messages;
  const std::size_t round_trips = agreed_.kex->agreement.empty() ? 2 : 1;
  for (std::size_t i = 0; i < round_trips; ++i) {
    messages.from_client.push_back(client.next());
    messages.from_server.push_back(server.next());
  }
  const Side side = GetParam().starts_with("Client-") ? Side::client : Side::server;
  const Direction& recorder = side == Side::client ? client : server;
  const Bytes drawn = drawn_by_go(engine_);
  const auto outcome =
      exchange_anew(engine_, *agreed_.kex, side,
                    ByteView(drawn).subspan(kCookie + recorder.padding_of_first()), messages);
  ASSERT_TRUE(outcome);

  const auto hash = transport::exchange_hash(
      engine_, agreed_.kex->hash, {client.line(), server.line(), client_kexinit, server_kexinit},
      *outcome);
  ASSERT_TRUE(hash);
  const auto host_key = keys::PublicKey::parse(engine_, outcome->host_key);
  ASSERT_TRUE(host_key);
  EXPECT_TRUE(host_key->verify(engine_, agreed_.host_key->name, *hash, outcome->signature));
  auto keys = transport::derive_keys(engine_, agreed_, outcome->shared.view(), *hash, *hash);
  ASSERT_TRUE(keys);
  keys_ = *std::move(keys);
  EXPECT_EQ(client.next(), Bytes{wire::NewKeys::number});
  EXPECT_EQ(server.next(), Bytes{wire::NewKeys::number});
}

// Message numbers of one direction after NEWKEYS.
std::vector<unsigned> open_all(Direction& direction, const transport::ProtectionSuite& suite,
                               const transport::ProtectionKeys& keys, bool is_strict) {
  auto opener = transport::make_opener(suite, keys);
  EXPECT_TRUE(opener);
  std::vector<unsigned> numbers;
  if (!opener) return numbers;
  direction.switch_keys(*std::move(opener), is_strict);
  for (Bytes payload = direction.next(); !payload.empty(); payload = direction.next()) {
    numbers.push_back(payload[0]);
  }
  EXPECT_TRUE(direction.is_empty());
  return numbers;
}

TEST_P(GoSsh, opens_every_packet) {
  const auto folder = recordings_folder();
  if (!folder) GTEST_SKIP() << "HAWSER_VECTORS names no folder of recordings";
  const auto recording = read_recording(*folder + "/" + GetParam());
  ASSERT_TRUE(recording) << *folder << " has no " << GetParam();
  Direction client(recording->client_to_server);
  Direction server(recording->server_to_client);
  exchange_keys(client, server);
  if (IsSkipped() || HasFatalFailure()) return;

  const auto from_client =
      open_all(client, agreed_.client_to_server, keys_->client_to_server, is_strict_);
  const auto from_server =
      open_all(server, agreed_.server_to_client, keys_->server_to_client, is_strict_);
  // SERVICE_REQUEST and USERAUTH_REQUEST; the server accepts both in the end.
  EXPECT_GE(std::ranges::count(from_client, 5u), 1);
  EXPECT_GE(std::ranges::count(from_client, 50u), 1);
  EXPECT_EQ(std::ranges::count(from_server, 6u), 1);
  EXPECT_EQ(std::ranges::count(from_server, 52u), 1);
  const bool is_ours_to_judge = std::ranges::all_of(from_server, [](unsigned number) {
    return wire::message_name(static_cast<std::uint8_t>(number)) != "message";
  });
  EXPECT_TRUE(is_ours_to_judge);
}

std::vector<std::string> names() {
  return {"Client-BannerCallback",
          "Client-Cipher-aes128-ctr",
          "Client-Cipher-aes128-gcm@openssh.com",
          "Client-Cipher-aes192-ctr",
          "Client-Cipher-aes256-ctr",
          "Client-Cipher-aes256-gcm@openssh.com",
          "Client-Cipher-chacha20-poly1305@openssh.com",
          "Client-KEX-curve25519-sha256",
          "Client-KEX-curve25519-sha256@libssh.org",
          "Client-KEX-diffie-hellman-group-exchange-sha256",
          "Client-KEX-diffie-hellman-group14-sha256",
          "Client-KEX-diffie-hellman-group16-sha512",
          "Client-KEX-mlkem768x25519-sha256",
          "Client-MAC-hmac-sha1",
          "Client-MAC-hmac-sha2-256",
          "Client-MAC-hmac-sha2-256-etm@openssh.com",
          "Client-MAC-hmac-sha2-512",
          "Client-MAC-hmac-sha2-512-etm@openssh.com",
          "Client-RunCommandFailed",
          "Client-RunCommandStdin",
          "Client-RunCommandStdinError",
          "Client-RunCommandSuccess",
          "Client-WindowChange",
          "Server-Cipher-aes128-ctr",
          "Server-Cipher-aes128-gcm@openssh.com",
          "Server-Cipher-aes192-ctr",
          "Server-Cipher-aes256-ctr",
          "Server-Cipher-aes256-gcm@openssh.com",
          "Server-Cipher-chacha20-poly1305@openssh.com",
          "Server-KEX-curve25519-sha256",
          "Server-KEX-curve25519-sha256@libssh.org",
          "Server-KEX-diffie-hellman-group14-sha256",
          "Server-KEX-diffie-hellman-group16-sha512",
          "Server-MAC-hmac-sha1",
          "Server-MAC-hmac-sha2-256",
          "Server-MAC-hmac-sha2-256-etm@openssh.com",
          "Server-MAC-hmac-sha2-512",
          "Server-MAC-hmac-sha2-512-etm@openssh.com"};
}
INSTANTIATE_TEST_SUITE_P(Recorded, GoSsh, testing::ValuesIn(names()), [](const auto& each) {
  std::string name = each.param;
  std::ranges::replace_if(name, [](char letter) { return std::isalnum(letter) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace hawser::recorded
