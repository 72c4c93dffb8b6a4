// Sealing and opening packets of 32 KiB, a cipher at a time, and taking them out of a full slab.
#include <benchmark/benchmark.h>

#include "hawser/transport/packet_reader.h"
#include "hawser/transport/packet_writer.h"

namespace hawser::transport {
namespace {

constexpr std::size_t kPayload = 32 * 1024;
constexpr std::size_t kPacketsInSlab = 8;
constexpr std::size_t kMaxPacket = 256 * 1024;

struct Suite {
  const char* label;
  const char* cipher;
  const char* mac;  // nullptr where the cipher authenticates by itself
};
constexpr Suite kSuites[] = {
    {"aes256-gcm", "aes256-gcm@openssh.com", nullptr},
    {"chacha20-poly1305", "chacha20-poly1305@openssh.com", nullptr},
    {"aes256-ctr, hmac-sha2-256-etm", "aes256-ctr", "hmac-sha2-256-etm@openssh.com"},
    {"aes256-ctr, hmac-sha2-256", "aes256-ctr", "hmac-sha2-256"},
};

ProtectionSuite suite_of(const Suite& names) {
  const crypto::Engine& engine = crypto::openssl_engine();
  return {crypto::find_cipher(engine, names.cipher),
          names.mac != nullptr ? crypto::find_mac(engine, names.mac) : nullptr};
}

ProtectionKeys keys_of(const ProtectionSuite& suite) {
  ProtectionKeys keys;
  keys.iv = SecretBytes(Bytes(suite.cipher->iv_size, 0x11));
  keys.cipher_key = SecretBytes(Bytes(suite.cipher->key_size, 0x22));
  if (suite.mac != nullptr) keys.mac_key = SecretBytes(Bytes(suite.mac->key_size, 0x33));
  return keys;
}

void note(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void seal(benchmark::State& state, const Suite& names) {
  const ProtectionSuite suite = suite_of(names);
  PacketWriter writer(*crypto::openssl_engine().random);
  writer.switch_keys(*make_sealer(suite, keys_of(suite)), true);
  const Bytes payload(kPayload, 94);
  for (auto _ : state) {
    if (!writer.write(Gather(payload))) state.SkipWithError("write");
    writer.sent(writer.pending().size());
  }
  note(state, kPayload);
}

// A slab full of packets is sealed with the clock stopped, and taken apart with it running.
void open(benchmark::State& state, const Suite& names) {
  const ProtectionSuite suite = suite_of(names);
  PacketWriter writer(*crypto::openssl_engine().random);
  PacketReader reader;
  writer.switch_keys(*make_sealer(suite, keys_of(suite)), true);
  reader.switch_keys(*make_opener(suite, keys_of(suite)), true);
  Slab slab(2 * kPacketsInSlab * kPayload);
  const Bytes payload(kPayload, 94);
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t left = kPacketsInSlab; left > 0; --left) {
      if (!writer.write(Gather(payload))) state.SkipWithError("write");
    }
    copy(writer.pending(), slab.reserve(writer.pending().size()));
    slab.commit(writer.pending().size());
    writer.sent(writer.pending().size());
    state.ResumeTiming();
    for (std::size_t left = kPacketsInSlab; left > 0; --left) {
      const auto packet = reader.next(slab, kMaxPacket);
      if (!packet || !*packet) state.SkipWithError("next");
    }
    reader.release(slab);
  }
  note(state, kPayload * kPacketsInSlab);
}

[[maybe_unused]] const bool kAreRegistered = [] {
  for (const Suite& suite : kSuites) {
    const std::string label(suite.label);
    benchmark::RegisterBenchmark(("seal/" + label).c_str(),
                                 [&suite](benchmark::State& state) { seal(state, suite); });
    benchmark::RegisterBenchmark(("open/" + label).c_str(),
                                 [&suite](benchmark::State& state) { open(state, suite); });
  }
  return true;
}();

}  // namespace
}  // namespace hawser::transport
