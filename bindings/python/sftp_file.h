// _ssh.SFTPFile: an open remote file with the semantics of io.BufferedIOBase.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "file_cursor.h"
#include "paths.h"

namespace hawser::python {

namespace nb = nanobind;

class PySftpFile {
 public:
  PySftpFile(std::unique_ptr<FileCursor> cursor, PathStyle style)
      : cursor_(std::move(cursor)), style_(style) {}
  // Dropping it never waits. What was written and not closed may be lost: that is worth a warning
  // even when the session is over.
  ~PySftpFile();
  PySftpFile(const PySftpFile&) = delete;
  PySftpFile& operator=(const PySftpFile&) = delete;

  [[nodiscard]] FileCursor& cursor() { return *cursor_; }
  [[nodiscard]] PathStyle style() const { return style_; }

 private:
  std::unique_ptr<FileCursor> cursor_;
  PathStyle style_;
};

// A mode of the built-in open without 't'; ValueError for any other.
OpenMode open_mode_argument(nb::handle value);

void bind_sftp_file(nb::module_& module);

}  // namespace hawser::python
