// The GIL, given up and taken back by threads that may outlive the interpreter.
//
// When the program ends, Python lets daemon threads run until they want the GIL, and then ends them
// (before 3.14) by pthread_exit(), which unwinds their stacks. Ours have destructors and functions
// that nothing may be thrown through, so that the process would be aborted. Such a thread is
// stopped here instead and waits for the process to end, as all do from 3.14 on. One that is busy
// without the GIL is stopped at the exit gate.
#pragma once

#include <optional>

#include <cxxabi.h>
#include <nanobind/nanobind.h>
#include <unistd.h>

#include "hawser/client/exit_gate.h"

namespace hawser::python {

[[noreturn]] inline void wait_for_the_end() noexcept {
  for (;;) pause();
}

class GilReleased {
 public:
  GilReleased() : state_(PyEval_SaveThread()) { work_.emplace(); }
  ~GilReleased() {
    work_.reset();
    try {
      PyEval_RestoreThread(state_);
    } catch (...) {  // by pthread_exit(): it would be an abort to leave
      wait_for_the_end();
    }
  }
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;

 private:
  PyThreadState* state_;
  std::optional<client::AtWork> work_;
};

class GilHeld {
 public:
  GilHeld() {
    try {
      state_ = PyGILState_Ensure();
    } catch (...) {
      wait_for_the_end();
    }
  }
  ~GilHeld() { PyGILState_Release(state_); }
  GilHeld(const GilHeld&) = delete;
  GilHeld& operator=(const GilHeld&) = delete;

 private:
  const client::Away away_;  // before the GIL is taken, until it is given back
  PyGILState_STATE state_{};
};

// Runs what calls Python from below, and gives what it returns. Python code waits in its own way,
// without the GIL, and may be ended there, too.
template <typename Call>
auto with_gil(Call&& call) -> decltype(call()) {
  const GilHeld gil;
#ifdef __GLIBCXX__
  try {
    return call();
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
#else
  return call();
#endif
}

}  // namespace hawser::python
