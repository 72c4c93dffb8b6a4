#include "attributes.h"

#include <chrono>
#include <cmath>

#include "buffers.h"

namespace hawser::python {

namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr Range kUint32{0, UINT32_MAX};

PyTypeObject* attributes_type = nullptr;  // lives as long as the module, which is never unloaded

[[noreturn]] void raise_value_error(const char* text) {
  PyErr_SetString(PyExc_ValueError, text);
  throw nb::python_error();
}

// Whole seconds, as the protocol has them: downwards, as a file system without fractions does.
std::uint32_t whole_seconds(std::int64_t seconds, const char* what) {
  if (seconds < 0 || seconds > UINT32_MAX) {
    PyErr_Format(PyExc_ValueError, "%s: SFTP knows times from 1970 to 2106 only", what);
    throw nb::python_error();
  }
  return static_cast<std::uint32_t>(seconds);
}

std::uint32_t seconds_from(nb::handle value) {
  const double seconds = PyFloat_AsDouble(value.ptr());
  if (seconds == -1.0 && PyErr_Occurred() != nullptr) throw nb::python_error();
  const double whole = std::floor(seconds);
  const bool is_sane = std::isfinite(whole) && std::abs(whole) < 1e15;
  return whole_seconds(is_sane ? static_cast<std::int64_t>(whole) : -1, "times");
}

std::uint32_t seconds_from_nanoseconds(nb::handle value) {
  const std::int64_t nanoseconds = integer_argument(value, "ns", {INT64_MIN, INT64_MAX});
  const std::int64_t whole = nanoseconds / kNanoseconds;
  return whole_seconds(nanoseconds < 0 ? -1 : whole, "ns");
}

sftp::Times pair_of(nb::handle pair, const char* what, std::uint32_t (*convert)(nb::handle)) {
  if (PySequence_Check(pair.ptr()) == 0 || PySequence_Size(pair.ptr()) != 2) {
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError, "%s must be a pair (atime, mtime) or None", what);
    throw nb::python_error();
  }
  return {convert(nb::object(pair[0])), convert(nb::object(pair[1]))};
}

template <typename Number>
nb::object number_or(const std::optional<Number>& number, const nb::object& otherwise) {
  return number ? nb::object(nb::int_(*number)) : otherwise;
}

}  // namespace

nb::object to_python(const sftp::Attributes& attributes) {
  std::optional<std::uint32_t> uid, gid, atime, mtime;
  if (attributes.owner) {
    uid = attributes.owner->uid;
    gid = attributes.owner->gid;
  }
  std::optional<std::int64_t> atime_ns, mtime_ns;
  if (attributes.times) {
    atime = attributes.times->access;
    mtime = attributes.times->modification;
    atime_ns = *atime * kNanoseconds;
    mtime_ns = *mtime * kNanoseconds;
  }
  const nb::object made = nb::steal(PyStructSequence_New(attributes_type));
  if (!made.is_valid()) throw nb::python_error();
  Py_ssize_t next = 0;
  const auto add = [&](nb::object item) {
    PyStructSequence_SetItem(made.ptr(), next++, item.release().ptr());
  };
  const auto add_six = [&](const nb::object& missing) {
    add(number_or(attributes.mode, missing));
    add(number_or(attributes.size, missing));
    add(number_or(atime, missing));
    add(number_or(mtime, missing));
    add(number_or(uid, missing));
    add(number_or(gid, missing));
  };
  add_six(nb::int_(0));
  add_six(nb::none());
  add(number_or(atime_ns, nb::none()));
  add(number_or(mtime_ns, nb::none()));
  return made;
}

nb::object to_python(const sftp::FileSystem& is) {
  return nb::module_::import_("os").attr("statvfs_result")(
      nb::make_tuple(is.bsize, is.frsize, is.blocks, is.bfree, is.bavail, is.files, is.ffree,
                     is.favail, is.flag, is.namemax, is.fsid));
}

std::uint32_t mode_argument(nb::handle value, const char* what) {
  constexpr std::uint32_t kPermissions = 07777;
  return static_cast<std::uint32_t>(integer_argument(value, what, kUint32)) & kPermissions;
}

sftp::Owner owner_from(nb::handle uid, nb::handle gid) {
  return {static_cast<std::uint32_t>(integer_argument(uid, "uid", kUint32)),
          static_cast<std::uint32_t>(integer_argument(gid, "gid", kUint32))};
}

std::uint64_t file_size_argument(nb::handle value, const char* what) {
  return static_cast<std::uint64_t>(integer_argument(value, what, {0, INT64_MAX}));
}

sftp::Times times_from(nb::handle seconds, nb::handle nanoseconds) {
  if (!seconds.is_none() && !nanoseconds.is_none()) {
    raise_value_error("times and ns are two ways to say one thing: give one of them");
  }
  if (!seconds.is_none()) return pair_of(seconds, "times", seconds_from);
  if (!nanoseconds.is_none()) return pair_of(nanoseconds, "ns", seconds_from_nanoseconds);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto whole = whole_seconds(now.time_since_epoch().count(), "now");
  return {whole, whole};
}

sftp::Attributes attributes_from(const AttributeArguments& given) {
  if (given.uid.is_none() != given.gid.is_none()) {
    raise_value_error("uid and gid can only be set together (protocol 3)");
  }
  if (given.atime.is_none() != given.mtime.is_none()) {
    raise_value_error("atime and mtime can only be set together (protocol 3)");
  }
  sftp::Attributes attributes;
  if (!given.mode.is_none()) attributes.mode = mode_argument(given.mode);
  if (!given.size.is_none()) attributes.size = file_size_argument(given.size, "size");
  if (!given.uid.is_none()) attributes.owner = owner_from(given.uid, given.gid);
  if (!given.atime.is_none()) {
    attributes.times = sftp::Times{seconds_from(given.atime), seconds_from(given.mtime)};
  }
  return attributes;
}

void bind_attributes(nb::module_& m) {
  const char* unnamed = PyStructSequence_UnnamedField;
  static PyStructSequence_Field fields[] = {
      {unnamed, "permissions and type"},
      {unnamed, "size in bytes"},
      {unnamed, "time of last access"},
      {unnamed, "time of last modification"},
      {unnamed, "user ID of the owner"},
      {unnamed, "group ID of the owner"},
      {"st_mode", "permissions and type, or None"},
      {"st_size", "size in bytes, or None"},
      {"st_atime", "time of last access in seconds, or None"},
      {"st_mtime", "time of last modification in seconds, or None"},
      {"st_uid", "user ID of the owner, or None"},
      {"st_gid", "group ID of the owner, or None"},
      {"st_atime_ns", "time of last access in nanoseconds, or None"},
      {"st_mtime_ns", "time of last modification in nanoseconds, or None"},
      {nullptr, nullptr}};
  static PyStructSequence_Desc description = {"_ssh.SFTPAttributes",
                                              "What an SFTP server says of a file: (mode, size, "
                                              "atime, mtime, uid, gid), 0 for what it left "
                                              "out; by name None for that.",
                                              fields, 6};
  attributes_type = PyStructSequence_NewType(&description);
  if (attributes_type == nullptr) throw nb::python_error();
  m.attr("SFTPAttributes") = nb::handle(reinterpret_cast<PyObject*>(attributes_type));
}

}  // namespace hawser::python
