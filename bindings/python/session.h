// _ssh.Session.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/connection.h"

namespace hawser::python {

struct PySession {
  ~PySession();

  std::shared_ptr<client::Connection> connection;
  // What the connection's stream and its trace hold, for the garbage collector.
  nanobind::handle stream_object;
  nanobind::handle trace_object;
};

void bind_session(nanobind::module_& module);

}  // namespace hawser::python
