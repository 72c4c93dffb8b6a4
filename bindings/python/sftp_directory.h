// _ssh.SFTPDir and what SFTP.scandir gives: _ssh.SFTPScan and _ssh.SFTPDirEntry.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/sftp_file.h"

#include "paths.h"

namespace hawser::python {

namespace nb = nanobind;

// "." and ".." among its entries.
struct PyDirectory {
  std::shared_ptr<client::SftpDirectory> directory;
  PathStyle style;
};

// Without them.
struct PyScan {
  // What all entries have in common.
  struct Facts {
    std::shared_ptr<client::SftpClient> client;
    std::string path;
    PathStyle style;
  };
  PyScan(std::shared_ptr<client::SftpDirectory> scanned, PathStyle style)
      : directory(std::move(scanned)),
        facts(std::make_shared<const Facts>(directory->client(), directory->path(), style)) {}

  std::shared_ptr<client::SftpDirectory> directory;
  std::shared_ptr<const Facts> facts;
};

// The names in a directory without "." and "..".
client::Outcome<std::vector<std::string>> names_in(client::SftpDirectory& directory,
                                                   const client::Interrupt& interrupt);

void bind_sftp_directory(nb::module_& module);

}  // namespace hawser::python
