#include "sftp_directory.h"

#include <nanobind/stl/string.h>

#include "hawser/base/display.h"

#include "attributes.h"
#include "calls.h"

namespace hawser::python {

namespace {

using Entry = operations::SftpAnswer::Name;
using client::Interrupt;
using client::Outcome;

bool is_dot(const std::string& name) {
  return name == "." || name == "..";
}

// A name in a directory is one step of a path, whatever the server says.
bool is_plain(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

Outcome<void> check(const std::string& name, const std::string& directory) {
  if (is_plain(name)) return {};
  client::Failure failure = client::explain(Error{Errc::name_unsafe, 0, "directory"}, Report{});
  failure.text += " ('" + display(as_bytes(name)) + "')";
  failure.path = directory;
  return std::unexpected(std::move(failure));
}

Outcome<std::optional<Entry>> next_entry(client::SftpDirectory& directory,
                                         const Interrupt& interrupt) {
  auto entry = HAWSER_TRY_OUTCOME(directory.next(interrupt));
  if (entry) HAWSER_TRY_OUTCOME(check(entry->name, directory.path()));
  return entry;
}

Outcome<std::optional<Entry>> next_without_dots(client::SftpDirectory& directory,
                                                const Interrupt& interrupt) {
  for (;;) {
    auto entry = HAWSER_TRY_OUTCOME(next_entry(directory, interrupt));
    if (!entry || !is_dot(entry->name)) return entry;
  }
}

// Ends at the end, which gives up the handle, and when another thread has met it or closed it.
// Entries that other threads have not taken yet stay theirs.
Outcome<std::optional<Entry>> next_of_scan(client::SftpDirectory& directory,
                                           const Interrupt& interrupt) {
  auto entry = next_without_dots(directory, interrupt);
  if (entry && !*entry) directory.release();
  if (!entry && entry.error().error.code == Errc::file_closed) return std::nullopt;
  return entry;
}

// SFTPDir
// --------------------------------------------------------------------------------------------

nb::object read(PyDirectory& self) {
  const auto entry = without_gil(
      [&](const Interrupt& interrupted) { return next_entry(*self.directory, interrupted); },
      self.style);
  if (!entry) return nb::none();
  return nb::make_tuple(to_python(entry->name, self.style), to_python(entry->attributes));
}

nb::object next(PyDirectory& self) {
  nb::object entry = read(self);
  if (entry.is_none()) throw nb::stop_iteration();
  return entry;
}

void close(PyDirectory& self) {
  locked([&] { self.directory->close(); });
}

void bind_directory(nb::module_& m) {
  nb::class_<PyDirectory>(m, "SFTPDir", nb::is_final(), nb::is_weak_referenceable(),
                          "An open directory on the server.")
      .def("read", &read)
      .def("__iter__", [](nb::object self) { return self; })
      .def("__next__", &next)
      .def_prop_ro(
          "closed",
          [](PyDirectory& self) { return locked([&] { return self.directory->is_closed(); }); })
      .def("close", &close)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](PyDirectory& self, const nb::args&) { close(self); });
}

// SFTPDirEntry
// -----------------------------------------------------------------------------------

struct PyEntry {
  std::shared_ptr<const PyScan::Facts> facts;
  Entry entry;

