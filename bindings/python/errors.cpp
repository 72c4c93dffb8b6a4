#include "errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <nanobind/stl/string.h>

#include "hawser/base/display.h"
#include "hawser/sftp/status.h"

#include "buffers.h"
#include "error_classes.h"

namespace hawser::python {

namespace {

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
      return {error_classes().error, 0};
    case Errc::out_of_memory:
      return {PyExc_MemoryError, 0};
    case Errc::wrong_state:
      return {error_classes().error, EINVAL};
    case Errc::closed:
      return {error_classes().error, EBADF};
    case Errc::invalid_argument:
      return {PyExc_ValueError, 0};
    case Errc::connection_lost:
      return {error_classes().connection_lost,
              error.detail != 0 ? static_cast<int>(error.detail) : 0};
    case Errc::disconnected:
      return {error_classes().connection_lost, 0};
    case Errc::timed_out:
      return {error_classes().timeout, ETIMEDOUT};
    case Errc::not_ssh:
    case Errc::bad_version:
    case Errc::packet_too_short:
    case Errc::bad_padding:
    case Errc::mac_mismatch:
    case Errc::bad_compression:
    case Errc::sequence_exhausted:
    case Errc::malformed_message:
    case Errc::unexpected_message:
    case Errc::bad_kex_value:
    case Errc::window_overrun:
    case Errc::window_overflow:
    case Errc::unknown_channel:
    case Errc::bad_channel_state:
    case Errc::unexpected_reply:
      return {error_classes().protocol, 0};
    case Errc::identification_too_long:
    case Errc::too_many_banner_lines:
    case Errc::packet_too_long:
    case Errc::expanded_too_long:
    case Errc::rekey_flood:
    case Errc::volume_before_login:
    case Errc::limit_passed:
      return {error_classes().limit, 0};
    case Errc::not_strict:
    case Errc::no_common_algorithm:
      return {error_classes().negotiation, 0};
    case Errc::host_key_unknown:
      return {error_classes().host_key_unknown, 0};
    case Errc::host_key_switched:
    case Errc::host_key_changed:
      return {error_classes().host_key_changed, 0};
    case Errc::host_key_revoked:
      return {error_classes().host_key_revoked, 0};
    case Errc::host_key_refused:
    case Errc::host_key_short:
      return {error_classes().host_key, 0};
    case Errc::bad_host_key:
    case Errc::host_key_signature:
      return {error_classes().host_key_signature, 0};
    case Errc::auth_refused:
    case Errc::auth_method_unknown:
      return {error_classes().authentication, EACCES};
    case Errc::key_unsupported:
    case Errc::key_short:
    case Errc::kdf_too_expensive:
      return {error_classes().unsupported_key, 0};
    case Errc::key_damaged:
    case Errc::certificate_signature:
      return {error_classes().damaged_key, 0};
    case Errc::passphrase_required:
      return {error_classes().passphrase_required, 0};
    case Errc::passphrase_wrong:
      return {error_classes().wrong_passphrase, 0};
    case Errc::agent_unreachable:
      return {error_classes().agent, static_cast<int>(error.detail)};
    case Errc::agent_refused:
    case Errc::agent_protocol:
    case Errc::signer_failed:
      return {error_classes().agent, 0};
    case Errc::key_mismatch:
    case Errc::certificate_mismatch:
    case Errc::certificate_kind:
      return {error_classes().key_file, 0};
    case Errc::file_closed:
      return {PyExc_ValueError, 0};
    case Errc::sftp_status:
      return {error_classes().sftp, 0};
    case Errc::sftp_protocol:
    case Errc::sftp_version:
    case Errc::sftp_not_spoken:
    case Errc::scp_protocol:
      return {error_classes().protocol, 0};
    case Errc::sftp_limit:
      return {error_classes().limit, 0};
    case Errc::sftp_ended:
      return {error_classes().connection_lost, 0};
    case Errc::scp_refused:
    case Errc::scp_ended:
      return {error_classes().scp, 0};
    case Errc::name_unsafe:
      return {error_classes().unsafe_name, 0};
    case Errc::local_file:
      return {PyExc_OSError, static_cast<int>(error.detail)};
    case Errc::file_changed:
      return {error_classes().error, 0};
    case Errc::channel_closed:
      return {error_classes().channel, EPIPE};
    case Errc::output_unread:
    case Errc::too_many_channels:
    case Errc::channel_open_refused:
    case Errc::channel_request_refused:
      return {error_classes().channel, 0};
  }
  return {error_classes().error, 0};
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
  if (type == error_classes().negotiation) {
    exception.attr("kind") = failure.list.empty() ? "strict kex" : failure.list.c_str();
    exception.attr("ours") = to_tuple(failure.ours);
    exception.attr("theirs") = to_tuple(failure.theirs);
  }
  if (type == error_classes().authentication) {
    exception.attr("allowed") = to_tuple(failure.allowed);
    exception.attr("partial") = failure.is_partial;
  }
  if (type == error_classes().connection_lost && failure.code) {
    exception.attr("disconnect_code") = *failure.code;
  }
  if (type == error_classes().channel && failure.code) exception.attr("code") = *failure.code;
  if (type == error_classes().timeout) {
    exception.attr("phase") = failure.error.where;
    if (failure.has_output) {
      exception.attr("stdout") = to_python(failure.output);
      exception.attr("stderr") = to_python(failure.error_output);
    }
  }
  if (PyObject_IsSubclass(type, error_classes().host_key) == 1) {
    exception.attr("host") = text_or_none(display(as_bytes(failure.host)));
    exception.attr("key_type") = text_or_none(failure.key_type);
    exception.attr("fingerprint") = text_or_none(failure.fingerprint);
  }
}

