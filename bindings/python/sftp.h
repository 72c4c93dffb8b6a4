// _ssh.SFTP.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/sftp_client.h"

#include "session.h"

namespace hawser::python {

namespace nb = nanobind;

// Dropping it never waits: client::SftpClient's own destructor sees to that.
struct PySftp {
  ~PySftp();

  std::shared_ptr<client::SftpClient> client;
};

// The class, and what the other classes of SFTP are.
void bind_sftp(nb::module_& module);
// Session.sftp(); the class must be there.
void bind_sftp_of(nb::class_<PySession>& session);

}  // namespace hawser::python
