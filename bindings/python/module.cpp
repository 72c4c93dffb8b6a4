// The Python module _ssh: its functions, and what its classes are bound by. Exceptions are allowed
// on this floor and no other.
#include <exception>

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "hawser/client/exit_gate.h"
#include "hawser/crypto/engine.h"

#include "agent.h"
#include "algorithms.h"
#include "channel.h"
#include "error_classes.h"
#include "gil.h"
#include "keys.h"
#include "listener.h"
#include "results.h"
#include "run_many.h"
#include "session.h"
#include "sftp.h"

namespace {

// The release of libssh2 whose behaviour scripts written for the first _ssh know.
constexpr const char* kLevelWithLibssh2 = "1.11.1";

// Daemon threads, when Python is gone and the process is about to follow. The longest that they do
// without a wait is a key with a large RSA modulus.
void stop_threads() {
  hawser::client::close_exit_gate(std::chrono::seconds(3));
}

// A thread that Python ends, in code of its own that we called, is unwound by something that is no
// exception of C++: nanobind would take it for one.
void stop_ended_thread(const std::exception_ptr& thrown, void* /*payload*/) {
  if (!thrown) hawser::python::wait_for_the_end();
  std::rethrow_exception(thrown);  // to the next translator
}

}  // namespace

NB_MODULE(_ssh, m) {
  (void)Py_AtExit(stop_threads);  // it has room for 32; without it all else works
  nanobind::register_exception_translator(stop_ended_thread);
  // Sessions that are alive when the interpreter exits are not leaks worth a message.
  nanobind::set_leak_warnings(false);
  m.doc() = "SSH-2 client: sessions on a connected socket, commands and channels.";
  m.attr("__version__") = HAWSER_VERSION;
  m.def("version", [] { return kLevelWithLibssh2; });
  m.def("crypto_engine_name", [] { return std::string(hawser::crypto::openssl_engine().name); });
  hawser::python::bind_error_classes(m);
  hawser::python::bind_algorithms(m);
  hawser::python::bind_results(m);
  hawser::python::bind_channel(m);
  hawser::python::bind_listener(m);
  hawser::python::bind_agent(m);
  hawser::python::bind_keys(m);
  hawser::python::bind_sftp(m);
  hawser::python::bind_session(m);
  hawser::python::bind_run_many(m);
}
