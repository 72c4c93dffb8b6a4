// The reading half of _ssh.SFTPFile, and what both halves begin with.
#pragma once

#include "calls.h"
#include "sftp_file.h"

namespace hawser::python {

[[noreturn]] void raise_unsupported(const char* text);  // io.UnsupportedOperation

// ValueError if it is closed; io.UnsupportedOperation if it was not opened for that.
void check_open(PySftpFile& self);
void check_readable(PySftpFile& self);
void check_writable(PySftpFile& self);

// Runs `work(interrupt)` on the file without the GIL.
template <typename Work>
auto call(PySftpFile& self, Work&& work) {
  return without_gil(std::forward<Work>(work), self.style());
}

void bind_reading(nb::class_<PySftpFile>& c);

}  // namespace hawser::python
