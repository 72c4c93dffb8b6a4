// The little of an SFTP server that the scenarios need: one file of zeros, one directory.
#pragma once

#include "scenario/server_session.h"

namespace hawser::icount {

class SftpServer {
 public:
  SftpServer(std::uint64_t file_size, std::size_t entries)
      : file_size_(file_size), entries_left_(entries) {}

  // Answers what came on the first channel, as far as its window allows.
  void serve(scenario::ServerSession& server);

 private:
  void answer(ByteView packet);
  void read(std::uint32_t id, std::uint64_t offset, std::uint32_t size);
  void read_directory(std::uint32_t id);
  void send(scenario::ServerSession& server, scenario::ServerChannel& channel);

  std::uint64_t file_size_;
  std::size_t entries_left_;
  Bytes output_;
  std::size_t sent_ = 0;
};

}  // namespace hawser::icount
