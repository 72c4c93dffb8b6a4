// known_hosts as a list of lines and the judgement of a key by it: sshd(8), "SSH_KNOWN_HOSTS FILE
// FORMAT". Text in, verdict out; files are read by client/.
//
//   line    = [marker SP] hosts SP keytype SP base64 [SP comment]
//   marker  = "@revoked" | "@cert-authority"
//   hosts   = "|1|" base64(salt) "|" base64(hmac-sha1(salt, name))  |  pattern *("," pattern)
//   pattern = ["!"] name with "*" and "?"
//   name    = host, or "[" host "]:" port for a port other than 22; compared without case
//
// Blanks may be spaces or tabs, and lines may end in CR LF. A "!" pattern that fits excludes the
// host from its line, whatever else the line says. A line of a certificate authority says nothing
// about plain keys; certificates of the hosts that it names are for certificate.h to judge.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hawser/base/limits.h"
#include "hawser/crypto/engine.h"

namespace hawser::keys {

enum class HostKeyMatch {
  known,    // a line names this host and this key
  unknown,  // no line names this host
  changed,  // lines name this host, none with this key (another type of key counts as changed)
  revoked,  // a @revoked line names this host and this key, whatever other lines say
};

// What the server of a host proved (hostkeys-prove-00@openssh.com).
struct HostKeysProved {
  std::string host;
  std::uint16_t port = 22;
  ByteView present;                  // the key that the session was begun with
  std::span<const Bytes> keys;       // all proved ones, `present` among them
  std::span<const Bytes> announced;  // all that it says it has
};

struct KnownHostsUpdate {
  Bytes content;
  std::vector<Bytes> added;
  std::vector<Bytes> removed;
};

class KnownHosts {
 public:
  explicit KnownHosts(std::size_t most_lines = limits::kKnownHostsLines)
      : most_lines_(most_lines) {}

  // Adds the lines of one file. Lines that cannot be understood are skipped and counted. A key of a
  // type that the engine does not know still stands for its host: one that comes with another key
  // is changed, not unknown.
  // Too many lines are an error: nothing may be judged by half of what is known.
  [[nodiscard]] Status add(const crypto::Engine& engine, ByteView content,
                           std::string_view file_name);

  struct Judgement {
    HostKeyMatch match = HostKeyMatch::unknown;
    std::string file;      // of the line that decided (known, changed, revoked), "" if none
    std::size_t line = 0;  // counted from 1
  };
  // `host` as the user named it, without brackets.
  [[nodiscard]] Judgement judge(const crypto::Engine& engine, std::string_view host,
                                std::uint16_t port, ByteView key_blob) const;

  // Whose key this is that signed the host's certificate: `known` if a @cert-authority line names
  // this host and this key, `revoked` if a @revoked line does, otherwise `unknown`.
  [[nodiscard]] Judgement judge_authority(const crypto::Engine& engine, std::string_view host,
                                          std::uint16_t port, ByteView authority_blob) const;

  // Whether any @cert-authority line names this host.
  [[nodiscard]] bool has_authority(const crypto::Engine& engine, std::string_view host,
                                   std::uint16_t port) const;

  // The key types on record for this host, in the order of the lines, each once.
  [[nodiscard]] std::vector<std::string> key_types(const crypto::Engine& engine,
                                                   std::string_view host, std::uint16_t port) const;

  // The file with a line for each proved key, and without the lines of keys that the server has no
  // longer; all other bytes stay. nullopt: not ours to change, because the present key does not
  // stand on a line of its own for this host, or because a line with patterns or several names
  // speaks of it. Where the present key's line is hashed, so are those that are added.
  static Result<std::optional<KnownHostsUpdate>> update(const crypto::Engine& engine,
                                                        ByteView content,
                                                        const HostKeysProved& proved);

  [[nodiscard]] std::size_t skipped_lines() const { return skipped_; }

 private:
  enum class Marker : std::uint8_t { none, revoked, cert_authority };
  struct Line {
    Marker marker;
    std::string hosts;
    std::string key_type;
    Bytes key_blob;
    std::size_t file;
    std::size_t number;
  };
  // The line that this text is; nothing if it cannot be understood.
  static std::optional<Line> parse(const crypto::Engine& engine, std::string_view text);
  static bool names(const crypto::Engine& engine, const Line& line, std::string_view name);
  [[nodiscard]] Judgement decided(HostKeyMatch match, const Line& line) const;

  std::size_t most_lines_;
  std::vector<std::string> files_;
  std::vector<Line> lines_;
  std::size_t skipped_ = 0;
};

// The name under which a host stands in the file: "host", or "[host]:port" for a port other
// than 22.
std::string known_hosts_name(std::string_view host, std::uint16_t port);

// The line to remember a key by, newline included; "" for a host that cannot stand in the file
// (with blanks, control characters, commas or wildcards).
std::string known_hosts_line(std::string_view host, std::uint16_t port, ByteView key_blob);

// The same with the name hashed, under a salt of its own. `name` is one of known_hosts_name().
Result<std::string> hashed_known_hosts_line(const crypto::Engine& engine, std::string_view name,
                                            ByteView key_blob);

}  // namespace hawser::keys
