// The library without memory: each of its allocations fails in turn, through all that the engine
// can do. What comes of that is an error, or the right result; no crash, no leak (under ASan), and
// nothing left in the error queue. This reaches the branches behind the library's return codes.
#include <functional>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "hawser/crypto/pem.h"
#include "hawser/crypto/raw_key.h"
#include "hawser/crypto/testing/support.h"

#include "support/library_memory.h"
#include "support/test_data.h"

namespace hawser::crypto {
namespace {

using hawser::testing::library_memory;
using hawser::testing::LibraryMemory;
using testing::pattern;

enum class Outcome : std::uint8_t { right, wrong };
using Work = std::function<Result<Outcome>()>;

Outcome same(ByteView a, ByteView b) {
  return equal(a, b) ? Outcome::right : Outcome::wrong;
}

// Of work that makes more allocations every second, third... fails.
constexpr std::uint64_t kMostTries = 50;

void expect_survival(std::string_view name, const Work& work) {
  ASSERT_TRUE(hawser::testing::is_library_memory_ours);
  const auto first = work();  // what is fetched once and kept
  ASSERT_TRUE(first && *first == Outcome::right) << name;
  const std::uint64_t step =
      1 + hawser::testing::library_allocations([&] { (void)work(); }) / kMostTries;
  for (const bool lasts : {false, true}) {
    for (std::uint64_t allocations = 0;; allocations += step) {
      library_memory = {allocations, lasts, false};
      const auto outcome = work();
      const bool has_failed = std::exchange(library_memory, LibraryMemory{}).has_failed;
      if (outcome) {
        EXPECT_EQ(*outcome, Outcome::right) << name << " " << allocations;
        ERR_clear_error();  // the library did without
      } else {
        EXPECT_EQ(ERR_peek_error(), 0U)
            << name << " " << allocations << " " << lasts << ": " << describe(outcome.error().code)
            << ", " << outcome.error().where;
        ERR_clear_error();
      }
      if (has_failed) continue;
      EXPECT_TRUE(outcome) << name;
      break;
    }
  }
}

const Engine& engine() {
  return openssl_engine();
}

TEST(OutOfMemory, Hashes) {
  for (const HashAlgorithm& row : engine().hashes) {
    const auto work = [&](ByteSpan out) -> Status {
      const auto hash = HAWSER_TRY(row.make());
      hash->update(pattern(1000));
      HAWSER_TRY(hash->finish(out));
      hash->update(pattern(1000));  // anew
      return hash->finish(out);
    };
    Bytes expected(row.digest_size == 0 ? 200 : row.digest_size);
    ASSERT_TRUE(work(expected));
    expect_survival(row.name, [&]() -> Result<Outcome> {
      Bytes got(expected.size());
      HAWSER_TRY(work(got));
      return same(got, expected);
    });
  }
}

TEST(OutOfMemory, Macs) {
  const Bytes data = pattern(1000);
  for (const MacAlgorithm& row : engine().macs) {
    const Bytes key = pattern(row.key_size);
    const auto work = [&](ByteSpan out) -> Status {
      const auto mac = HAWSER_TRY(row.make(key));
      HAWSER_TRY(mac->compute(Gather(data), out));
      return mac->compute(Gather(data), out);
    };
    Bytes expected(row.tag_size);
    ASSERT_TRUE(work(expected));
    expect_survival(row.name, [&]() -> Result<Outcome> {
      Bytes got(row.tag_size);
      HAWSER_TRY(work(got));
      return same(got, expected);
    });
  }
}

Result<Bytes> through_stream(const CipherAlgorithm& row, const Bytes& data) {
  const Bytes key = pattern(row.key_size);
  const Bytes iv = pattern(row.iv_size);
  Bytes out = data;
  for (const auto direction : {Direction::encrypt, Direction::decrypt}) {
    const auto cipher = HAWSER_TRY(row.make_stream(key, iv, direction));
    HAWSER_TRY(cipher->process(out, out));
  }
  return out;
}

Result<Bytes> through_aead(const CipherAlgorithm& row, const Bytes& data) {
  const Bytes key = pattern(row.key_size);
  const Bytes nonce = pattern(row.iv_size);
  Bytes out(data.size());
  Bytes tag(row.tag_size);
  const auto sealer = HAWSER_TRY(row.make_aead(key, Direction::encrypt));
  HAWSER_TRY(sealer->seal(nonce, pattern(4), Gather(data), out, tag));
  const auto opener = HAWSER_TRY(row.make_aead(key, Direction::decrypt));
  HAWSER_TRY(opener->open(nonce, pattern(4), out, tag));
  return out;
}

Result<Bytes> through_chacha(const CipherAlgorithm& row, const Bytes& data) {
  Bytes packet(4 + data.size());
  Bytes tag(16);
  const auto cipher = HAWSER_TRY(row.make_chacha_poly(pattern(row.key_size)));
  HAWSER_TRY(cipher->seal(7, static_cast<std::uint32_t>(data.size()), Gather(data), packet, tag));
  const auto length = HAWSER_TRY(cipher->peek_length(7, ByteView(packet).first(4)));
  HAWSER_TRY(cipher->open(7, packet, tag));
  return to_bytes(ByteView(packet).subspan(4, length));
}

TEST(OutOfMemory, Ciphers) {
  const Bytes data = pattern(480);
  for (const CipherAlgorithm& row : engine().ciphers) {
    const auto work = row.make_stream != nullptr ? through_stream
                      : row.make_aead != nullptr ? through_aead
                                                 : through_chacha;
    expect_survival(row.name, [&]() -> Result<Outcome> {
      const Bytes back = HAWSER_TRY(work(row, data));
      return same(back, data);
    });
  }
}

TEST(OutOfMemory, Agreements) {
  for (const AgreementAlgorithm& row : engine().agreements) {
    if (row.name == "modp4096" || row.name == "modp8192") continue;  // the same code, slower
    const auto peer = row.generate(*engine().random);
    ASSERT_TRUE(peer);
    expect_survival(row.name, [&]() -> Result<Outcome> {
      const auto own = HAWSER_TRY(row.generate(*engine().random));
      const SecretBytes secret = HAWSER_TRY(own->agree((*peer)->public_value()));
      // The other side has memory.
      const LibraryMemory armed = std::exchange(library_memory, LibraryMemory{});
      const auto theirs = (*peer)->agree(own->public_value());
      library_memory = armed;
      return theirs && equal(theirs->view(), secret.view()) ? Outcome::right : Outcome::wrong;
    });
  }
}

TEST(OutOfMemory, Kems) {
  for (const KemAlgorithm& row : engine().kems) {
    expect_survival(row.name, [&]() -> Result<Outcome> {
      const auto keys = HAWSER_TRY(row.generate(engine()));
      const auto made = HAWSER_TRY(row.encapsulate(engine(), keys->public_key()));
      const SecretBytes secret = HAWSER_TRY(keys->decapsulate(made.ciphertext));
      return same(secret.view(), made.secret.view());
    });
  }
}

// Of the private parts, in the order of a public key.
std::vector<ByteView> public_parts(const RawKey& raw) {
  if (raw.key_type == "ssh-rsa") return {raw.parts[1].view(), raw.parts[0].view()};
  return {raw.parts[0].view()};
}

TEST(OutOfMemory, NewKeysAndTheirSignatures) {
  const Bytes message = pattern(100);
  for (const SignatureAlgorithm& row : engine().signatures) {
    if (row.name == "rsa-sha2-256" || row.name == "ssh-rsa") continue;  // as rsa-sha2-512
    const KeyAlgorithm& type = *find_key(engine(), row.key_type);
    const auto raw = generate_key(row.key_type, 2048);
    ASSERT_TRUE(raw) << row.name;
    std::vector<ByteView> parts;
    for (const SecretBytes& part : raw->parts) parts.push_back(part.view());
    expect_survival(row.name, [&]() -> Result<Outcome> {
      const auto key = HAWSER_TRY(type.load_private(parts));
      const Bytes signature = HAWSER_TRY(key->sign(row.hash, message));
      const auto verifier = HAWSER_TRY(type.load_public(public_parts(*raw)));
      HAWSER_TRY(verifier->verify(row.hash, message, signature));
      return Outcome::right;
    });
    if (row.key_type == "ssh-rsa") continue;  // to make one takes as long as chance has it
    expect_survival(row.key_type, [&]() -> Result<Outcome> {
      const RawKey made = HAWSER_TRY(generate_key(row.key_type, 0));
      return made.parts.size() == type.private_parts ? Outcome::right : Outcome::wrong;
    });
  }
}

TEST(OutOfMemory, OldKeyFiles) {
  for (const std::string name :
       {"ecdsa_256_pem", "ecdsa_256_pem_encrypted", "ecdsa_256_pkcs8", "ecdsa_256_pkcs8_encrypted",
        "ed25519_pkcs8", "rsa_pem", "rsa_pkcs8_encrypted"}) {
    const std::string file = test::test_data("keys/" + name);
    expect_survival(name, [&]() -> Result<Outcome> {
      const RawKey key = HAWSER_TRY(decode_pem(as_bytes(file), as_bytes("hawser")));
      return key.parts.empty() ? Outcome::wrong : Outcome::right;
    });
  }
}

}  // namespace
}  // namespace hawser::crypto
