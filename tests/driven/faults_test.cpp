// A session's whole life, from the handshake to a transfer, with the connection cut at each turn,
// and with the cryptography library running out of memory at one allocation after the other: what
// comes of it is an error of the session, or of the operation, or nothing worse than before.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "hawser/operations/command.h"
#include "hawser/operations/open_sftp.h"
#include "hawser/operations/prove_host_keys.h"
#include "hawser/operations/upkeep.h"

#include "driven/driver.h"
#include "scenario/printing.h"
#include "striping/sftp_host.h"
#include "support/library_memory.h"

namespace hawser::driven {
namespace {

using hawser::testing::library_memory;
using hawser::testing::LibraryMemory;
using operations::Command;
using operations::CommandSpec;
using scenario::pattern;
using scenario::SceneOptions;

struct Suite {
  std::string_view kex;
  std::string_view host_key;
  std::string_view cipher;
  std::string_view mac;
  std::string_view compression;
};

constexpr Suite kSuites[] = {
    {"curve25519-sha256", "ssh-ed25519", "chacha20-poly1305@openssh.com", "hmac-sha2-256", "none"},
    {"ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes128-gcm@openssh.com", "hmac-sha2-256",
     "zlib@openssh.com"},
    {"diffie-hellman-group14-sha256", "rsa-sha2-512", "aes128-ctr", "hmac-sha2-256-etm@openssh.com",
     "none"},
    {"mlkem768x25519-sha256", "ssh-ed25519", "aes256-ctr", "hmac-sha2-512", "zlib@openssh.com"},
    {"diffie-hellman-group-exchange-sha256", "ssh-ed25519", "aes256-gcm@openssh.com",
     "hmac-sha2-256", "none"},
};

SceneOptions options_of(const Suite& suite, const keys::MemorySigner& key) {
  SceneOptions options;
  options.proposal.kex = {std::string(suite.kex)};
  options.proposal.host_key = {std::string(suite.host_key)};
  options.proposal.cipher = {std::string(suite.cipher)};
  options.proposal.mac = {std::string(suite.mac)};
  options.proposal.compression = {std::string(suite.compression)};
  options.server.proposal.compression = options.proposal.compression;
  options.server.auth.public_keys = {to_bytes(key.public_blob())};
  options.server.commands["say"].output = pattern(70'000);
  options.server.commands["echo"].echoes = true;
  options.server.commands["subsystem:sftp"].answers =
      striping::SftpPeer(std::make_shared<striping::Host>());
  return options;
}

// Everything that most programs do, and how it ended.
Status live(Driver& driver, const keys::MemorySigner& key) {
  World world;
  world.sign = [&](const session::SignatureWanted& wanted) {
    return key.sign(crypto::openssl_engine(), wanted.algorithm, wanted.data);
  };
  world.input = [](std::size_t) { return World::Input{pattern(50'000), true}; };
  operations::Handshake handshake;
  HAWSER_TRY(driver.run(handshake, world));
  operations::Login login("user",
                          auth::PublicKeyCredential{"ssh-ed25519", to_bytes(key.public_blob()),
                                                    auth::PublicKeyCredential::Probe::ask_first});
  HAWSER_TRY(driver.run(login, world));
  Command says(CommandSpec{"say", {{"LANG", "C"}}, operations::Terminal{}, false, {}});
  HAWSER_TRY(driver.run(says, world));
  operations::Rekey rekey;
  HAWSER_TRY(driver.run(rekey, world));
  Command echoes(CommandSpec{"echo", {}, {}, true, {}});
  HAWSER_TRY(driver.run(echoes, world));
  operations::Keepalive keepalive;
  HAWSER_TRY(driver.run(keepalive, world));
  operations::OpenSftp sftp;
  HAWSER_TRY(driver.run(sftp, world));
  ByteQueue output = says.take_output();
  if (output.size() != 70'000 || echoes.take_output().size() != 50'000) {
    return fail(Errc::internal, "cut data passed for whole");
  }
  return {};
}

TEST(Life, cut_at_every_turn_ends_with_the_reason) {
  const auto key = scenario::test_key(crypto::openssl_engine(), "ssh-ed25519");
  for (const Suite& suite : kSuites) {
    bool is_over = false;
    for (unsigned turns = 0; !is_over; ++turns) {
      ASSERT_LT(turns, 500U) << suite.kex;
      Driver driver(options_of(suite, key));
      driver.cuts_after = turns;
      const Status status = live(driver, key);
      is_over = !driver.session().failure();
      if (is_over) {
        EXPECT_TRUE(status) << suite.kex;
      } else if (!status) {
        EXPECT_EQ(status.error().code, driver.session().failure()->code) << suite.kex << turns;
      }
    }
  }
}

TEST(Life, without_memory_for_the_library_ends_in_order) {
  ASSERT_TRUE(hawser::testing::is_library_memory_ours);
  constexpr std::uint64_t kTries = 40;  // of each suite and kind
  const auto key = scenario::test_key(crypto::openssl_engine(), "ssh-ed25519");
  for (const Suite& suite : kSuites) {
    {
      Driver driver(options_of(suite, key));
      const Status status = live(driver, key);
      ASSERT_TRUE(status) << suite.kex << describe(status.error().code) << status.error().where;
    }
    const std::uint64_t all = hawser::testing::library_allocations([&] {
      Driver driver(options_of(suite, key));
      EXPECT_TRUE(live(driver, key)) << suite.kex;
    });
    for (const bool lasts : {false, true}) {
      for (std::uint64_t n = 0; n < all; n += 1 + all / kTries) {
        Driver driver(options_of(suite, key));
        driver.for_server = [](const auto& work) {  // which has memory
          const LibraryMemory armed = std::exchange(library_memory, LibraryMemory{});
          work();
          library_memory = armed;
        };
        library_memory = {n, lasts, false};
        const Status status = live(driver, key);
        library_memory = {};
        ERR_clear_error();
        if (status) {
          EXPECT_FALSE(driver.session().failure());
        } else {
          EXPECT_NE(status.error().code, Errc::internal) << suite.kex << " " << n;
        }
      }
    }
  }
}

}  // namespace
}  // namespace hawser::driven
