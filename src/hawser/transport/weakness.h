// What is weak in what was agreed on, as sentences for people: legacy algorithms that somebody
// allowed, and the lack of strict key exchange.
#pragma once

#include <string>
#include <vector>

#include "hawser/transport/negotiation.h"
#include "hawser/wire/message_table.h"

namespace hawser::transport {

// `rsa_bits` are the host key's, 0 if it is another.
std::vector<std::string> weaknesses_of(const Agreed& agreed, unsigned rsa_bits,
                                       wire::StrictKex strict);

// What to say of an RSA key that is too short, and what to do about it.
std::string short_rsa_text(std::string_view whose, unsigned bits, unsigned required);

// Of a login that was signed by this algorithm; empty: none.
std::string weakness_of_login(const crypto::Engine& engine, std::string_view algorithm);

}  // namespace hawser::transport
