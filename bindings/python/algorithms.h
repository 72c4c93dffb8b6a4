// What a session offers, from Python's words: algorithms=, _ssh.Legacy, and the tables of what
// there is.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/transport/proposal.h"

namespace hawser::python {

namespace nb = nanobind;

// None, 'legacy', a Legacy, or a mapping of lists: {'KexAlgorithms': '+a', 'cipher': ['b', 'c']}.
// With `compression` zlib is in the offer, unless the mapping says which. ValueError says what is
// wrong, and what there is.
transport::Proposal proposal_from(nb::handle algorithms, bool compression);

// None: 2048, but 1024 where all legacy algorithms are allowed.
unsigned required_rsa_bits_from(nb::handle required_rsa_size, nb::handle algorithms);

// SecurityWarning for each, where the caller's code stands. Throws if the caller made it an error.
void warn_of(const std::vector<std::string>& weaknesses);

void bind_algorithms(nb::module_& module);

}  // namespace hawser::python
