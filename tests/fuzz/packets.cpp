// The packet reader under every protection and compression. Some packets are sealed as a peer
// would, some altered, left out or sent twice on the way, and some bytes are nobody's.
#include <deque>

#include "hawser/transport/packet_reader.h"
#include "hawser/transport/packet_writer.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "scenario/seeded_random.h"

namespace hawser::fuzz {

namespace {

using transport::ProtectionSuite;

struct Mode {
  const char* cipher;
  const char* mac;
};
constexpr Mode kModes[] = {
    {nullptr, nullptr},
    {"aes128-gcm@openssh.com", nullptr},
    {"chacha20-poly1305@openssh.com", nullptr},
    {"aes128-ctr", "hmac-sha2-256-etm@openssh.com"},
    {"aes256-ctr", "hmac-sha2-512"},
    {"aes128-cbc", "hmac-sha1-96"},
    {"3des-cbc", "hmac-md5-etm@openssh.com"},
};
constexpr const char* kCompressed = "zlib";

struct Play {
  ProtectionSuite suite;
  const transport::CompressionAlgorithm* expands = nullptr;
  Bytes stream;
  std::deque<Bytes> payloads;  // that were sealed, in order
  bool says_what_came = true;  // what comes out must be what went in
};

transport::ProtectionKeys keys_for(const ProtectionSuite& suite) {
  transport::ProtectionKeys keys;
  keys.iv = SecretBytes(Bytes(suite.cipher->iv_size, 0x11));
  keys.cipher_key = SecretBytes(Bytes(suite.cipher->key_size, 0x22));
  if (suite.mac != nullptr) keys.mac_key = SecretBytes(Bytes(suite.mac->key_size, 0x33));
  return keys;
}

Play compose(Input& input) {
  const crypto::Engine& engine = crypto::openssl_engine();
  const Mode& mode = kModes[input.below(std::size(kModes))];
  const std::size_t compression = input.below(3);  // neither side, both, or ours only
  Play play;
  scenario::SeededRandom random(1);
  transport::PacketWriter writer(random);
  if (mode.cipher != nullptr) {
    play.suite.cipher = crypto::find_cipher(engine, mode.cipher);
    if (mode.mac != nullptr) play.suite.mac = crypto::find_mac(engine, mode.mac);
    if (compression > 0) play.expands = transport::find_compression(kCompressed);
    writer.switch_keys(*transport::make_sealer(play.suite, keys_for(play.suite)), false,
                       compression == 1 ? play.expands : nullptr);
  }
  play.says_what_came = mode.cipher != nullptr && compression != 2;
  while (!input.empty()) {
    const std::size_t what = input.below(6);
    const ByteView piece = input.piece();
    if (what == 0 || piece.empty()) {
      append(play.stream, piece);
      continue;
    }
    (void)writer.write(Gather(piece));
    Bytes sealed = to_bytes(writer.pending());
    writer.sent(sealed.size());
    if (what == 1) sealed[(input.byte() << 8 | input.byte()) % sealed.size()] ^= input.byte();
    if (what == 2) append(play.stream, sealed);  // twice
    play.payloads.push_back(to_bytes(piece));
    if (what != 3) append(play.stream, sealed);
  }
  return play;
}

std::string read(const Play& play, std::size_t cut) {
  constexpr std::size_t kMost = 3000;
  transport::PacketReader reader;
  if (play.suite.cipher != nullptr) {
    reader.switch_keys(*transport::make_opener(play.suite, keys_for(play.suite)), false,
                       play.expands);
  }
  Slab slab{256};
  std::string happened;
  std::size_t packets = 0;
  for (ByteView rest = play.stream; !rest.empty();) {
    const ByteView part = rest.first(std::min(cut, rest.size()));
    rest = rest.subspan(part.size());
    copy(part, slab.reserve(part.size()));
    slab.commit(part.size());
    for (;;) {
      const auto packet = reader.next(slab, kMost);
      if (!packet) return happened + outcome(packet);
      if (!*packet) break;
      const ByteView payload = (*packet)->payload;
      HAWSER_EXPECT(!payload.empty() && payload.size() <= kMost);
      HAWSER_EXPECT((*packet)->sequence == packets && (*packet)->number == payload[0]);
      if (play.says_what_came) {
        HAWSER_EXPECT(packets < play.payloads.size() && equal(payload, play.payloads[packets]));
      }
      ++packets;
      happened += as_text(payload);
      happened += '\n';
    }
  }
  return happened + "more";
}

}  // namespace

void packets(ByteView bytes) {
  Input input(bytes.first(std::min<std::size_t>(bytes.size(), 16'384)));
  const Play play = compose(input);
  expect_same_for_all_cuts([&play](std::size_t cut) { return read(play, cut); });
}

}  // namespace hawser::fuzz
