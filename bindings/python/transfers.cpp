#include "transfers.h"

#include "hawser/client/transfer.h"

#include "attributes.h"
#include "buffers.h"
#include "calls.h"

namespace hawser::python {

namespace {

using client::Interrupt;
using operations::CopyOptions;
using SkipReason = operations::local::Skip::Reason;

// Calls Python code in the middle of a transfer, which ends with what that raises.
template <typename Call>
Status ask_python(Call&& call) {
  const nb::gil_scoped_acquire gil;
  try {
    return call();
  } catch (nb::python_error& error) {
    return std::unexpected(keep_exception(nb::borrow(error.value())).error);
  }
}

[[noreturn]] void raise_error(PyObject* type, const char* text) {
  PyErr_SetString(type, text);
  throw nb::python_error();
}

// listening ---------------------------------------------------------------------------------------

struct Listening {
  nb::handle callback;
  nb::handle on_file;
  nb::handle on_skip;
  nb::handle on_error;
};

nb::handle callable_argument(nb::handle value, const char* what) {
  if (value.is_none() || PyCallable_Check(value.ptr()) != 0) return value;
  PyErr_Format(PyExc_TypeError, "%s must be callable", what);
  throw nb::python_error();
}

// One file, or as many as there are: then nobody knows the bytes in all.
enum class Extent : std::uint8_t { file, tree };

// Adds up what is done of many files, one after the other.
class Sum {
 public:
  std::uint64_t add(const std::string& file, std::uint64_t done) {
    if (file != file_) {
      before_ += of_file_;
      file_ = file;
    }
    of_file_ = done;
    return before_ + of_file_;
  }

