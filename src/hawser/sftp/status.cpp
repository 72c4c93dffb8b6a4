#include "hawser/sftp/status.h"

#include <cerrno>

namespace hawser::sftp {

namespace {

struct Row {
  StatusCode code;
  int error_number;
  std::string_view text;
};

constexpr Row kRows[] = {
    {StatusCode::ok, 0, "success"},
    {StatusCode::eof, 0, "end of file"},
    {StatusCode::no_such_file, ENOENT, "no such file or directory"},
    {StatusCode::permission_denied, EACCES, "permission denied"},
    {StatusCode::failure, 0, "the server says no more than that it failed"},
    {StatusCode::bad_message, EBADMSG, "the server found the request malformed"},
    {StatusCode::no_connection, ENOTCONN, "no connection"},
    {StatusCode::connection_lost, ECONNRESET, "connection lost"},
    {StatusCode::op_unsupported, EOPNOTSUPP, "the server does not support this operation"},
    {StatusCode::invalid_handle, EBADF, "invalid handle"},
    {StatusCode::no_such_path, ENOENT, "no such path"},
    {StatusCode::file_already_exists, EEXIST, "file exists"},
    {StatusCode::write_protect, EROFS, "the medium is write-protected"},
    {StatusCode::no_media, ENODEV, "no medium in the drive"},
    {StatusCode::no_space, ENOSPC, "no space left on the server"},
    {StatusCode::quota_exceeded, EDQUOT, "disk quota exceeded"},
    {StatusCode::unknown_principal, EINVAL, "unknown user or group"},
    {StatusCode::lock_conflict, EAGAIN, "the file is locked"},
    {StatusCode::directory_not_empty, ENOTEMPTY, "directory not empty"},
    {StatusCode::not_a_directory, ENOTDIR, "not a directory"},
    {StatusCode::invalid_filename, EINVAL, "invalid file name"},
    {StatusCode::link_loop, ELOOP, "too many symbolic links"},
    {StatusCode::file_is_a_directory, EISDIR, "is a directory"},
};

const Row* row_of(StatusCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view describe(StatusCode code) {
  const Row* row = row_of(code);
  return row == nullptr ? "the server failed with a code that is not known here" : row->text;
}

int errno_of(StatusCode code) {
  const Row* row = row_of(code);
  return row == nullptr ? 0 : row->error_number;
}

}  // namespace hawser::sftp
