// What to say to whoever's key was refused: whether a legacy algorithm would be the way in.
#pragma once

#include <span>
#include <string>

#include "hawser/crypto/engine.h"

namespace hawser::client {

// For a key of that type at a server that says it takes `accepted` (server-sig-algs, RFC 8308; ""
// if it does not say), where the `allowed` were tried. Empty: nothing to say. A sentence to append.
std::string legacy_advice(const crypto::Engine& engine, std::string_view key_type,
                          std::string_view accepted, std::span<const std::string> allowed);

}  // namespace hawser::client
