// An SFTP server for channels of the scenario server: all of them see the same files. It does what
// a test wants done wrong, and remembers what it was asked.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "scenario/server_options.h"
#include "support/sftp_server.h"

namespace hawser::striping {

// The side that is common to all channels.
struct Host {
  std::map<std::string, Bytes> files;
  std::map<std::string, Bytes> others;      // of handles that are files of their own
  std::set<std::string> open;               // handles
  unsigned servers = 0;                     // that were started
  unsigned writers = 0;                     // handles that were opened for writing
  std::map<unsigned, std::size_t> written;  // bytes, by the server that wrote them
  std::string limits;                       // of limits@openssh.com; empty: it has none

  // what is wrong with it
  unsigned writers_most = 1000;         // more are refused
  bool gives_each_its_own = false;      // handles of one path are files of their own
  unsigned refuses_writes_from = 1000;  // of servers from this one on
  unsigned refuses_closes_from = 1000;  // the same
  unsigned loses_writes_from = 1000;    // the same: it takes them and does nothing
  bool is_shuffled = false;             // what comes at once is answered in another order
  bool has_posix_rename = true;
};

// One server process: copied for each channel when its subsystem starts.
class SftpPeer {
 public:
  explicit SftpPeer(std::shared_ptr<Host> host) : host_(std::move(host)) {}

  Bytes operator()(ByteView input) {
    append(input_, input);
    std::vector<Bytes> answers;
    std::size_t done = 0;
    while (input_.size() - done >= 4) {
      const std::size_t size = load_be32(input_.data() + done);
      if (input_.size() - done - 4 < size) break;
      const auto request = hawser::testing::parse_request(ByteView(input_).subspan(done + 4, size));
      const bool is_lost = request.type == 6 && number_ >= host_->loses_writes_from;
      if (!is_lost) answers.push_back(answer(request).framed());
      done += 4 + size;
    }
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(done));
    const bool has_version = !answers.empty() && answers.front()[4] == 2;  // which is first
    if (host_->is_shuffled) std::reverse(answers.begin() + (has_version ? 1 : 0), answers.end());
    Bytes output;
    for (const Bytes& each : answers) append(output, each);
    return output;
  }

 private:
  using Packet = hawser::testing::Packet;
  using Request = hawser::testing::Request;

  static Packet status(const Request& request, std::uint32_t code) {
    return hawser::testing::status(request.id, code, code == 4 ? "not today" : "");
  }
  static Packet attributes(const Request& request, std::uint64_t size) {
    return Packet(105).u32(request.id).u32(0x5).u64(size).u32(0100644);
  }
  [[nodiscard]] Bytes& file_of(const std::string& handle) {
    if (host_->gives_each_its_own && !handle.starts_with("0:")) return host_->others[handle];
    return host_->files[handle.substr(handle.find(':') + 1)];
  }

  Packet answer(const Request& request) {
    const auto& path = request.handle_or_path;
    switch (request.type) {
      case 1:
        return begin();
      case 3:
        return open_file(request);
      case 4:
        host_->open.erase(path);
        return status(request, number_ >= host_->refuses_closes_from ? 4 : 0);
      case 5:
        return read(request);
      case 6:
        return write(request);
      case 7:
      case 17:
        if (!host_->files.contains(path)) return status(request, 2);
        return attributes(request, host_->files[path].size());
      case 8:
        return attributes(request, file_of(path).size());
      case 13:
        host_->files.erase(path);
        return status(request, 0);
      case 200:
        return extended(request);
      default:
        return status(request, 0);
    }
  }

  Packet begin() {
    number_ = host_->servers++;
    Packet packet(2);
    packet.u32(3);
    if (host_->has_posix_rename) packet.string("posix-rename@openssh.com").string("1");
    if (!host_->limits.empty()) packet.string("limits@openssh.com").string("1");
    return packet;
  }

  Packet open_file(const Request& request) {
    const std::string& path = request.handle_or_path;
    const std::uint32_t flags = load_be32(request.data.data());
    const bool is_new = !host_->files.contains(path);
    if (is_new && (flags & 0x08) == 0) return status(request, 2);
    if (!is_new && (flags & 0x20) != 0) return status(request, 4);
    if (host_->writers >= host_->writers_most) return status(request, 4);
    if ((flags & 0x10) != 0 || is_new) host_->files[path].clear();
    const unsigned number = host_->writers++;
    const std::string handle = std::to_string(number) + ":" + path;
    host_->open.insert(handle);
    return Packet(102).u32(request.id).string(handle);
  }

  Packet read(const Request& request) {
    const Bytes& content = file_of(request.handle_or_path);
    const auto begin = static_cast<std::size_t>(request.offset);
    if (begin >= content.size()) return status(request, 1);
    const auto size = std::min<std::size_t>(content.size() - begin, request.size);
    return Packet(103).u32(request.id).string(as_text(ByteView(content).subspan(begin, size)));
  }

  Packet write(const Request& request) {
    if (number_ >= host_->refuses_writes_from) return status(request, 4);
    Bytes& content = file_of(request.handle_or_path);
    const auto begin = static_cast<std::size_t>(request.offset);
    content.resize(std::max(content.size(), begin + request.size));
    copy(request.data, ByteSpan(content).subspan(begin));
    host_->written[number_] += request.size;
    return status(request, 0);
  }

  Packet extended(const Request& request) {
    if (request.handle_or_path == "limits@openssh.com") {
      return Packet(201).u32(request.id).raw(host_->limits);
    }
    wire::Reader reader(request.data);
    const std::string from(as_text(reader.string()));
    const std::string to(as_text(reader.string()));
    host_->files[to] = std::exchange(host_->files[from], {});
    host_->files.erase(from);
    return status(request, 0);
  }

  std::shared_ptr<Host> host_;
  unsigned number_ = 0;
  Bytes input_;
};

}  // namespace hawser::striping
