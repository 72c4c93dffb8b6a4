// The SCP calls of _ssh.Session.
#include "scp.h"

#include <algorithm>
#include <cstring>

#include "hawser/client/scp.h"

#include "buffers.h"
#include "listening.h"
#include "paths.h"

namespace hawser::python {

namespace {

// A bytes object that is filled before anybody sees it.
class GrowingBytes {
 public:
  GrowingBytes() = default;
  ~GrowingBytes() { Py_XDECREF(bytes_); }
  GrowingBytes(const GrowingBytes&) = delete;
  GrowingBytes& operator=(const GrowingBytes&) = delete;

  // Takes the GIL for it. Empty if there is no memory.
  ByteSpan grow(std::size_t size) {
    return with_gil([&]() -> ByteSpan {
      const auto wanted = static_cast<Py_ssize_t>(size);
      if (bytes_ == nullptr) {
        bytes_ = PyBytes_FromStringAndSize(nullptr, wanted);
      } else {
        resize(wanted);
      }
      if (bytes_ == nullptr) {
        PyErr_Clear();  // the failure says it
        return {};
      }
      return {reinterpret_cast<std::uint8_t*>(PyBytes_AsString(bytes_)), size};
    });
  }
  nb::bytes take() {
    if (bytes_ == nullptr) return nb::bytes("", 0);
    return nb::steal<nb::bytes>(std::exchange(bytes_, nullptr));
  }

 private:
  void resize(Py_ssize_t wanted) {
#ifdef Py_LIMITED_API  // the stable ABI cannot resize
    PyObject* bytes = PyBytes_FromStringAndSize(nullptr, wanted);
    if (bytes != nullptr) {
      const auto kept = static_cast<std::size_t>(std::min(wanted, PyBytes_Size(bytes_)));
      std::memcpy(PyBytes_AsString(bytes), PyBytes_AsString(bytes_), kept);
    }
    Py_DECREF(std::exchange(bytes_, bytes));
#else
    _PyBytes_Resize(&bytes_, wanted);
#endif
  }

  PyObject* bytes_ = nullptr;
};

std::uint32_t mode_argument(nb::handle value) {
  constexpr std::int64_t kMost = 07777;
  return static_cast<std::uint32_t>(integer_argument(value, "mode", {0, kMost}));
}

nb::bytes scp_recv(PySession& self, nb::handle remote_path) {
  const Path path = path_argument(remote_path, "remote_path");
  GrowingBytes content;
  without_gil(
      [&](const client::Interrupt& interrupted) {
        return client::scp_receive(
            *self.connection, path.name, [&](std::size_t size) { return content.grow(size); },
            interrupted);
      },
      path.style);
  return content.take();
}

std::size_t scp_send(PySession& self, nb::handle remote_path, nb::handle mode, nb::handle data) {
  const Path path = path_argument(remote_path, "remote_path");
  const std::uint32_t bits = mode_argument(mode);
  const BufferView view(data, "data");
  without_gil(
      [&](const client::Interrupt& interrupted) {
        return client::scp_send(*self.connection, path.name, bits, view.view(), interrupted);
      },
      path.style);
  return view.view().size();
}

void scp_get(PySession& self, nb::handle remote, nb::handle local, bool recursive, bool preserve,
             nb::handle callback, nb::handle on_file, nb::handle on_skip, nb::handle on_error) {
  const Path from = path_argument(remote, "remote");
  const Path to = path_argument(local, "local");
  const auto listening = listening_argument(callback, on_file, on_skip, on_error);
  const auto options =
      options_for({.recursive = recursive, .preserve = preserve},
                  listeners_for(listening, from.style, from.style, extent_of(recursive)));
  without_gil(
      [&](const client::Interrupt& interrupted) {
        return client::scp_get(*self.connection, from.name, to.name, options, interrupted);
      },
      from.style);
}

void scp_put(PySession& self, nb::handle local, nb::handle remote, bool recursive, bool preserve,
             nb::handle callback, nb::handle on_file, nb::handle on_skip, nb::handle on_error) {
  const Path from = path_argument(local, "local");
  const Path to = path_argument(remote, "remote");
  const auto listening = listening_argument(callback, on_file, on_skip, on_error);
  const auto options =
      options_for({.recursive = recursive, .preserve = preserve},
                  listeners_for(listening, from.style, to.style, extent_of(recursive)));
  without_gil(
      [&](const client::Interrupt& interrupted) {
        return client::scp_put(*self.connection, from.name, to.name, options, interrupted);
      },
      to.style);
}

}  // namespace

void bind_scp(nb::class_<PySession>& session) {
  using namespace nb::literals;
  session.def("scp_recv", &scp_recv, "remote_path"_a)
      .def("scp_send", &scp_send, "remote_path"_a, "mode"_a, "data"_a)
      .def("scp_get", &scp_get, "remote"_a, "local"_a, nb::kw_only(), "recursive"_a = false,
           "preserve"_a = false, "callback"_a = nb::none(), "on_file"_a = nb::none(),
           "on_skip"_a = nb::none(), "on_error"_a = nb::none())
      .def("scp_put", &scp_put, "local"_a, "remote"_a, nb::kw_only(), "recursive"_a = false,
           "preserve"_a = false, "callback"_a = nb::none(), "on_file"_a = nb::none(),
           "on_skip"_a = nb::none(), "on_error"_a = nb::none());
}

}  // namespace hawser::python
