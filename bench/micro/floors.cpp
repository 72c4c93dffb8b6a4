// The floors above the transport, on bytes in memory: channel data through the multiplexer, replies
// through the SFTP engine.
#include <benchmark/benchmark.h>

#include "hawser/connection/multiplexer.h"
#include "hawser/sftp/engine.h"
#include "hawser/wire/messages_connection.h"

#include "support/sftp_packet.h"

namespace hawser {
namespace {

constexpr std::size_t kBlock = 32 * 1024;

// ---- multiplexer --------------------------------------------------------------------------------

class NoOutbox final : public connection::Outbox {
 public:
  Status post(ByteView) override { return {}; }
  [[nodiscard]] bool is_ready_for_data() const override { return true; }
  Status post_data(const Gather& payload) override {
    benchmark::DoNotOptimize(payload.size());
    return {};
  }
};

// A channel of it, open, with as much window for us as there can be.
connection::ChannelId open_channel(connection::Multiplexer& multiplexer) {
  const auto id = multiplexer.open(connection::SessionKind{});
  const Bytes confirmation =
      wire::encode_to_bytes(wire::ChannelOpenConfirmation{id->value(), 7, UINT32_MAX, kBlock, {}});
  (void)multiplexer.take(confirmation);
  return *id;
}

void take_channel_data(benchmark::State& state) {
  NoOutbox outbox;
  connection::Multiplexer multiplexer({}, outbox);
  const auto channel = open_channel(multiplexer);
  const Bytes content(kBlock);
  const Bytes payload =
      wire::encode_to_bytes(wire::ChannelData{channel.value(), wire::Blob(content)});
  for (auto _ : state) {
    const auto event = multiplexer.take(payload);
    if (!event || !multiplexer.consume(channel, kBlock)) state.SkipWithError("take");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBlock));
}
BENCHMARK(take_channel_data);

void write_channel_data(benchmark::State& state) {
  NoOutbox outbox;
  connection::Multiplexer multiplexer({}, outbox);
  const auto channel = open_channel(multiplexer);
  const Bytes adjust = wire::encode_to_bytes(
      wire::ChannelWindowAdjust{channel.value(), static_cast<std::uint32_t>(kBlock)});
  const Bytes content(kBlock);
  for (auto _ : state) {
    const auto taken = multiplexer.write(channel, Gather(content));
    if (!taken || *taken != kBlock || !multiplexer.take(adjust)) state.SkipWithError("write");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBlock));
}
BENCHMARK(write_channel_data);

// ---- SFTP ---------------------------------------------------------------------------------------

class Sink final : public sftp::Receiver {
 public:
  ByteSpan space_for(sftp::RequestId, std::size_t size) override {
    return ByteSpan(memory_).first(size);
  }
  void take(sftp::RequestId, const sftp::Reply&) override {}

 private:
  Bytes memory_ = Bytes(kBlock);
};

// The number that the next request will have, read from what it says.
std::uint32_t id_of_pending(sftp::Engine& engine) {
  Bytes request(engine.unsent());
  engine.pending().copy_to(request);
  engine.sent(request.size());
  return load_be32(request.data() + 5);  // behind length and type
}

void read_by_sftp(benchmark::State& state) {
  sftp::Engine engine;
  engine.sent(engine.unsent());
  if (!engine.received(testing::version().framed())) state.SkipWithError("version");
  Sink sink;
  const Bytes handle = to_bytes(as_bytes("handle"));
  const std::string content(kBlock, 'x');
  Bytes reply = testing::Packet(103).u32(0).string(content).framed();
  for (auto _ : state) {
    if (!engine.read(handle, 0, kBlock, sink)) state.SkipWithError("read");
    store_be32(reply.data() + 5, id_of_pending(engine));
    if (!engine.received(reply)) state.SkipWithError("received");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBlock));
}
BENCHMARK(read_by_sftp);

}  // namespace
}  // namespace hawser
