// Which signature algorithms a key or certificate can be used with, by the types' names alone
// (RFC 8332, OpenSSH's PROTOCOL.certkeys): for signers whose key we do not hold.
#pragma once

#include <string>
#include <vector>

#include "hawser/crypto/engine.h"

namespace hawser::keys {

// The algorithms to offer for a key of this type, best first: those that the server says it takes
// (server-sig-algs, "" if it did not say), then the others, for servers that do not say, or say
// more than they take. Empty: nothing can be done with the type.
std::vector<std::string> signature_algorithms(const crypto::Engine& engine,
                                              std::string_view key_type,
                                              std::string_view server_algorithms);

// The name that stands in the signature itself: without the mark of a certificate.
std::string_view plain_algorithm(std::string_view algorithm);

}  // namespace hawser::keys
