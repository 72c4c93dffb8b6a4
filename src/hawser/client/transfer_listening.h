// From the listeners of a transfer to those of its local files.
#pragma once

#include "hawser/client/transfer.h"

namespace hawser::client {

// Of a source, for people.
using NameOf = std::function<std::string(const std::string&)>;
// Of an entry that could not be copied.
using FailureOf = std::function<Failure(const operations::local::Fault&)>;

// `told` outlives what it gives.
Listeners listeners_for(const TransferListeners& told, const NameOf& name_of,
                        const FailureOf& failure_of = {});

// The options of the operation: progress is told if somebody listens.
operations::CopyOptions copy_options(const TransferOptions& options);

}  // namespace hawser::client
