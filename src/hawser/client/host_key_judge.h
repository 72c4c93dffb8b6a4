// The verdict on a server's host key, before anything secret is sent. Unknown, changed and revoked
// are different failures; no callback can turn a changed or revoked key into a right one.
//
// A certificate is good if a @cert-authority line names the host and its authority, and it says
// itself that it is for this host, now. If it is not good, the key within it is judged like a plain
// one, but nobody is asked about it, and it is not remembered.
#pragma once

#include <functional>

#include "hawser/client/failure.h"
#include "hawser/client/known_hosts_file.h"
#include "hawser/keys/public_key.h"

namespace hawser::client {

enum class UnknownHostKey : std::uint8_t {
  refuse,      // OpenSSH's StrictHostKeyChecking=yes
  accept_new,  // accept and remember in the first file
  accept,      // accept and forget: insecure
  ask,         // the callback decides
};

struct HostKeyPolicy {
  bool judges = false;  // false: the signature is verified, the key is only shown
  std::string host;
  std::uint16_t port = 22;
  std::vector<std::string> known_hosts;
  // By which authorities may sign certificates; empty: by all that can be checked.
  std::vector<std::string> authority_algorithms;
  // The server's, which must not be on record with another key than a plain one that it shows;
  // empty if that does not matter.
  std::string address;
  UnknownHostKey unknown = UnknownHostKey::refuse;
  // For UnknownHostKey::ask. May take its time; a Failure ends the connection.
  std::function<Outcome<bool>(const keys::PublicKey&)> ask;
};

Outcome<void> judge_host_key(const crypto::Engine& engine, const HostKeyPolicy& policy,
                             const keys::PublicKey& key);

// Makes the list ask for what can be judged, as OpenSSH does: certificates first if an authority is
// on record for the host, otherwise none (unless the list has nothing else); then the key types on
// record. Files that cannot be read count for nothing here: the judgement will say so.
void fit_to_known_hosts(const crypto::Engine& engine, const HostKeyPolicy& policy,
                        std::vector<std::string>& host_key_algorithms);

}  // namespace hawser::client
