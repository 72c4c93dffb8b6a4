// Key pairs for tests: one of each kind that the engine knows, and a second Ed25519 key
// ("ssh-ed25519-other") for servers that change theirs.
#pragma once

#include "hawser/keys/memory_signer.h"

namespace hawser::scenario {

// The key of that name: its key type, or "ssh-ed25519-other".
keys::MemorySigner test_key(const crypto::Engine& engine, std::string_view name);

}  // namespace hawser::scenario
