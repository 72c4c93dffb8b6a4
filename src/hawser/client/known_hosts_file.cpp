#include "hawser/client/known_hosts_file.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hawser/base/limits.h"
#include "hawser/client/descriptor.h"
#include "hawser/client/file_edit.h"

namespace hawser::client {

namespace {

Result<Bytes> read_all(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.is_open()) return read_file(file.number(), limits::kKnownHostsFile);
  if (errno == ENOENT || errno == ENOTDIR) return Bytes{};
  return fail(Errc::local_file, "known_hosts", static_cast<std::uint32_t>(errno));
}

std::string home_folder() {
  const char* home = std::getenv("HOME");
  if (home == nullptr) {
    const passwd* entry = getpwuid(getuid());
    if (entry != nullptr) home = entry->pw_dir;
  }
  return home == nullptr ? std::string() : home;
}

// As OpenSSH does: ~/.ssh is made if it is not there, no other folder.
void make_ssh_folder(const std::string& path) {
  const std::string folder = home_folder() + "/.ssh";
  if (path.substr(0, path.rfind('/')) == folder) (void)mkdir(folder.c_str(), 0700);
}

}  // namespace

Result<keys::KnownHosts> read_known_hosts(const crypto::Engine& engine,
                                          const std::vector<std::string>& paths,
                                          std::string& failed_path) {
  keys::KnownHosts known_hosts;
  for (const std::string& path : paths) {
    const auto content = read_all(path);
    if (!content) {
      failed_path = path;
      return std::unexpected(content.error());
    }
    if (const Status added = known_hosts.add(engine, *content, path); !added) {
      failed_path = path;
      return std::unexpected(Error{Errc::limit_passed, EFBIG, "known_hosts"});
    }
  }
  return known_hosts;
}

Status append_known_host(const std::string& path, std::string_view host, std::uint16_t port,
                         ByteView key_blob) {
  const std::string line = keys::known_hosts_line(host, port, key_blob);
  if (line.empty()) {
    return fail(Errc::invalid_argument, "known_hosts", EINVAL);  // no line can name this host
  }
  make_ssh_folder(path);
  return edit_file({path, limits::kKnownHostsFile}, [&line](ByteView content) -> Result<Bytes> {
    // Another process may have been here while we asked.
    const std::string_view text = as_text(content);
    if (text.starts_with(line) || text.contains("\n" + line)) return to_bytes(content);
    Bytes longer = to_bytes(content);
    if (!text.empty() && !text.ends_with('\n')) longer.push_back('\n');
    append(longer, as_bytes(line));
    return longer;
  });
}

Result<std::optional<keys::KnownHostsUpdate>> update_known_hosts(
    const crypto::Engine& engine, const std::vector<std::string>& paths,
    const keys::HostKeysProved& proved, std::string& failed_path) {
  if (access(paths.front().c_str(), F_OK) != 0) return std::nullopt;  // not made for nothing
  const auto known = HAWSER_TRY(read_known_hosts(engine, paths, failed_path));
  std::vector<Bytes> good;
  for (const Bytes& key : proved.keys) {
    const auto judgement = known.judge(engine, proved.host, proved.port, key);
    if (judgement.match != keys::HostKeyMatch::revoked) good.push_back(key);
  }
  const auto present = known.judge(engine, proved.host, proved.port, proved.present);
  if (present.match != keys::HostKeyMatch::known) return std::nullopt;
  keys::HostKeysProved wanted = proved;
  wanted.keys = good;
  std::optional<keys::KnownHostsUpdate> update;
  failed_path = paths.front();
  const auto change = [&](ByteView content) -> Result<Bytes> {
    update = HAWSER_TRY(keys::KnownHosts::update(engine, content, wanted));
    return update ? update->content : to_bytes(content);
  };
  HAWSER_TRY(edit_file({paths.front(), limits::kKnownHostsFile}, change));
  return update;
}

std::vector<std::string> default_known_hosts_paths() {
  std::vector<std::string> paths;
  const std::string home = home_folder();
  if (!home.empty()) paths.push_back(home + "/.ssh/known_hosts");
  paths.emplace_back("/etc/ssh/ssh_known_hosts");
  return paths;
}

}  // namespace hawser::client
