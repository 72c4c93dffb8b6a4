#include "error_classes.h"

#include <cerrno>
#include <string>

#include <nanobind/stl/string.h>

namespace hawser::python {

namespace {

ErrorClasses classes;

// Refusals for which Python has a class of its own.
struct BuiltIn {
  int error_number;
  const char* name;
  PyObject* const* base;
  PyObject* made;
};
BuiltIn built_ins[] = {
    {ENOENT, "SFTPFileNotFoundError", &PyExc_FileNotFoundError, nullptr},
    {EACCES, "SFTPPermissionError", &PyExc_PermissionError, nullptr},
    {EEXIST, "SFTPFileExistsError", &PyExc_FileExistsError, nullptr},
    {ENOTDIR, "SFTPNotADirectoryError", &PyExc_NotADirectoryError, nullptr},
    {EISDIR, "SFTPIsADirectoryError", &PyExc_IsADirectoryError, nullptr},
};

PyObject* make_class(nb::module_& module, const char* name, const char* doc,
                     std::initializer_list<PyObject*> bases, const nb::dict& attributes = {}) {
  nb::list list;
  for (PyObject* base : bases) list.append(nb::handle(base));
  const std::string qualified = std::string("_ssh.") + name;
  PyObject* made =
      PyErr_NewExceptionWithDoc(qualified.c_str(), doc, nb::tuple(list).ptr(), attributes.ptr());
  if (made == nullptr) throw nb::python_error();
  module.attr(name) = nb::handle(made);
  return made;
}

nb::dict defaults(std::initializer_list<std::pair<const char*, nb::object>> values) {
  nb::dict dict;
  for (const auto& [name, value] : values) dict[name] = value;
  return dict;
}

// OSError's own would begin with "[Errno None]" where the server gave no reason.
nb::object text_of(nb::handle self) {
  const nb::object text = self.attr("strerror");
  if (!self.attr("errno").is_none() || text.is_none()) {
    return nb::handle(PyExc_OSError).attr("__str__")(self);
  }
  const nb::object first = self.attr("filename");
  const nb::object second = self.attr("filename2");
  if (first.is_none()) return text;
  if (second.is_none()) return nb::str("{}: {!r}").format(text, first);
  return nb::str("{}: {!r} -> {!r}").format(text, first, second);
}

void make_sftp_classes(nb::module_& m) {
  nb::dict attributes = defaults({{"code", nb::none()}});
  attributes["__str__"] = nb::cpp_function(&text_of, nb::is_method(), nb::name("__str__"));
  classes.sftp =
      make_class(m, "SFTPError", "The SFTP server refused a request.", {classes.error}, attributes);
  for (BuiltIn& each : built_ins) {
    each.made =
        make_class(m, each.name, "An SFTPError of Python's own class.", {classes.sftp, *each.base});
  }
}

void make_host_key_classes(nb::module_& m) {
  const nb::object none = nb::none();
  classes.host_key =
      make_class(m, "HostKeyError", "The server's host key was not accepted.", {classes.error},
                 defaults({{"host", none}, {"key_type", none}, {"fingerprint", none}}));
  PyObject* host_key = classes.host_key;
  classes.host_key_unknown =
      make_class(m, "HostKeyUnknown", "No known_hosts line names this host.", {host_key});
  classes.host_key_changed =
      make_class(m, "HostKeyChanged", "Another key is on record for this host.", {host_key});
  classes.host_key_revoked =
      make_class(m, "HostKeyRevoked", "The key is marked as revoked.", {host_key});
  classes.host_key_signature = make_class(
      m, "HostKeySignatureError", "The server does not hold the key that it shows.", {host_key});
}

void make_key_classes(nb::module_& m) {
  classes.agent =
      make_class(m, "AgentError", "The ssh-agent, or what signs, does not do it.", {classes.error});
  classes.key_file = make_class(m, "KeyFileError", "A key file cannot be used.",
                                {classes.error, PyExc_ValueError});
  PyObject* key_file = classes.key_file;
  classes.passphrase_required =
      make_class(m, "PassphraseRequired", "The key is encrypted.", {key_file});
  classes.wrong_passphrase =
      make_class(m, "WrongPassphrase", "The passphrase does not open the key.", {key_file});
  classes.unsupported_key =
      make_class(m, "UnsupportedKey", "The key is of a kind not known here.", {key_file});
  classes.damaged_key = make_class(m, "DamagedKey", "The key file is damaged.", {key_file});
}

}  // namespace

const ErrorClasses& error_classes() {
  return classes;
}

PyObject* sftp_error_class(int error_number) {
  if (error_number == EPERM) error_number = EACCES;
  for (const BuiltIn& each : built_ins) {
    if (each.error_number == error_number) return each.made;
  }
  return classes.sftp;
}

void bind_error_classes(nb::module_& m) {
  const nb::object none = nb::none();
  classes.error = make_class(m, "Error", "The root of the project's own errors.", {PyExc_OSError});
  PyObject* error = classes.error;
  classes.protocol = make_class(m, "ProtocolError", "The peer broke the protocol.",
                                {error, PyExc_ConnectionError});
  classes.limit =
      make_class(m, "LimitError", "The peer passed a limit on memory or time.", {classes.protocol});
  classes.unsafe_name =
      make_class(m, "UnsafeNameError", "The server named a file that is not in its folder.",
                 {classes.protocol});
  classes.negotiation =
      make_class(m, "NegotiationError", "No algorithm in common.", {error, PyExc_ConnectionError},
                 defaults({{"kind", nb::str("")}, {"ours", nb::tuple()}, {"theirs", nb::tuple()}}));
  classes.connection_lost =
      make_class(m, "ConnectionLost", "The connection ended before the work did.",
                 {error, PyExc_ConnectionError}, defaults({{"disconnect_code", none}}));
  classes.timeout =
      make_class(m, "Timeout", "A deadline passed.", {error, PyExc_TimeoutError},
                 defaults({{"phase", nb::str("")}, {"stdout", none}, {"stderr", none}}));
  classes.authentication = make_class(
      m, "AuthenticationError", "The server refused the login.", {error, PyExc_PermissionError},
      defaults({{"allowed", nb::tuple()}, {"partial", nb::bool_(false)}}));
  classes.channel = make_class(m, "ChannelError", "A channel or a request on it was refused.",
                               {error}, defaults({{"code", none}}));
  classes.scp = make_class(m, "SCPError", "The remote scp refused.", {error});
  classes.security_warning =
      make_class(m, "SecurityWarning", "Something weak is in use.", {PyExc_UserWarning});
  make_host_key_classes(m);
  make_key_classes(m);
  make_sftp_classes(m);
}

}  // namespace hawser::python
