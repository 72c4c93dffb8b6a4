// known_hosts files on disk. Their grammar and the judgement stand in keys/known_hosts.h.
#pragma once

#include <string>
#include <vector>

#include "hawser/keys/known_hosts.h"

namespace hawser::client {

// The lines of all files, in order. A file that does not exist has none, as for OpenSSH; one that
// cannot be read is an error: connection would otherwise be judged by half of what is known.
// Error::detail is the errno, `failed_path` says where.
Result<keys::KnownHosts> read_known_hosts(const crypto::Engine& engine,
                                          const std::vector<std::string>& paths,
                                          std::string& failed_path);

// Remembers a key by a line at the end, by edit_file(): unless that line is there already. ~/.ssh
// is made if the file is to be there.
Status append_known_host(const std::string& path, std::string_view host, std::uint16_t port,
                         ByteView key_blob);

// Has the first file say which keys a host has, by KnownHosts::update(). nullopt: it was left as it
// is, because the present key is not known there by a line of its own. Keys that any file has as
// revoked are not added.
Result<std::optional<keys::KnownHostsUpdate>> update_known_hosts(
    const crypto::Engine& engine, const std::vector<std::string>& paths,
    const keys::HostKeysProved& proved, std::string& failed_path);

// Where OpenSSH keeps them: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts.
std::vector<std::string> default_known_hosts_paths();

}  // namespace hawser::client
