// SFTPAttributes, what Python gives to set attributes, and os.statvfs_result.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/sftp/attributes.h"
#include "hawser/sftp/extensions.h"

namespace hawser::python {

namespace nb = nanobind;

nb::object to_python(const sftp::Attributes& attributes);
nb::object to_python(const sftp::FileSystem& file_system);

// The arguments of chmod, chown, truncate and utime; ValueError for what protocol 3 cannot say.
std::uint32_t mode_argument(nb::handle value, const char* what = "mode");
sftp::Owner owner_from(nb::handle uid, nb::handle gid);
std::uint64_t file_size_argument(nb::handle value, const char* what);
// (atime, mtime) in seconds or nanoseconds; both None: now.
sftp::Times times_from(nb::handle seconds, nb::handle nanoseconds);

// Those of setstat, each of which may be None.
struct AttributeArguments {
  nb::handle mode, size, uid, gid, atime, mtime;
};
sftp::Attributes attributes_from(const AttributeArguments& arguments);

void bind_attributes(nb::module_& module);

}  // namespace hawser::python
