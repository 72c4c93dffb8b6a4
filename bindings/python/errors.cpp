#include "errors.h"

#include <cerrno>
#include <utility>

#include <nanobind/stl/string.h>

#include "hawser/base/display.h"

#include "buffers.h"

namespace hawser::python {

namespace {

// The classes live as long as the module, which is never unloaded.
struct Classes {
  PyObject* error;
  PyObject* protocol;
  PyObject* limit;
  PyObject* negotiation;
  PyObject* connection_lost;
  PyObject* timeout;
  PyObject* host_key;
  PyObject* host_key_unknown;
  PyObject* host_key_changed;
  PyObject* host_key_revoked;
  PyObject* host_key_signature;
  PyObject* authentication;
  PyObject* key_file;
  PyObject* passphrase_required;
  PyObject* wrong_passphrase;
  PyObject* unsupported_key;
  PyObject* damaged_key;
  PyObject* channel;
};
Classes classes;

thread_local PyObject* kept_exception = nullptr;

struct Mapping {
  PyObject* type;
  int error_number;  // 0: none
};

Mapping mapping_of(const Error& error) {
  switch (error.code) {
    case Errc::internal:
    case Errc::crypto_failed:
    case Errc::no_randomness:
    case Errc::cancelled:
      return {classes.error, 0};
    case Errc::out_of_memory:
      return {PyExc_MemoryError, 0};
    case Errc::wrong_state:
      return {classes.error, EINVAL};
    case Errc::closed:
      return {classes.error, EBADF};
    case Errc::invalid_argument:
      return {PyExc_ValueError, 0};
    case Errc::connection_lost:
      return {classes.connection_lost, error.detail != 0 ? static_cast<int>(error.detail) : 0};
    case Errc::disconnected:
      return {classes.connection_lost, 0};
    case Errc::timed_out:
      return {classes.timeout, ETIMEDOUT};
    case Errc::not_ssh:
    case Errc::bad_version:
    case Errc::packet_too_short:
    case Errc::bad_padding:
    case Errc::mac_mismatch:
    case Errc::sequence_exhausted:
    case Errc::malformed_message:
    case Errc::unexpected_message:
    case Errc::bad_kex_value:
    case Errc::window_overrun:
    case Errc::window_overflow:
    case Errc::unknown_channel:
    case Errc::bad_channel_state:
    case Errc::unexpected_reply:
      return {classes.protocol, 0};
    case Errc::identification_too_long:
    case Errc::too_many_banner_lines:
    case Errc::packet_too_long:
    case Errc::rekey_flood:
    case Errc::volume_before_login:
    case Errc::limit_passed:
      return {classes.limit, 0};
    case Errc::not_strict:
    case Errc::no_common_algorithm:
      return {classes.negotiation, 0};
    case Errc::host_key_unknown:
      return {classes.host_key_unknown, 0};
    case Errc::host_key_switched:
    case Errc::host_key_changed:
      return {classes.host_key_changed, 0};
    case Errc::host_key_revoked:
      return {classes.host_key_revoked, 0};
    case Errc::host_key_refused:
      return {classes.host_key, 0};
    case Errc::bad_host_key:
    case Errc::host_key_signature:
      return {classes.host_key_signature, 0};
    case Errc::auth_refused:
    case Errc::auth_method_unknown:
      return {classes.authentication, EACCES};
    case Errc::key_unsupported:
    case Errc::kdf_too_expensive:
      return {classes.unsupported_key, 0};
    case Errc::key_damaged:
      return {classes.damaged_key, 0};
    case Errc::passphrase_required:
      return {classes.passphrase_required, 0};
    case Errc::passphrase_wrong:
      return {classes.wrong_passphrase, 0};
    case Errc::key_mismatch:
      return {classes.key_file, 0};
    case Errc::channel_closed:
      return {classes.channel, EPIPE};
    case Errc::output_unread:
    case Errc::too_many_channels:
    case Errc::channel_open_refused:
    case Errc::channel_request_refused:
      return {classes.channel, 0};
  }
  return {classes.error, 0};
}

nb::tuple to_tuple(const std::vector<std::string>& names) {
  nb::list list;
  for (const auto& name : names) list.append(nb::str(name.c_str(), name.size()));
  return nb::tuple(list);
}

nb::object text_or_none(const std::string& text) {
  return text.empty() ? nb::none() : nb::object(nb::str(text.c_str(), text.size()));
}

void set_attributes(nb::object& exception, client::Failure& failure, PyObject* type) {
  if (type == classes.negotiation) {
    exception.attr("kind") = failure.list.empty() ? "strict kex" : failure.list.c_str();
    exception.attr("ours") = to_tuple(failure.ours);
    exception.attr("theirs") = to_tuple(failure.theirs);
  }
  if (type == classes.authentication) {
    exception.attr("allowed") = to_tuple(failure.allowed);
    exception.attr("partial") = failure.is_partial;
  }
  if (type == classes.connection_lost && failure.code) {
    exception.attr("disconnect_code") = *failure.code;
  }
  if (type == classes.channel && failure.code) exception.attr("code") = *failure.code;
  if (type == classes.timeout) {
    exception.attr("phase") = failure.error.where;
    if (failure.has_output) {
      exception.attr("stdout") = to_python(failure.output);
      exception.attr("stderr") = to_python(failure.error_output);
    }
  }
  if (PyObject_IsSubclass(type, classes.host_key) == 1) {
    exception.attr("host") = text_or_none(display(as_bytes(failure.host)));
    exception.attr("key_type") = text_or_none(failure.key_type);
    exception.attr("fingerprint") = text_or_none(failure.fingerprint);
  }
}

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

}  // namespace

void bind_errors(nb::module_& m) {
  const nb::object none = nb::none();
  classes.error = make_class(m, "Error", "The root of the project's own errors.", {PyExc_OSError});
  PyObject* error = classes.error;
  classes.protocol = make_class(m, "ProtocolError", "The peer broke the protocol.",
                                {error, PyExc_ConnectionError});
  classes.limit =
      make_class(m, "LimitError", "The peer passed a limit on memory or time.", {classes.protocol});
  classes.negotiation =
      make_class(m, "NegotiationError", "No algorithm in common.", {error, PyExc_ConnectionError},
                 defaults({{"kind", nb::str("")}, {"ours", nb::tuple()}, {"theirs", nb::tuple()}}));
  classes.connection_lost =
      make_class(m, "ConnectionLost", "The connection ended before the work did.",
                 {error, PyExc_ConnectionError}, defaults({{"disconnect_code", none}}));
  classes.timeout =
      make_class(m, "Timeout", "A deadline passed.", {error, PyExc_TimeoutError},
                 defaults({{"phase", nb::str("")}, {"stdout", none}, {"stderr", none}}));
  classes.host_key =
      make_class(m, "HostKeyError", "The server's host key was not accepted.", {error},
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
  classes.authentication = make_class(
      m, "AuthenticationError", "The server refused the login.", {error, PyExc_PermissionError},
      defaults({{"allowed", nb::tuple()}, {"partial", nb::bool_(false)}}));
  classes.key_file =
      make_class(m, "KeyFileError", "A key file cannot be used.", {error, PyExc_ValueError});
  PyObject* key_file = classes.key_file;
  classes.passphrase_required =
      make_class(m, "PassphraseRequired", "The key is encrypted.", {key_file});
  classes.wrong_passphrase =
      make_class(m, "WrongPassphrase", "The passphrase does not open the key.", {key_file});
  classes.unsupported_key =
      make_class(m, "UnsupportedKey", "The key is of a kind not known here.", {key_file});
  classes.damaged_key = make_class(m, "DamagedKey", "The key file is damaged.", {key_file});
  classes.channel = make_class(m, "ChannelError", "A channel or a request on it was refused.",
                               {error}, defaults({{"code", none}}));
}

void raise(client::Failure failure) {
  if (failure.error.code == Errc::cancelled && kept_exception != nullptr) {
    const nb::object kept = nb::steal(std::exchange(kept_exception, nullptr));
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(kept.ptr())), kept.ptr());
    throw nb::python_error();
  }
  const Mapping mapping = mapping_of(failure.error);
  const nb::handle type(mapping.type);
  nb::object exception =
      mapping.error_number != 0 ? type(mapping.error_number, failure.text) : type(failure.text);
  set_attributes(exception, failure, mapping.type);
  PyErr_SetObject(mapping.type, exception.ptr());
  throw nb::python_error();
}

client::Failure keep_exception(nb::object exception) {
  drop_kept_exception();
  kept_exception = exception.release().ptr();
  client::Failure failure;
  failure.error = Error{Errc::cancelled, 0, "python"};
  failure.text = "cancelled";
  return failure;
}

void drop_kept_exception() {
  Py_CLEAR(kept_exception);
}

}  // namespace hawser::python