// refusals of files ------------------------------------------------------------------------------

// The words for an errno that was found by looking, where the server's code says only "failure".
std::string phrase_for(const client::Failure& failure) {
  const auto code = static_cast<sftp::StatusCode>(failure.sftp_code.value_or(0));
  const int wanted = failure.error_number;
  if (wanted == 0 || sftp::errno_of(code) == wanted) return std::string(sftp::describe(code));
  constexpr std::uint32_t kLast = 31;  // of any draft
  for (std::uint32_t other = 0; other <= kLast; ++other) {
    const auto each = static_cast<sftp::StatusCode>(other);
    if (sftp::errno_of(each) == wanted) return std::string(sftp::describe(each));
  }
  return std::strerror(wanted);
}

// Whether the server's text is more than its code in other words.
bool says_more(const std::string& text, const std::string& phrase) {
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return !lower.empty() && lower != "failure" && lower != "operation unsupported" &&
         phrase.find(lower) == std::string::npos;
}

std::string refusal_text(const client::Failure& failure) {
  if (!failure.sftp_code) return failure.text;  // our side's finding
  const std::string phrase = phrase_for(failure);
  const auto code = static_cast<sftp::StatusCode>(*failure.sftp_code);
  const std::string usual(sftp::describe(code));
  if (!says_more(failure.text, phrase) || !says_more(failure.text, usual)) return phrase;
  return failure.error_number == 0 ? failure.text : phrase + " (" + failure.text + ")";
}

// As OSError has it: errno, strerror, filename, filename2.
nb::object with_names(nb::handle type, int error_number, const std::string& text,
                      const client::Failure& failure, PathStyle style) {
  const nb::object number = error_number == 0 ? nb::none() : nb::object(nb::int_(error_number));
  if (failure.path.empty()) return type(number, text);
  const nb::object path = to_python(failure.path, style);
  if (failure.other_path.empty()) return type(number, text, path);
  return type(number, text, path, nb::none(), to_python(failure.other_path, style));
}

nb::object refusal(const client::Failure& failure, PathStyle style) {
  const nb::handle type(sftp_error_class(failure.error_number));
  nb::object exception =
      with_names(type, failure.error_number, refusal_text(failure), failure, style);
  if (failure.sftp_code) exception.attr("code") = *failure.sftp_code;
  return exception;
}

nb::object local_refusal(const client::Failure& failure) {
  const int number = static_cast<int>(failure.error.detail);
  return with_names(PyExc_OSError, number, std::strerror(number), failure, PathStyle::text);
}

nb::object exception_for(client::Failure& failure, PathStyle style) {
  if (failure.error.code == Errc::sftp_status) return refusal(failure, style);
  if (failure.error.code == Errc::local_file) return local_refusal(failure);
  const Mapping mapping = mapping_of(failure.error);
  const nb::handle type(mapping.type);
  if (mapping.type == error_classes().scp && failure.error_number != 0) {
    return with_names(type, failure.error_number, failure.text, failure, style);
  }
  if (failure.error.code == Errc::file_closed) {
    return type(std::string("I/O operation on closed ") + failure.error.where + ".");
  }
  std::string text = failure.text;
  if (!failure.path.empty()) text += ": " + display(as_bytes(failure.path));
  nb::object exception = mapping.error_number != 0 ? type(mapping.error_number, text) : type(text);
  set_attributes(exception, failure, mapping.type);
  return exception;
}

}  // namespace

void raise(client::Failure failure, PathStyle style) {
  if (failure.error.code == Errc::cancelled && kept_exception != nullptr) {
    const nb::object kept = nb::steal(std::exchange(kept_exception, nullptr));
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(kept.ptr())), kept.ptr());
    throw nb::python_error();
  }
  const nb::object exception = exception_for(failure, style);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
  throw nb::python_error();
}

nb::object exception_of(client::Failure failure, PathStyle style) {
  return exception_for(failure, style);
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