  [[nodiscard]] PathStyle style() const { return facts->style; }
  [[nodiscard]] std::string path() const {
    const std::string& directory = facts->path;
    const bool has_slash = directory.empty() || directory.back() == '/';
    return directory + (has_slash ? "" : "/") + entry.name;
  }
};

sftp::Attributes ask(PyEntry& self, client::Links links) {
  return without_gil(
      [&](const Interrupt& interrupted) {
        return self.facts->client->stat(self.path(), links, interrupted);
      },
      self.style());
}

// Of the entry itself: the listing has them, unless the server left them out.
sftp::Attributes own_attributes(PyEntry& self) {
  if (!self.entry.attributes.mode) self.entry.attributes = ask(self, client::Links::keep);
  return self.entry.attributes;
}

sftp::Attributes attributes_of(PyEntry& self, bool follow_symlinks) {
  const sftp::Attributes own = own_attributes(self);
  if (!follow_symlinks || !own.is_symlink()) return own;
  return ask(self, client::Links::follow);
}

// As os.DirEntry says it: what is not there (any more) is neither a file nor a directory.
bool is_of_kind(PyEntry& self, bool follow_symlinks, bool (sftp::Attributes::*kind)() const) {
  try {
    return (attributes_of(self, follow_symlinks).*kind)();
  } catch (nb::python_error& error) {
    if (!error.matches(PyExc_FileNotFoundError)) throw;
    return false;
  }
}

std::string repr_of(PyEntry& self) {
  return nb::str("<_ssh.SFTPDirEntry {!r}>")
      .format(to_python(self.entry.name, self.style()))
      .c_str();
}

void bind_entry(nb::module_& m) {
  using namespace nb::literals;
  const auto path = [](PyEntry& self) { return to_python(self.path(), self.style()); };
  nb::class_<PyEntry>(m, "SFTPDirEntry", nb::is_final(), "One entry of a directory.")
      .def_prop_ro("name", [](PyEntry& self) { return to_python(self.entry.name, self.style()); })
      .def_prop_ro("path", path)
      .def_prop_ro("longname", [](PyEntry& self) { return display(as_bytes(self.entry.longname)); })
      .def(
          "stat",
          [](PyEntry& self, bool follow_symlinks) {
            return to_python(attributes_of(self, follow_symlinks));
          },
          nb::kw_only(), "follow_symlinks"_a = true)
      .def(
          "is_dir",
          [](PyEntry& self, bool follow_symlinks) {
            return is_of_kind(self, follow_symlinks, &sftp::Attributes::is_directory);
          },
          nb::kw_only(), "follow_symlinks"_a = true)
      .def(
          "is_file",
          [](PyEntry& self, bool follow_symlinks) {
            return is_of_kind(self, follow_symlinks, &sftp::Attributes::is_regular);
          },
          nb::kw_only(), "follow_symlinks"_a = true)
      .def("is_symlink",
           [](PyEntry& self) { return is_of_kind(self, false, &sftp::Attributes::is_symlink); })
      .def("__fspath__", path)
      .def("__repr__", &repr_of);
}

// SFTPScan
// -------------------------------------------------------------------------------------------

PyEntry* next_entry_of(PyScan& self) {
  auto entry = self.directory->try_next();
  // Only what has to wait, or to be refused, takes the way without the GIL.
  if (!entry || is_dot(entry->name) || !is_plain(entry->name)) {
    entry = without_gil(
        [&](const Interrupt& interrupted) -> Outcome<std::optional<Entry>> {
          if (entry) HAWSER_TRY_OUTCOME(check(entry->name, self.directory->path()));
          return next_of_scan(*self.directory, interrupted);
        },
        self.facts->style);
  }
  if (!entry) throw nb::stop_iteration();
  return new PyEntry{self.facts, *std::move(entry)};
}

void bind_scan(nb::module_& m) {
  const auto close = [](PyScan& self) { locked([&] { self.directory->close(); }); };
  nb::class_<PyScan>(m, "SFTPScan", nb::is_final(), nb::is_weak_referenceable(),
                     "The entries of a directory as they come.")
      .def("__iter__", [](nb::object self) { return self; })
      .def("__next__", &next_entry_of)
      .def("close", close)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [close](PyScan& self, const nb::args&) { close(self); });
}

}  // namespace

Outcome<std::vector<std::string>> names_in(client::SftpDirectory& directory,
                                           const Interrupt& interrupt) {
  std::vector<std::string> names;
  for (;;) {
    auto entry = HAWSER_TRY_OUTCOME(next_without_dots(directory, interrupt));
    if (!entry) break;
    names.push_back(std::move(entry->name));
  }
  directory.close();
  return names;
}

void bind_sftp_directory(nb::module_& m) {
  bind_directory(m);
  bind_entry(m);
  bind_scan(m);
}

}  // namespace hawser::python
