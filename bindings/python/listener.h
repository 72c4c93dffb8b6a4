// _ssh.Listener: a place at which the server listens for us.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/listener.h"

namespace hawser::python {

namespace nb = nanobind;

struct PyListener {
  ~PyListener();

  std::shared_ptr<client::Listener> listener;
};

void bind_listener(nb::module_& module);

}  // namespace hawser::python
