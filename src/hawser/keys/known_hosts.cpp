#include "hawser/keys/known_hosts.h"

#include <algorithm>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/base/secret.h"
#include "hawser/keys/certificate.h"
#include "hawser/keys/key_parts.h"
#include "hawser/keys/pattern.h"
#include "hawser/keys/public_key.h"
#include "hawser/keys/text_lines.h"

namespace hawser::keys {

namespace {

constexpr std::uint16_t kDefaultPort = 22;
constexpr std::string_view kHashMark = "|1|";
constexpr std::size_t kSha1 = 20;

// A pattern with "!" that fits excludes the name, wherever it stands.
bool list_matches(std::string_view patterns, std::string_view name) {
  bool is_named = false;
  while (true) {
    const std::size_t comma = patterns.find(',');
    std::string_view pattern = patterns.substr(0, comma);
    const bool is_negated = pattern.starts_with('!');
    if (is_negated) pattern.remove_prefix(1);
    if (matches_pattern(pattern, name)) {
      if (is_negated) return false;
      is_named = true;
    }
    if (comma == std::string_view::npos) return is_named;
    patterns.remove_prefix(comma + 1);
  }
}

struct HashedName {
  Bytes salt;
  Bytes hash;
};

std::optional<HashedName> parse_hashed(std::string_view hosts) {
  if (!hosts.starts_with(kHashMark)) return std::nullopt;
  hosts.remove_prefix(kHashMark.size());
  const std::size_t bar = hosts.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  auto salt = base64_decode(hosts.substr(0, bar));
  auto hash = base64_decode(hosts.substr(bar + 1));
  if (!salt || !hash || salt->size() != kSha1 || hash->size() != kSha1) return std::nullopt;
  return HashedName{*std::move(salt), *std::move(hash)};
}

using NameHash = std::array<std::uint8_t, kSha1>;

Result<NameHash> hash_of(const crypto::Engine& engine, ByteView salt, std::string_view name) {
  const crypto::MacAlgorithm* hmac = crypto::find_mac(engine, "hmac-sha1");
  if (hmac == nullptr) return fail(Errc::crypto_failed, "hashed host name");
  NameHash computed;
  const auto made = HAWSER_TRY(hmac->make(salt));
  HAWSER_TRY(made->compute(Gather(as_bytes(name)), computed));
  return computed;
}

// Whether a line may hold this key: its words agree, and if we know the type, so does the
// structure.
bool is_sound(const crypto::Engine& engine, std::string_view key_type, ByteView blob) {
  if (blob.size() > limits::kPublicKeyBlob || key_type_of(blob) != key_type) return false;
  const KeyType* type = find_key_type(engine, key_type);
  return type == nullptr || public_parts(engine, *type, blob).has_value();
}

std::string line_of(std::string hosts, ByteView key_blob) {
  std::string line = std::move(hosts);
  line += ' ';
  line += key_type_of(key_blob);
  line += ' ';
  line += base64_encode(key_blob);
  line += '\n';
  return line;
}

bool is_comment(std::string_view line) {
  const std::string_view first = take_word(line);
  return first.empty() || first.starts_with('#');
}

}  // namespace

Status KnownHosts::add(const crypto::Engine& engine, ByteView content, std::string_view file_name) {
  const std::size_t file = files_.size();
  files_.emplace_back(file_name);
  std::string_view rest = as_text(content);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view text = take_line(rest);
    if (is_comment(text)) continue;
    auto line = parse(engine, text);
    if (!line) {
      ++skipped_;
      continue;
    }
    if (lines_.size() >= most_lines_) {
      return fail(Errc::limit_passed, "known_hosts", static_cast<std::uint32_t>(most_lines_));
    }
    line->file = file;
    line->number = number;
    lines_.push_back(*std::move(line));
  }
  return {};
}

KnownHosts::Judgement KnownHosts::judge(const crypto::Engine& engine, std::string_view host,
                                        std::uint16_t port, ByteView key_blob) const {
  const std::string name = known_hosts_name(host, port);
  const std::string_view key_type = key_type_of(key_blob);
  const Line* known = nullptr;
  const Line* other = nullptr;  // another key of the host, best one of the same type
  for (const Line& line : lines_) {
    const bool is_this_key = equal(line.key_blob, key_blob);
    if (line.marker == Marker::cert_authority) continue;
    if (line.marker == Marker::revoked && !is_this_key) continue;
    if (!names(engine, line, name)) continue;
    if (line.marker == Marker::revoked) return decided(HostKeyMatch::revoked, line);
    if (is_this_key) {
      if (known == nullptr) known = &line;
    } else if (other == nullptr || (other->key_type != key_type && line.key_type == key_type)) {
      other = &line;
    }
  }
  if (known != nullptr) return decided(HostKeyMatch::known, *known);
  if (other != nullptr) return decided(HostKeyMatch::changed, *other);
  return {};
}