 private:
  std::string file_;
  std::uint64_t of_file_ = 0;
  std::uint64_t before_ = 0;
};

const char* words_for(SkipReason reason) {
  switch (reason) {
    case SkipReason::symlink:
      return "symlink";
    case SkipReason::loop:
      return "loop";
    case SkipReason::special:
      break;
  }
  return "special";
}

// An entry's failure as the exception that it would be.
nb::object exception_of(client::Failure failure, PathStyle style) {
  try {
    raise(std::move(failure), style);
  } catch (nb::python_error& error) {
    return nb::borrow(error.value());
  }
}

client::TransferListeners listeners_for(const Listening& listening, PathStyle source_style,
                                        PathStyle remote_style, Extent extent = Extent::file) {
  const bool is_tree = extent == Extent::tree;
  client::TransferListeners listeners;
  if (!listening.callback.is_none() || !listening.on_file.is_none()) {
    listeners.on_progress = [=, sum = Sum()](const std::string& file, std::uint64_t done,
                                             std::uint64_t total) mutable {
      return ask_python([&] {
        const std::uint64_t in_all = sum.add(file, done);
        if (!listening.on_file.is_none()) {
          listening.on_file(to_python(file, source_style), done, total);
        }
        if (!listening.callback.is_none()) listening.callback(in_all, is_tree ? 0 : total);
        return Status();
      });
    };
  }
  if (!listening.on_skip.is_none()) {
    listeners.on_skip = [=](const std::string& source, SkipReason reason) {
      return ask_python([&] {
        listening.on_skip(to_python(source, source_style), words_for(reason));
        return Status();
      });
    };
  }
  if (!listening.on_error.is_none()) {
    listeners.on_fault = [=](client::Failure failure) {
      return ask_python([&] {
        listening.on_error(exception_of(std::move(failure), remote_style));
        return Status();
      });
    };
  }
  return listeners;
}

// files and trees ---------------------------------------------------------------------------------

struct Switches {
  bool recursive;
  bool preserve;
  bool resume;
};

client::TransferOptions options_for(const Switches& switches, client::TransferListeners listeners) {
  client::TransferOptions options;
  if (switches.recursive) options.directories = client::Directories::accept;
  if (switches.preserve) options.copy.attributes = CopyOptions::Attributes::preserved;
  if (switches.resume) options.copy.start = CopyOptions::Start::resumed;
  options.listeners = std::move(listeners);
  return options;
}

Extent extent_of(bool recursive) {
  return recursive ? Extent::tree : Extent::file;
}

Listening listening_argument(nb::handle callback, nb::handle on_file, nb::handle on_skip,
                             nb::handle on_error) {
  return {callable_argument(callback, "callback"), callable_argument(on_file, "on_file"),
          callable_argument(on_skip, "on_skip"), callable_argument(on_error, "on_error")};
}

void get(PySftp& self, nb::handle remote, nb::handle local, bool recursive, bool preserve,
         bool resume, nb::handle callback, nb::handle on_file, nb::handle on_skip,
         nb::handle on_error) {
  const Path from = path_argument(remote, "remote");
  const Path to = path_argument(local, "local");
  const auto listening = listening_argument(callback, on_file, on_skip, on_error);
  const auto options =
      options_for({recursive, preserve, resume}, listeners_for(listening, from.style, from.style));
  without_gil(
      [&](const Interrupt& interrupted) {
        return client::get(*self.client, from.name, to.name, options, interrupted);
      },
      from.style);
}

void put(PySftp& self, nb::handle local, nb::handle remote, bool recursive, bool preserve,
         bool resume, nb::handle callback, nb::handle on_file, nb::handle on_skip,
         nb::handle on_error) {
  const Path from = path_argument(local, "local");
  const Path to = path_argument(remote, "remote");
  const auto listening = listening_argument(callback, on_file, on_skip, on_error);
  const auto options =
      options_for({recursive, preserve, resume},
                  listeners_for(listening, from.style, to.style, extent_of(recursive)));
  without_gil(
      [&](const Interrupt& interrupted) {
        return client::put(*self.client, from.name, to.name, options, interrupted);
      },
      to.style);
}

// file objects ------------------------------------------------------------------------------------

// All of it, however little of it each write() takes.
Status write_to(nb::handle file, ByteView data) {
  while (!data.empty()) {
    const nb::object taken = file.attr("write")(to_python(data));
    if (!nb::isinstance<nb::int_>(taken)) return {};  // a write() that counts nothing takes all
    const auto size = nb::cast<std::int64_t>(taken);
    if (size <= 0 || static_cast<std::uint64_t>(size) > data.size()) {
      raise_error(PyExc_OSError, "file.write() did not take the bytes");
    }
    data = data.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

std::size_t read_from(nb::handle file, ByteSpan to) {
  const nb::object piece = file.attr("read")(to.size());
  if (piece.is_none()) raise_error(PyExc_BlockingIOError, "file.read() has nothing yet");
  const BufferView view(piece, "what file.read() returned");
  if (view.view().size() > to.size()) {
    raise_error(PyExc_ValueError, "file.read(n) returned more than n bytes");
  }
  copy(view.view(), to);
  return view.view().size();
}

void require(nb::handle file, const char* method) {
  if (nb::hasattr(file, method)) return;
  PyErr_Format(PyExc_TypeError, "file must have %s()", method);
  throw nb::python_error();
}

std::uint64_t get_into(PySftp& self, nb::handle remote, nb::handle file, nb::handle callback) {
  const Path from = path_argument(remote, "remote");
  require(file, "write");
  const Listening listening{callable_argument(callback, "callback"), nb::none(), nb::none(),
                            nb::none()};
  const auto listeners = listeners_for(listening, from.style, from.style);
  const auto sink = [&](ByteView data) { return ask_python([&] { return write_to(file, data); }); };
  return without_gil(
      [&](const Interrupt& interrupted) {
        return client::get_to(*self.client, from.name, sink, listeners, interrupted);
      },
      from.style);
}

std::uint64_t put_from(PySftp& self, nb::handle file, nb::handle remote, nb::handle size,
                       nb::handle callback) {
  const Path to = path_argument(remote, "remote");
  require(file, "read");
  const std::uint64_t expected = file_size_argument(size, "size");
  const Listening listening{callable_argument(callback, "callback"), nb::none(), nb::none(),
                            nb::none()};
  const auto listeners = listeners_for(listening, to.style, to.style);
  const auto source = [&](ByteSpan space) -> Result<std::size_t> {
    std::size_t got = 0;
    HAWSER_TRY(ask_python([&] {
      got = read_from(file, space);
      return Status();
    }));
    return got;
  };
  return without_gil(
      [&](const Interrupt& interrupted) {
        return client::put_from(*self.client, source, expected, to.name, listeners, interrupted);
      },
      to.style);
}

}  // namespace

void bind_transfers(nb::class_<PySftp>& sftp) {
  using namespace nb::literals;
  sftp.def("get", &get, "remote"_a, "local"_a, nb::kw_only(), "recursive"_a = false,
           "preserve"_a = false, "resume"_a = false, "callback"_a = nb::none(),
           "on_file"_a = nb::none(), "on_skip"_a = nb::none(), "on_error"_a = nb::none())
      .def("put", &put, "local"_a, "remote"_a, nb::kw_only(), "recursive"_a = false,
           "preserve"_a = false, "resume"_a = false, "callback"_a = nb::none(),
           "on_file"_a = nb::none(), "on_skip"_a = nb::none(), "on_error"_a = nb::none())
      .def("getfo", &get_into, "remote"_a, "file"_a, nb::kw_only(), "callback"_a = nb::none())
      .def("putfo", &put_from, "file"_a, "remote"_a, nb::kw_only(), "size"_a = 0,
           "callback"_a = nb::none());
}

}  // namespace hawser::python
