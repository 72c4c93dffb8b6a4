#include "listening.h"

namespace hawser::python {

namespace {

using operations::CopyOptions;
using SkipReason = operations::local::Skip::Reason;

nb::handle callable_argument(nb::handle value, const char* what) {
  if (value.is_none() || PyCallable_Check(value.ptr()) != 0) return value;
  PyErr_Format(PyExc_TypeError, "%s must be callable", what);
  throw nb::python_error();
}

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

}  // namespace

Listening listening_argument(nb::handle callback, nb::handle on_file, nb::handle on_skip,
                             nb::handle on_error) {
  return {callable_argument(callback, "callback"), callable_argument(on_file, "on_file"),
          callable_argument(on_skip, "on_skip"), callable_argument(on_error, "on_error")};
}

client::TransferListeners listeners_for(const Listening& listening, PathStyle source_style,
                                        PathStyle remote_style, Extent extent) {
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

client::TransferOptions options_for(const Switches& switches, client::TransferListeners listeners) {
  client::TransferOptions options;
  if (switches.recursive) options.directories = client::Directories::accept;
  if (switches.preserve) options.copy.attributes = CopyOptions::Attributes::preserved;
  if (switches.resume) options.copy.start = CopyOptions::Start::resumed;
  options.listeners = std::move(listeners);
  return options;
}

}  // namespace hawser::python
