// Lists of algorithms as people write them, in the grammar of ssh_config(5):
//
//   list = names | "+" names | "-" names | "^" names
//   names = name *("," name)      "*" and "?" in a name stand for any letters and for one
//
// A plain list is the whole offer, in its order; "+" adds to the default offer, "-" takes away from
// it, "^" puts at its head. What is not offered by default is offered if its name is spelled out,
// never because a pattern fits it.
#pragma once

#include "hawser/base/report.h"
#include "hawser/transport/algorithm_table.h"

namespace hawser::transport {

// The names to offer. invalid_argument fills the report's text: a name that is unknown (with the
// nearest that there is), one that the library does not provide here, a list that leaves nothing.
Result<std::vector<std::string>> read_algorithm_list(const crypto::Engine& engine,
                                                     const AlgorithmKind& kind,
                                                     std::string_view list, Report& report);

// Adds the legacy algorithm to the end of each list that has it; invalid_argument and the report's
// text if there is none of that name.
Status allow_legacy(const crypto::Engine& engine, std::string_view name, Proposal& proposal,
                    Report& report);
// Adds every one that the library provides.
void allow_all_legacy(const crypto::Engine& engine, Proposal& proposal);

}  // namespace hawser::transport
