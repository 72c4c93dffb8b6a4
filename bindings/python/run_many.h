// _ssh.run_all.
#pragma once

#include <nanobind/nanobind.h>

namespace hawser::python {

void bind_run_many(nanobind::module_& module);

}  // namespace hawser::python
