// What is weak in what was agreed on, as sentences for people: legacy algorithms that somebody
// allowed, and the lack of strict key exchange.
#pragma once

#include <string>
#include <vector>

#include "hawser/transport/negotiation.h"
#include "hawser/wire/message_table.h"

namespace hawser::transport {

std::vector<std::string> weaknesses_of(const Agreed& agreed, wire::StrictKex strict);

// Of a login that was signed by this algorithm; empty: none.
std::string weakness_of_login(const crypto::Engine& engine, std::string_view algorithm);

}  // namespace hawser::transport
