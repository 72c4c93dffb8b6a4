#include "hawser/transport/key_schedule.h"

#include <gtest/gtest.h>

#include "scenario/hex.h"
#include "scenario/printing.h"

namespace hawser::transport {
namespace {

using scenario::unhex;

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

// 0, 1, 2, ... from `first`.
Bytes counted(std::uint8_t first, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

// Expected values from Python's hashlib, by RFC 4253 7.2 and 8.
TEST(KeySchedule, six_keys) {
  Bytes shared{0, 0, 0, 32};
  append(shared, counted(1, 32));
  Agreed agreed;
  agreed.kex = find_kex("curve25519-sha256");
  agreed.client_to_server = {crypto::find_cipher(engine(), "aes256-ctr"),
                             crypto::find_mac(engine(), "hmac-sha2-512")};
  agreed.server_to_client = agreed.client_to_server;
  const auto keys = derive_keys(engine(), agreed, shared, counted(64, 32), counted(96, 32));
  ASSERT_TRUE(keys);
  const auto expect = [](const SecretBytes& key, std::string_view expected) {
    EXPECT_EQ(to_bytes(key.view()), unhex(expected));
  };
  expect(keys->client_to_server.iv, "5935ef730fd8f3650f2bc51b4147bae7");
  expect(keys->server_to_client.iv, "d8c26c0076b2c82092c864ffd748abcc");
  expect(keys->client_to_server.cipher_key,
         "c34c256f2a84f20deacaacf5f40637e26f7a50caf85c30263c346274ceb46bda");
  expect(keys->server_to_client.cipher_key,
         "f8cded0584c1fe91877ce9331bb8f6af57829cd909cab6261537c0935cad1668");
  expect(keys->client_to_server.mac_key,
         "411c62ab5ed4ce1c28acac19f694b97ccba9bb1197e8d6f11efd471dc39f53b1"
         "4450d3e7f8088baef24680a10c948a0221d48aa7ab047af3d7e6b5ad79c90c5d");
  expect(keys->server_to_client.mac_key,
         "bd96167d1160a97a361546f8b127263059f15fccbca54a74ea3ffe7cb87946a4"
         "544cee7d7f09980fdff939abf91249df8031190a98c5fcf88d516e41310dc1a4");
}

TEST(KeySchedule, no_more_than_a_cipher_needs) {
  Agreed agreed;
  agreed.kex = find_kex("curve25519-sha256");
  agreed.client_to_server = {crypto::find_cipher(engine(), "chacha20-poly1305@openssh.com"),
                             nullptr};
  agreed.server_to_client = {crypto::find_cipher(engine(), "aes128-gcm@openssh.com"), nullptr};
  const auto keys = derive_keys(engine(), agreed, counted(0, 36), counted(64, 32), counted(96, 32));
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->client_to_server.iv.size(), 0u);
  EXPECT_EQ(keys->client_to_server.cipher_key.size(), 64u);
  EXPECT_EQ(keys->server_to_client.iv.size(), 12u);
  EXPECT_EQ(keys->server_to_client.cipher_key.size(), 16u);
  EXPECT_TRUE(keys->server_to_client.mac_key.empty());
}

TEST(KeySchedule, exchange_hash_takes_all_in_order) {
  KexOutcome outcome;
  outcome.host_key = to_bytes(as_bytes("KEY"));
  outcome.public_values = to_bytes(as_bytes("VALUES"));
  outcome.shared = SecretBytes(as_bytes("SHARED"));
  const auto hash =
      exchange_hash(engine(), crypto::HashId::sha256,
                    {"SSH-2.0-a", "SSH-2.0-b", as_bytes("CC"), as_bytes("SS")}, outcome);
  ASSERT_TRUE(hash);
  EXPECT_EQ(*hash, unhex("188535218f6d6f8215d917209532d0830ef45e67f341a1acd2eea5d380984418"));
}

}  // namespace
}  // namespace hawser::transport
