// SFTP.get, put, getfo and putfo.
#pragma once

#include "sftp.h"

namespace hawser::python {

void bind_transfers(nb::class_<PySftp>& sftp);

}  // namespace hawser::python
