// How a session logs in: the userauth methods of _ssh.Session.
#pragma once

#include <nanobind/nanobind.h>

#include "session.h"

namespace hawser::python {

void bind_login(nanobind::class_<PySession>& session);

}  // namespace hawser::python
