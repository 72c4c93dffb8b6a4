// The text of known_hosts: judged, and changed by what a server proved.
#include "hawser/keys/known_hosts.h"

#include "hawser/keys/public_key_file.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

using keys::HostKeyMatch;
using keys::KnownHosts;

// Two Ed25519 keys that are in the corpus.
Bytes key_blob(std::uint8_t fill) {
  Bytes blob{0, 0, 0, 11};
  append(blob, as_bytes("ssh-ed25519"));
  append(blob, Bytes{0, 0, 0, 32});
  append(blob, Bytes(32, fill));
  return blob;
}

HostKeyMatch match_of(ByteView content, std::string_view host, std::uint16_t port, ByteView blob) {
  const crypto::Engine& engine = crypto::openssl_engine();
  KnownHosts hosts;
  if (!hosts.add(engine, content, "file")) return HostKeyMatch::unknown;
  return hosts.judge(engine, host, port, blob).match;
}

// What is written for a key is read back as that key's, whatever stands above it.
void expect_remembered(ByteView content, std::string_view host, std::uint16_t port, ByteView blob) {
  const std::string line = keys::known_hosts_line(host, port, blob);
  if (line.empty()) return;
  Bytes grown = to_bytes(content);
  if (!grown.empty() && grown.back() != '\n') grown.push_back('\n');
  append(grown, as_bytes(line));
  const HostKeyMatch match = match_of(grown, host, port, blob);
  HAWSER_EXPECT(match == HostKeyMatch::known || match == HostKeyMatch::revoked);
}

void expect_sound_update(ByteView content, const keys::HostKeysProved& proved) {
  const crypto::Engine& engine = crypto::openssl_engine();
  const auto update = KnownHosts::update(engine, content, proved);
  if (!update || !*update) return;
  const HostKeyMatch before = match_of(content, proved.host, proved.port, proved.present);
  const HostKeyMatch after = match_of((*update)->content, proved.host, proved.port, proved.present);
  HAWSER_EXPECT(after == before);  // the key in use is neither lost nor freed of a @revoked
  for (const Bytes& added : (*update)->added) {
    HAWSER_EXPECT(match_of((*update)->content, proved.host, proved.port, added) !=
                  HostKeyMatch::unknown);
  }
}

}  // namespace

void known_hosts(ByteView bytes) {
  const crypto::Engine& engine = crypto::openssl_engine();
  Input input(bytes);
  const std::string host = input.flag() ? "host.example" : std::string(as_text(input.piece()));
  const std::uint16_t port = input.flag() ? 22 : 2222;
  const ByteView content = input.rest();
  const Bytes present = key_blob(1);
  const Bytes other = key_blob(2);
  KnownHosts hosts;
  if (hosts.add(engine, content, "file")) {
    (void)hosts.judge(engine, host, port, present);
    (void)hosts.judge_authority(engine, host, port, present);
    (void)hosts.has_authority(engine, host, port);
    (void)hosts.key_types(engine, host, port);
    expect_remembered(content, host, port, present);
    const Bytes proved[] = {present, other};
    expect_sound_update(content, {host, port, present, proved, proved});
  }
  const auto file = keys::parse_public_key_file(content);
  if (!file) return;
  const std::string line = keys::public_key_line(file->blob, file->comment);
  const auto again = keys::parse_public_key_file(as_bytes(line));
  HAWSER_EXPECT(again && equal(again->blob, file->blob));
}

}  // namespace hawser::fuzz
