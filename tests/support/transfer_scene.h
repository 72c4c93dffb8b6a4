// Both sides of a transfer in memory: a server of files, local files, and what runs an operation
// between them.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hawser/operations/download.h"
#include "hawser/operations/tree_download.h"
#include "hawser/operations/tree_upload.h"
#include "hawser/operations/upload.h"

#include "support/sftp_server.h"

namespace hawser::testing {

using namespace hawser::operations;  // NOLINT(google-build-using-namespace): all of it is theirs

// Files by path, directories without end. Refuses what `refuses` names.
class MemoryServer {
 public:
  std::map<std::string, Bytes> files;
  std::map<std::string, std::vector<std::string>>
      folders;                      // names; those ending in '/' are folders
  std::set<std::string> refuses;    // paths that cannot be opened
  std::multiset<std::string> open;  // handles
  bool has_posix_rename = true;
  bool lists_for_ever = false;                  // symlinks
  std::set<std::string> fails;                  // paths of which it says no more than FAILURE
  std::map<std::string, std::uint64_t> breaks;  // paths that cannot be read from there on
  std::size_t handles = SIZE_MAX;               // that it has for files
  std::size_t most = SIZE_MAX;                  // bytes given for one read
  bool shuffles = false;                        // its answers
  std::size_t at_once = SIZE_MAX;               // requests that it answers in a round
  bool tells_sizes = false;                     // in listings
  bool refuses_all = false;                     // from now on
  std::uint32_t mode = 0100644;                 // of files, as it tells it; 0: it does not
  bool tells_times = false;
  // What was seen.
  std::size_t rounds = 0;
  std::size_t most_open = 0;
  std::uint64_t most_wanted = 0;  // bytes of reads in a round
  std::vector<std::string> renamed;

