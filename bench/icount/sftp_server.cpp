#include "sftp_server.h"

#include <algorithm>
#include <string>

#include "hawser/wire/messages_connection.h"
#include "hawser/wire/reader.h"

#include "stage.h"
#include "support/sftp_packet.h"

namespace hawser::icount {

using testing::Packet;
using testing::status;

namespace {

constexpr std::uint32_t kEof = 1;
constexpr std::uint32_t kUnsupported = 8;
constexpr std::size_t kNamesAtOnce = 100;  // as OpenSSH's server
constexpr std::uint32_t kHasModeAndSize = 0x5;

}  // namespace

void SftpServer::serve(scenario::ServerSession& server) {
  scenario::ServerChannel* channel = server.connection().channel(kServerChannel);
  if (channel == nullptr) return;
  std::size_t done = 0;
  for (;;) {
    const ByteView rest = ByteView(channel->input).subspan(done);
    if (rest.size() < 4 || rest.size() - 4 < load_be32(rest.data())) break;
    const std::size_t size = load_be32(rest.data());
    answer(rest.subspan(4, size));
    done += 4 + size;
  }
  channel->input.erase(channel->input.begin(),
                       channel->input.begin() + static_cast<std::ptrdiff_t>(done));
  send(server, *channel);
}

void SftpServer::answer(ByteView packet) {
  wire::Reader reader(packet);
  const std::uint8_t type = reader.uint8();
  const std::uint32_t id = reader.uint32();
  switch (type) {
    case 1:  // INIT
      append(output_, testing::version().framed());
      return;
    case 3:   // OPEN
    case 11:  // OPENDIR
      append(output_, Packet(102).u32(id).string("handle").framed());
      return;
    case 5: {  // READ
      (void)reader.string();
      const std::uint64_t offset = reader.uint64();
      read(id, offset, reader.uint32());
      return;
    }
    case 12:  // READDIR
      read_directory(id);
      return;
    case 4:  // CLOSE
      append(output_, status(id, 0).framed());
      return;
    default:
      append(output_, status(id, kUnsupported).framed());
  }
}

void SftpServer::read(std::uint32_t id, std::uint64_t offset, std::uint32_t size) {
  if (offset >= file_size_) return append(output_, status(id, kEof).framed());
  const std::string data(std::min<std::uint64_t>(size, file_size_ - offset), '\0');
  append(output_, Packet(103).u32(id).string(data).framed());
}

void SftpServer::read_directory(std::uint32_t id) {
  if (entries_left_ == 0) return append(output_, status(id, kEof).framed());
  const std::size_t count = std::min(entries_left_, kNamesAtOnce);
  Packet packet(104);
  packet.u32(id).u32(static_cast<std::uint32_t>(count));
  for (std::size_t turn = 0; turn < count; ++turn) {
    const std::string name = "file-" + std::to_string(100'000 + entries_left_--);
    packet.string(name).string("-rw-r--r--    1 user     user         1024 Jan  1 00:00 " + name);
    packet.u32(kHasModeAndSize).u64(1024).u32(0100644);
  }
  append(output_, packet.framed());
}

void SftpServer::send(scenario::ServerSession& server, scenario::ServerChannel& channel) {
  while (sent_ < output_.size() && channel.window_out > 0) {
    const std::size_t size =
        std::min<std::size_t>({output_.size() - sent_, channel.window_out, channel.max_packet_out});
    const ByteView part = ByteView(output_).subspan(sent_, size);
    server.send_message(wire::ChannelData{channel.peer, wire::Blob(part)});
    channel.window_out -= static_cast<std::uint32_t>(size);
    sent_ += size;
  }
  if (sent_ == output_.size()) {
    output_.clear();
    sent_ = 0;
  }
}

}  // namespace hawser::icount