KnownHosts::Judgement KnownHosts::judge_authority(const crypto::Engine& engine,
                                                  std::string_view host, std::uint16_t port,
                                                  ByteView authority_blob) const {
  const std::string name = known_hosts_name(host, port);
  const Line* known = nullptr;
  for (const Line& line : lines_) {
    if (line.marker == Marker::none || !equal(line.key_blob, authority_blob)) continue;
    if (!names(engine, line, name)) continue;
    if (line.marker == Marker::revoked) return decided(HostKeyMatch::revoked, line);
    if (known == nullptr) known = &line;
  }
  return known == nullptr ? Judgement{} : decided(HostKeyMatch::known, *known);
}

bool KnownHosts::has_authority(const crypto::Engine& engine, std::string_view host,
                               std::uint16_t port) const {
  const std::string name = known_hosts_name(host, port);
  return std::ranges::any_of(lines_, [&](const Line& line) {
    return line.marker == Marker::cert_authority && names(engine, line, name);
  });
}

std::vector<std::string> KnownHosts::key_types(const crypto::Engine& engine, std::string_view host,
                                               std::uint16_t port) const {
  const std::string name = known_hosts_name(host, port);
  std::vector<std::string> types;
  for (const Line& line : lines_) {
    if (line.marker != Marker::none) continue;
    if (std::ranges::find(types, line.key_type) != types.end()) continue;
    if (names(engine, line, name)) types.push_back(line.key_type);
  }
  return types;
}

std::optional<KnownHosts::Line> KnownHosts::parse(const crypto::Engine& engine,
                                                  std::string_view text) {
  if (text.size() > limits::kKnownHostsLine || text.contains('\0')) return std::nullopt;
  Line line{};
  std::string_view hosts = take_word(text);
  if (hosts.starts_with('@')) {
    if (hosts == "@revoked") {
      line.marker = Marker::revoked;
    } else if (hosts == "@cert-authority") {
      line.marker = Marker::cert_authority;
    } else {
      return std::nullopt;
    }
    hosts = take_word(text);
    if (hosts.starts_with('@')) return std::nullopt;  // two markers
  }
  line.hosts = hosts;
  line.key_type = take_word(text);
  if (hosts.starts_with('|') && !parse_hashed(hosts)) return std::nullopt;
  if (line.key_type.empty() || line.key_type.starts_with('#')) return std::nullopt;
  auto blob = base64_decode(take_word(text));
  if (!blob || !is_sound(engine, line.key_type, *blob)) return std::nullopt;
  // Who takes back a certificate means its key.
  line.key_blob = line.marker == Marker::revoked ? plain_key_blob(engine, *blob) : *std::move(blob);
  return line;
}

bool KnownHosts::names(const crypto::Engine& engine, const Line& line, std::string_view name) {
  const auto hashed = parse_hashed(line.hosts);
  if (!hashed) return list_matches(line.hosts, name);
  // Where the engine cannot compute the hash, a revoked key stays revoked; a good one is not known.
  const auto computed = hash_of(engine, hashed->salt, name);
  return computed ? equal(*computed, hashed->hash) : line.marker == Marker::revoked;
}

KnownHosts::Judgement KnownHosts::decided(HostKeyMatch match, const Line& line) const {
  return {match, files_[line.file], line.number};
}

std::string known_hosts_name(std::string_view host, std::uint16_t port) {
  const std::string name = lower_case(host);
  if (port == kDefaultPort || port == 0) return name;
  return "[" + name + "]:" + std::to_string(port);
}

std::string known_hosts_line(std::string_view host, std::uint16_t port, ByteView key_blob) {
  const std::string name = known_hosts_name(host, port);
  for (char letter : name) {
    if (letter <= ' ' || letter == 0x7f) return {};
  }
  if (name.empty() || name.find_first_of(",*?!") != std::string::npos ||
      std::string_view("|@#").contains(name[0])) {
    return {};
  }
  return line_of(name, key_blob);
}

Result<std::string> hashed_known_hosts_line(const crypto::Engine& engine, std::string_view name,
                                            ByteView key_blob) {
  NameHash salt;
  HAWSER_TRY(engine.random->fill(salt));
  const NameHash hash = HAWSER_TRY(hash_of(engine, salt, name));
  return line_of(std::string(kHashMark) + base64_encode(salt) + "|" + base64_encode(hash),
                 key_blob);
}

}  // namespace hawser::keys
