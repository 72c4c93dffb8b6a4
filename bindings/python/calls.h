// How every blocking call runs: without the GIL, with Ctrl-C looked at, and with exceptions that
// Python code raised underneath (a stream's recv, an input's read, a policy) brought back
// unchanged.
#pragma once

#include "errors.h"
#include "gil.h"
#include "streams.h"

namespace hawser::python {

// Runs `call(interrupt)` and unwraps its outcome; paths in its failure are of that style.
template <typename Call>
auto without_gil(Call&& call, PathStyle style = PathStyle::text) {
  drop_kept_exception();
  const client::Interrupt interrupted = interrupt();
  auto outcome = [&] {
    const GilReleased released;
    return call(interrupted);
  }();
  return unwrap(std::move(outcome), style);
}

// Runs what cannot fail but takes the session's lock: nobody waits for that with the GIL held.
template <typename Call>
auto locked(Call&& call) {
  const GilReleased released;
  return call();
}

}  // namespace hawser::python
