// _ssh.Session.
#pragma once

#include <nanobind/nanobind.h>

namespace hawser::python {

void bind_session(nanobind::module_& module);

}  // namespace hawser::python