  bool serve(sftp::Engine& engine) {
    auto requests = take_requests(engine);
    requests.insert(requests.begin(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    if (requests.size() > at_once) {
      const auto end = requests.begin() + static_cast<std::ptrdiff_t>(at_once);
      waiting_.assign(end, requests.end());
      requests.erase(end, requests.end());
    }
    if (shuffles) std::shuffle(requests.begin(), requests.end(), random_);
    if (!requests.empty()) ++rounds;
    std::uint64_t wanted = 0;
    for (const Request& request : requests) {
      if (request.type == 5) wanted += request.size;
    }
    most_wanted = std::max(most_wanted, wanted);
    for (const Request& request : requests) {
      EXPECT_TRUE(engine.received(answer(request).framed())) << int{request.type};
    }
    return !requests.empty();
  }

 private:
  Packet attributes(std::uint32_t id, std::uint64_t size) const {
    const std::uint32_t flags = (mode != 0 ? 0x5U : 0x1U) | (tells_times ? 0x8U : 0U);
    Packet packet(105);
    packet.u32(id).u32(flags).u64(size);
    if (mode != 0) packet.u32(mode);
    if (tells_times) packet.u32(100).u32(200);
    return packet;
  }

  Packet answer(const Request& request) {
    const auto& path = request.handle_or_path;
    if (refuses_all && request.type != 1) return status(request.id, 4);
    switch (request.type) {
      case 1:
        return has_posix_rename ? Packet(2).u32(3).string("posix-rename@openssh.com").string("1")
                                : Packet(2).u32(3);
      case 3:
        return open_file(request);
      case 4:
        return close(path, request.id);
      case 5:
        return read(request);
      case 6:
        return write(request, files[path.substr(2)]);
      case 7:  // LSTAT
        if (!files.contains(path)) return status(request.id, 2);
        return attributes(request.id, files[path].size());
      case 8:
        return attributes(request.id, files[path.substr(2)].size());
      case 11:
        if (refuses.contains(path)) return status(request.id, 3);
        open.insert("d:" + path);
        return Packet(102).u32(request.id).string("d:" + path);
      case 12:
        return list(request);
      case 13:
        files.erase(path);
        return status(request.id, 0);
      case 200:
        return rename(request);
      default:
        return status(request.id, 0);
    }
  }

  Packet open_file(const Request& request) {
    const auto& path = request.handle_or_path;
    const std::uint32_t flags = load_be32(request.data.data());
    const bool is_new = !files.contains(path);
    if (refuses.contains(path)) return status(request.id, 3);
    if (fails.contains(path) || open.size() >= handles) return status(request.id, 4);
    if (is_new && (flags & 0x08) == 0) return status(request.id, 2);
    if (!is_new && (flags & 0x20) != 0) return status(request.id, 4);
    if ((flags & 0x10) != 0 || is_new) files[path].clear();
    open.insert("f:" + path);
    most_open = std::max(most_open, open.size());
    return Packet(102).u32(request.id).string("f:" + path);
  }

  // Servers give a handle that is closed to the next who opens: a second CLOSE would be of theirs.
  Packet close(const std::string& handle, std::uint32_t id) {
    const auto found = open.find(handle);
    EXPECT_NE(found, open.end()) << handle << " is closed twice";
    if (found != open.end()) open.erase(found);
    listed_.erase(handle);
    return status(id, 0);
  }

  Packet read(const Request& request) const {
    const std::string path = request.handle_or_path.substr(2);
    const Bytes& content = files.at(path);
    const auto broken = breaks.find(path);
    if (broken != breaks.end() && request.offset >= broken->second) return status(request.id, 4);
    if (request.offset >= content.size()) return status(request.id, 1);
    const auto begin = static_cast<std::size_t>(request.offset);
    const std::size_t size = std::min<std::size_t>({content.size() - begin, request.size, most});
    return Packet(103).u32(request.id).string(as_text(ByteView(content).subspan(begin, size)));
  }

  static Packet write(const Request& request, Bytes& content) {
    const auto begin = static_cast<std::size_t>(request.offset);
    content.resize(std::max(content.size(), begin + request.size));
    copy(request.data, ByteSpan(content).subspan(begin));
    return status(request.id, 0);
  }

  Packet list(const Request& request) {
    const bool is_new = listed_.insert(request.handle_or_path).second;
    if (!is_new && !lists_for_ever) return status(request.id, 1);
    const auto& names = folders[request.handle_or_path.substr(2)];
    Packet packet(104);
    packet.u32(request.id).u32(static_cast<std::uint32_t>(names.size()));
    for (std::string name : names) {
      const bool is_folder = name.ends_with('/');
      if (is_folder) name.pop_back();
      packet.string(name).string("").u32(tells_sizes ? 0x5 : 0x4);
      if (tells_sizes) packet.u64(files[request.handle_or_path.substr(2) + "/" + name].size());
      packet.u32(lists_for_ever ? 0120777 : is_folder ? 040755 : 0100644);
    }
    return packet;
  }

  Packet rename(const Request& request) {
    wire::Reader reader(request.data);
    const std::string from(as_text(reader.string()));
    const std::string to(as_text(reader.string()));
    renamed.push_back(to);
    files[to] = std::exchange(files[from], {});
    files.erase(from);
    return status(request.id, 0);
  }

  std::vector<Request> waiting_;
  std::set<std::string> listed_;
  std::mt19937 random_{1};
};

// Local files by path.
class MemoryWorld {
 public:
  std::map<std::string, Bytes> files;
  std::map<std::string, std::vector<std::string>> folders;
  std::map<std::string, Bytes> parts;  // targets that are not finished
  std::vector<std::string> faults;
  std::vector<std::uint64_t> reports;
  std::vector<std::string> reported;  // files, each once for reports that follow one another
  std::vector<std::string> finished;  // targets
  std::string stops_at;               // a file whose report ends it
  std::size_t skipped = 0;
  std::string refuses;  // a path that cannot be made

  Result<LocalAnswer> local(const LocalRequest& request) {
    return std::visit([this](const auto& wanted) { return answer(wanted); }, request);
  }

 private:
  Result<LocalAnswer> answer(const local::Look& wanted) {
    LocalAnswer answer;
    answer.facts.type = folders.contains(wanted.path) ? LocalType::directory : LocalType::regular;
    answer.facts.inode = std::hash<std::string>()(wanted.path);
    return answer;
  }
  Result<LocalAnswer> answer(const local::List& wanted) {
    LocalAnswer answer;
    answer.names = folders[wanted.path];
    return answer;
  }
  Result<LocalAnswer> answer(const local::OpenSource& wanted) {
    if (!files.contains(wanted.path)) return fail(Errc::local_file, "test", 2);
    sources_[wanted.file] = wanted.path;
    LocalAnswer answer;
    answer.facts = {LocalType::regular, files[wanted.path].size(), 0644, {}, 0, 0};
    return answer;
  }
  Result<LocalAnswer> answer(const local::ReadPiece& wanted) {
    const Bytes& file = files[sources_.at(wanted.file)];
    const ByteView left = ByteView(file).subspan(
        std::min<std::size_t>(static_cast<std::size_t>(wanted.offset), file.size()));
    LocalAnswer answer;
    answer.size = std::min(left.size(), wanted.to.size());
    copy(left.first(static_cast<std::size_t>(answer.size)), wanted.to);
    return answer;
  }
  Result<LocalAnswer> answer(const local::OpenTarget& wanted) {
    if (wanted.path == refuses) return fail(Errc::local_file, "test", 13);
    targets_[wanted.file] = wanted.path;
    parts[wanted.path] = {};
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::WritePiece& wanted) {
    append(parts[targets_.at(wanted.file)], wanted.data);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::FinishTarget& wanted) {
    const std::string& target = targets_.at(wanted.file);
    files[target] = std::exchange(parts[target], {});
    finished.push_back(target);
    parts.erase(target);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::DropTarget& wanted) {
    parts.erase(targets_[wanted.file]);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::MakeDirectory& wanted) {
    if (wanted.path == refuses) return fail(Errc::local_file, "test", 13);
    folders[wanted.path];
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Report& wanted) {
    reports.push_back(wanted.done);
    if (wanted.source == stops_at) return fail(Errc::cancelled, "test");
    if (reported.empty() || reported.back() != wanted.source) reported.push_back(wanted.source);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Fault& wanted) {
    faults.push_back(wanted.source);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Skip& /*wanted*/) {
    ++skipped;
    return LocalAnswer{};
  }
  template <typename Other>
  Result<LocalAnswer> answer(const Other& /*wanted*/) {
    return LocalAnswer{};
  }

  std::map<LocalFile, std::string> sources_;
  std::map<LocalFile, std::string> targets_;
};

struct Scene {
  Scene() : Scene(MemoryServer()) {}
  explicit Scene(MemoryServer with)
      : server(std::move(with)),
        link(std::make_shared<SftpLink>(std::make_shared<ChannelBox>(connection::ChannelId(0)))) {
    server.serve(link->engine());
  }

  // Runs it to its end.
  template <typename Machine>
  ::testing::AssertionResult finishes(Machine& machine) {
    const auto is_done = run(machine);
    if (is_done && *is_done) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << describe(is_done.error().code) << " in " << is_done.error().where;
  }
  // Up to `steps` things done for the operation; true: it is done.
  template <typename Machine>
  Result<bool> run(Machine& machine, unsigned steps = 1'000'000'000) {
    for (; steps > 0; --steps) {
      // A step may be asked for again before its want is satisfied.
      HAWSER_TRY(machine.step());
      const Want want = HAWSER_TRY(machine.step());
      if (std::holds_alternative<Done>(want)) return true;
      if (const auto* local = std::get_if<NeedLocal>(&want)) {
        HAWSER_TRY(supply(machine, world.local(local->request)));
      } else {
        EXPECT_TRUE(server.serve(link->engine())) << "it waits for nothing";
      }
    }
    return false;
  }
  // Late answers, and what abandoning asked for.
  void settle() {
    while (server.serve(link->engine())) {
    }
  }

  template <typename Machine>
  static Status supply(Machine& machine, const Result<LocalAnswer>& answer) {
    if constexpr (std::is_base_of_v<TreeCopy, Machine>) return machine.supply_local(answer);
    if constexpr (!std::is_base_of_v<TreeCopy, Machine>) return machine.supply(answer);
  }

  MemoryServer server;
  MemoryWorld world;
  std::shared_ptr<SftpLink> link;
};

}  // namespace hawser::testing
