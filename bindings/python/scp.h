// The SCP calls of _ssh.Session.
#pragma once

#include "session.h"

namespace hawser::python {

void bind_scp(nanobind::class_<PySession>& session);

}  // namespace hawser::python
