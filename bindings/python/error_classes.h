// The exception classes of the module. They live as long as it does: it is never unloaded.
#pragma once

#include <nanobind/nanobind.h>

namespace hawser::python {

namespace nb = nanobind;

struct ErrorClasses {
  PyObject* error;
  PyObject* protocol;
  PyObject* limit;
  PyObject* unsafe_name;
  PyObject* negotiation;
  PyObject* connection_lost;
  PyObject* timeout;
  PyObject* host_key;
  PyObject* host_key_unknown;
  PyObject* host_key_changed;
  PyObject* host_key_revoked;
  PyObject* host_key_signature;
  PyObject* authentication;
  PyObject* agent;
  PyObject* key_file;
  PyObject* passphrase_required;
  PyObject* wrong_passphrase;
  PyObject* unsupported_key;
  PyObject* damaged_key;
  PyObject* channel;
  PyObject* scp;
  PyObject* sftp;
  PyObject* security_warning;
};
const ErrorClasses& error_classes();

// The class for a refusal with this errno: SFTPError itself, or one that is of the built-in class,
// too.
PyObject* sftp_error_class(int error_number);

// Makes the classes in the module.
void bind_error_classes(nb::module_& module);

}  // namespace hawser::python
