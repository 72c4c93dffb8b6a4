// What a server's proved keys make of a known_hosts file; the rules are those of OpenSSH's
// UpdateHostKeys (ssh_config(5)).
#include <algorithm>

#include "hawser/keys/known_hosts.h"
#include "hawser/keys/pattern.h"
#include "hawser/keys/text_lines.h"

namespace hawser::keys {

namespace {

bool contains(std::span<const Bytes> keys, ByteView blob) {
  return std::ranges::any_of(keys, [blob](const Bytes& key) { return equal(key, blob); });
}

bool is_hashed(std::string_view hosts) {
  return hosts.starts_with('|');
}

}  // namespace

Result<std::optional<KnownHostsUpdate>> KnownHosts::update(const crypto::Engine& engine,
                                                           ByteView content,
                                                           const HostKeysProved& proved) {
  const std::string name = known_hosts_name(proved.host, proved.port);
  KnownHostsUpdate update;
  std::vector<Bytes> on_record;
  bool is_present_known = false;
  bool hashes = false;
  for (std::string_view rest = as_text(content); !rest.empty();) {
    const std::string_view whole = rest;
    const auto line = parse(engine, take_line(rest));
    const ByteView bytes = as_bytes(whole.substr(0, whole.size() - rest.size()));
    if (line && line->marker == Marker::none && names(engine, *line, name)) {
      const bool is_plain = is_hashed(line->hosts) || lower_case(line->hosts) == name;
      if (!is_plain) return std::nullopt;  // it speaks of other hosts, too
      if (!contains(proved.announced, line->key_blob) && !contains(proved.keys, line->key_blob)) {
        update.removed.push_back(line->key_blob);
        continue;
      }
      on_record.push_back(line->key_blob);
      if (equal(line->key_blob, proved.present)) {
        is_present_known = true;
        hashes = is_hashed(line->hosts);
      }
    }
    append(update.content, bytes);
  }
  if (!is_present_known) return std::nullopt;
  for (const Bytes& key : proved.keys) {
    if (contains(on_record, key)) continue;
    if (!update.content.empty() && update.content.back() != '\n') update.content.push_back('\n');
    const std::string added = hashes ? HAWSER_TRY(hashed_known_hosts_line(engine, name, key))
                                     : known_hosts_line(proved.host, proved.port, key);
    append(update.content, as_bytes(added));
    update.added.push_back(key);
  }
  return update;
}

}  // namespace hawser::keys
