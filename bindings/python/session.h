// _ssh.Session.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/connection.h"

namespace hawser::python {

struct PySession {
  std::shared_ptr<client::Connection> connection;
  nanobind::handle stream_object;  // what the connection's stream holds, for the garbage collector
};

void bind_session(nanobind::module_& module);

}  // namespace hawser::python
