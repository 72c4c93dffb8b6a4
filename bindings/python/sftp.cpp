#include "sftp.h"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "hawser/base/display.h"
#include "hawser/client/sftp_copy.h"

#include "attributes.h"
#include "buffers.h"
#include "calls.h"
#include "sftp_directory.h"
#include "sftp_file.h"
#include "transfers.h"
#include "unclosed.h"

namespace hawser::python {

namespace {

using client::Interrupt;
using client::Links;
using client::SftpClient;

// Calls a method of the client with the path, what stands after it, and the interrupt.
template <typename Method, typename... Arguments>
auto about(PySftp& self, Method method, const Path& path, const Arguments&... arguments) {
  return without_gil(
      [&](const Interrupt& interrupted) {
        return ((*self.client).*method)(path.name, arguments..., interrupted);
      },
      path.style);
}

// Calls a method that takes two paths.
template <auto Method>
void about_two(PySftp& self, nb::handle first, nb::handle second) {
  const Path one = path_argument(first, "the first path");
  const Path two = path_argument(second, "the second path");
  about(self, Method, one, two.name);
}

// Calls a method that takes a path alone, or gives one.
template <auto Method>
void about_one(PySftp& self, nb::handle path) {
  about(self, Method, path_argument(path, "path"));
}
template <auto Method>
nb::object path_from(PySftp& self, nb::handle path) {
  const Path asked = path_argument(path, "path");
  return to_python(about(self, Method, asked), asked.style);
}

Links links(bool follow_symlinks) {
  return follow_symlinks ? Links::follow : Links::keep;
}

// files and directories
// ------------------------------------------------------------------------------

PySftpFile* open(PySftp& self, nb::handle path, nb::handle mode, nb::handle permissions) {
  const Path target = path_argument(path, "path");
  const OpenMode wanted = open_mode_argument(mode);
  const std::uint32_t on_creation = mode_argument(permissions, "permissions");
  auto cursor = without_gil(
      [&](const Interrupt& interrupted) {
        return FileCursor::open(*self.client, target.name, wanted, on_creation, interrupted);
      },
      target.style);
  return new PySftpFile(std::move(cursor), target.style);
}

std::shared_ptr<client::SftpDirectory> directory_at(PySftp& self, const Path& path) {
  return about(self, &SftpClient::open_directory, path);
}

PyDirectory* open_directory(PySftp& self, nb::handle path) {
  const Path target = path_argument(path, "path");
  return new PyDirectory{directory_at(self, target), target.style};
}

PyScan* scan_directory(PySftp& self, nb::handle path) {
  const Path target = path_argument(path, "path");
  return new PyScan(directory_at(self, target), target.style);
}

nb::list list_directory(PySftp& self, nb::handle path) {
  const Path target = path_argument(path, "path");
  const auto directory = directory_at(self, target);
  const auto names =
      without_gil([&](const Interrupt& interrupted) { return names_in(*directory, interrupted); },
                  target.style);
  nb::list list;
  for (const auto& name : names) list.append(to_python(name, target.style));
  return list;
}

void make_directory(PySftp& self, nb::handle path, nb::handle mode) {
  const Path target = path_argument(path, "path");
  about(self, &SftpClient::make_directory, target, mode_argument(mode));
}

void copy_file(PySftp& self, nb::handle source, nb::handle target) {
  const Path from = path_argument(source, "source");
  const Path to = path_argument(target, "target");
  without_gil(
      [&](const Interrupt& interrupted) {
        return client::copy_file(*self.client, from.name, to.name, interrupted);
      },
      from.style);
}

// attributes
// -----------------------------------------------------------------------------------------

nb::object stat(PySftp& self, nb::handle path, Links links) {
  return to_python(about(self, &SftpClient::stat, path_argument(path, "path"), links));
}

// As os.path.exists, except that only "it is not there" is a no.
bool exists(PySftp& self, nb::handle path) {
  const Path target = path_argument(path, "path");
  return without_gil(
      [&](const Interrupt& interrupted) -> client::Outcome<bool> {
        auto found = self.client->stat(target.name, Links::follow, interrupted);
        if (found) return true;
        const int number = found.error().error_number;
        if (number == ENOENT || number == ENOTDIR) return false;
        return std::unexpected(std::move(found).error());
      },
      target.style);
}

void set(PySftp& self, const Path& path, const sftp::Attributes& attributes, bool follow) {
  about(self, &SftpClient::set_attributes, path, attributes, links(follow));
}

void setstat(PySftp& self, nb::handle path, nb::handle mode, nb::handle size, nb::handle uid,
             nb::handle gid, nb::handle atime, nb::handle mtime, bool follow_symlinks) {
  const Path target = path_argument(path, "path");
  set(self, target, attributes_from({mode, size, uid, gid, atime, mtime}), follow_symlinks);
}

void chmod(PySftp& self, nb::handle path, nb::handle mode, bool follow_symlinks) {
  const Path target = path_argument(path, "path");
  sftp::Attributes attributes;
  attributes.mode = mode_argument(mode);
  set(self, target, attributes, follow_symlinks);
}

void chown(PySftp& self, nb::handle path, nb::handle uid, nb::handle gid, bool follow_symlinks) {
  const Path target = path_argument(path, "path");
  sftp::Attributes attributes;
  attributes.owner = owner_from(uid, gid);
  set(self, target, attributes, follow_symlinks);
}

void utime(PySftp& self, nb::handle path, nb::handle times, nb::handle ns, bool follow_symlinks) {
  const Path target = path_argument(path, "path");
  sftp::Attributes attributes;
  attributes.times = times_from(times, ns);
  set(self, target, attributes, follow_symlinks);
}

void truncate(PySftp& self, nb::handle path, nb::handle size) {
  const Path target = path_argument(path, "path");
  sftp::Attributes attributes;
  attributes.size = file_size_argument(size, "size");
  set(self, target, attributes, true);
}

// the server
// -----------------------------------------------------------------------------------------

nb::object home_directory(PySftp& self, nb::handle user) {
  const Path name = path_argument(user, "user");
  return to_python(about(self, &SftpClient::home_directory, name), PathStyle::text);
}

std::vector<std::uint32_t> ids_from(const nb::iterable& ids, const char* what) {
  std::vector<std::uint32_t> list;
  for (nb::handle id : ids) {
    list.push_back(static_cast<std::uint32_t>(integer_argument(id, what, {0, UINT32_MAX})));
  }
  return list;
}

nb::list to_list(const std::vector<std::string>& names) {
  nb::list list;
  for (const auto& name : names) list.append(to_python(name, PathStyle::text));
  return list;
}

nb::tuple names_by_id(PySftp& self, const nb::iterable& uids, const nb::iterable& gids) {
  const auto users = ids_from(uids, "uids");
  const auto groups = ids_from(gids, "gids");
  const auto names = without_gil([&](const Interrupt& interrupted) {
    return self.client->names_by_id(users, groups, interrupted);
  });
  return nb::make_tuple(to_list(names.users), to_list(names.groups));
}

nb::dict extensions(PySftp& self) {
  nb::dict dict;
  for (const auto& [name, data] : locked([&] { return self.client->extensions(); })) {
    dict[display(as_bytes(name)).c_str()] = to_python(data);
  }
  return dict;
}

nb::dict limits(PySftp& self) {
  const sftp::Limits limits = locked([&] { return self.client->limits(); });
  nb::dict dict;
  dict["max_packet"] = limits.max_packet;
  dict["max_read"] = limits.max_read;
  dict["max_write"] = limits.max_write;
  dict["max_handles"] = limits.max_handles;
  return dict;
}

bool is_closed(PySftp& self) {
  return locked([&] { return self.client->is_closed(); });
}

void close(PySftp& self) {
  locked([&] { self.client->close(); });
}

// binding
// --------------------------------------------------------------------------------------------

void bind_files(nb::class_<PySftp>& c) {
  using namespace nb::literals;
  c.def("open", &open, "path"_a, "mode"_a = "r", nb::kw_only(), "permissions"_a = 0666)
      .def("opendir", &open_directory, "path"_a = ".")
      .def("listdir", &list_directory, "path"_a = ".")
      .def("scandir", &scan_directory, "path"_a = ".")
      .def("copy", &copy_file, "source"_a, "target"_a)
      .def(
          "fsync",
          [](PySftp&, nb::handle file) {
            if (!nb::isinstance<PySftpFile>(file)) {
              PyErr_SetString(PyExc_TypeError, "file must be an SFTPFile");
              throw nb::python_error();
            }
            file.attr("fsync")();
          },
          "file"_a)
      .def("mkdir", &make_directory, "path"_a, "mode"_a = 0755)
      .def("rmdir", &about_one<&SftpClient::remove_directory>, "path"_a)
      .def("unlink", &about_one<&SftpClient::remove>, "path"_a)
      .def("remove", &about_one<&SftpClient::remove>, "path"_a)
      .def("rename", &about_two<&SftpClient::rename>, "old"_a, "new"_a)
      .def("posix_rename", &about_two<&SftpClient::posix_rename>, "old"_a, "new"_a)
      .def("replace", &about_two<&SftpClient::posix_rename>, "old"_a, "new"_a)
      .def("symlink", &about_two<&SftpClient::symlink>, "target"_a, "path"_a)
      .def("link", &about_two<&SftpClient::hard_link>, "target"_a, "path"_a)
      .def("readlink", &path_from<&SftpClient::read_link>, "path"_a)
      .def("realpath", &path_from<&SftpClient::real_path>, "path"_a);
}

void bind_attributes_of(nb::class_<PySftp>& c) {
  using namespace nb::literals;
  c.def(
       "stat", [](PySftp& self, nb::handle path) { return stat(self, path, Links::follow); },
       "path"_a)
      .def(
          "lstat", [](PySftp& self, nb::handle path) { return stat(self, path, Links::keep); },
          "path"_a)
      .def("exists", &exists, "path"_a)
      .def("setstat", &setstat, "path"_a, nb::kw_only(), "mode"_a = nb::none(),
           "size"_a = nb::none(), "uid"_a = nb::none(), "gid"_a = nb::none(),
           "atime"_a = nb::none(), "mtime"_a = nb::none(), "follow_symlinks"_a = true)
      .def("chmod", &chmod, "path"_a, "mode"_a, nb::kw_only(), "follow_symlinks"_a = true)
      .def("chown", &chown, "path"_a, "uid"_a, "gid"_a, nb::kw_only(), "follow_symlinks"_a = true)
      .def("utime", &utime, "path"_a, "times"_a = nb::none(), nb::kw_only(), "ns"_a = nb::none(),
           "follow_symlinks"_a = true)
      .def("truncate", &truncate, "path"_a, "size"_a)
      .def(
          "statvfs",
          [](PySftp& self, nb::handle path) {
            return to_python(about(self, &SftpClient::file_system, path_argument(path, "path")));
          },
          "path"_a);
}

void bind_server(nb::class_<PySftp>& c) {
  using namespace nb::literals;
  c.def("expand_path", &path_from<&SftpClient::expand_path>, "path"_a)
      .def("home_directory", &home_directory, "user"_a = "")
      .def("names_by_id", &names_by_id, "uids"_a = nb::make_tuple(), "gids"_a = nb::make_tuple())
      .def_prop_ro("version", [](PySftp&) { return sftp::kProtocolVersion; })
      .def_prop_ro("extensions", &extensions)
      .def_prop_ro("limits", &limits)
      .def_prop_ro("closed", &is_closed)
      .def("close", &close)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](PySftp& self, const nb::args&) { close(self); })
      .def("__repr__", [](PySftp& self) {
        return std::string("<_ssh.SFTP ") + (is_closed(self) ? "closed>" : "open>");
      });
}

}  // namespace

PySftp::~PySftp() {
  warn_if_left_open(client, "_ssh.SFTP");
}

void bind_sftp(nb::module_& m) {
  bind_attributes(m);
  bind_sftp_file(m);
  bind_sftp_directory(m);
  nb::class_<PySftp> c(m, "SFTP", nb::is_final(), nb::is_weak_referenceable(),
                       "An SFTP client on a channel of its own.");
  bind_files(c);
  bind_attributes_of(c);
  bind_server(c);
  bind_transfers(c);
}

void bind_sftp_of(nb::class_<PySession>& session) {
  using namespace nb::literals;
  const auto open = [](PySession& self, nb::handle server) {
    const std::string name = text_argument(server, "server");
    return new PySftp{without_gil([&](const Interrupt& interrupted) {
      return SftpClient::open(self.connection, interrupted, name);
    })};
  };
  session.def("sftp", open, "server"_a = "sftp").def("open_sftp", open, "server"_a = "sftp");
}

}  // namespace hawser::python
