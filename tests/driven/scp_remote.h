// Both ends of SCP for tests: a remote scp that serves and one that takes files, and local files.
#pragma once

#include <map>
#include <set>

#include "driven/driver.h"

namespace hawser::driven {

namespace local = operations::local;
using operations::LocalType;
using scenario::SceneOptions;

inline std::string text(const Bytes& bytes) {
  return std::string(as_text(bytes));
}

// scp -f: says the next of its lines whenever the client has answered the one before.
struct Source {
  std::vector<std::string> lines;
  std::size_t next = 0;
  Bytes operator()(ByteView input) {
    Bytes said;
    for (const std::uint8_t byte : input) {  // of a refusal its 1 counts, not its words
      if (byte <= 1 && next < lines.size()) append(said, as_bytes(lines[next++]));
    }
    return said;
  }
};

// scp -t: takes all, but refuses what it is told to.
struct Sink {
  std::shared_ptr<std::map<std::string, std::string>> files =
      std::make_shared<std::map<std::string, std::string>>();
  std::string refuses;    // a record that begins so
  std::string complains;  // behind the bytes of a file that begins so
  std::string held;
  std::string path;
  std::string name;
  std::size_t left = 0;
  bool is_in_file = false;

  Bytes operator()(ByteView input) {
    held += as_text(input);
    Bytes said;
    for (;;) {
      if (is_in_file) {
        if (held.size() < left + 1) return said;
        (*files)[path + name] = held.substr(0, left) + (held[left] == 0 ? "" : " (failed)");
        const auto end = held[left] == 0 ? left + 1 : held.find('\n', left) + 1;
        held.erase(0, end);
        is_in_file = false;
        append(said, as_bytes(name == complains ? std::string("\1full\n") : std::string(1, '\0')));
        continue;
      }
      const auto line_end = held.find('\n');
      if (line_end == std::string::npos) return said;
      const std::string line = held.substr(0, line_end);
      held.erase(0, line_end + 1);
      append(said, as_bytes(take(line)));
    }
  }
  std::string take(const std::string& line) {
    if (!refuses.empty() && line.starts_with(refuses)) return "\1not here\n";
    const auto last = line.rfind(' ') + 1;
    if (line[0] == 'D') path += line.substr(last) + "/";
    if (line[0] == 'E') path.erase(path.size() > 1 ? path.rfind('/', path.size() - 2) + 1 : 0);
    if (line[0] == 'C') {
      is_in_file = true;
      left = std::stoul(line.substr(6));
      name = line.substr(last);
    }
    return std::string(1, '\0');
  }
};

inline SceneOptions with_remote(std::function<Bytes(ByteView)> answers,
                                std::string_view greeting = {}) {
  SceneOptions options;
  auto& script = options.server.commands["scp"];
  script.answers = std::move(answers);
  script.output = to_bytes(as_bytes(greeting));
  return options;
}

inline const std::string kGreeting(1, '\0');

// Local files by path.
struct ScpFiles {
  std::map<std::string, std::string> content;
  std::map<std::string, std::vector<std::string>> folders;
  std::set<std::string> specials;
  std::set<std::string> refused;  // paths that cannot be opened or made
  std::string open;
  std::string part;
  std::vector<std::string> told;
  Error disk_error{Errc::local_file, 5, "test"};  // of the writes to a part named so
  std::string breaks;                             // a path that cannot be read or written
  std::size_t grows = 0;                          // bytes that a file is longer than it said

  World world() {
    World world;
    world.local = [this](const LocalRequest& request) {
      return std::visit([this](const auto& wanted) { return answer(wanted); }, request);
    };
    return world;
  }

 private:
  Result<LocalAnswer> facts(const std::string& path) const {
    LocalAnswer answer;
    answer.facts = {LocalType::regular, 0, 0640, {100, 200}, 1, std::hash<std::string>()(path)};
    const auto found = content.find(path);
    if (found != content.end()) answer.facts.size = found->second.size() - grows;
    if (folders.contains(path)) answer.facts.type = LocalType::directory;
    if (specials.contains(path)) answer.facts.type = LocalType::other;
    if (path.ends_with("loop")) answer.facts.type = LocalType::directory;
    if (path.ends_with("loop")) answer.facts.inode = std::hash<std::string>()("here");
    return answer;
  }
  Result<LocalAnswer> answer(const local::Look& wanted) {
    if (refused.contains(wanted.path)) return fail(Errc::local_file, "test", 13);
    return facts(wanted.path);
  }
  Result<LocalAnswer> answer(const local::List& wanted) {
    if (refused.contains(wanted.path)) return fail(Errc::local_file, "test", 13);
    LocalAnswer answer;
    answer.names = folders[wanted.path];
    return answer;
  }
  Result<LocalAnswer> answer(const local::OpenSource& wanted) {
    if (refused.contains(wanted.path)) return fail(Errc::local_file, "test", 13);
    open = wanted.path;
    return facts(open);
  }
  Result<LocalAnswer> answer(const local::ReadPiece& wanted) {
    if (open == breaks) return std::unexpected(disk_error);
    const std::string& all = content[open];
    const auto begin = std::min(static_cast<std::size_t>(wanted.offset), all.size());
    LocalAnswer answer;
    answer.size = std::min(all.size() - begin, wanted.to.size());
    copy(as_bytes(std::string_view(all).substr(begin, static_cast<std::size_t>(answer.size))),
         wanted.to);
    return answer;
  }
  Result<LocalAnswer> answer(const local::OpenTarget& wanted) {
    if (refused.contains(wanted.path)) return fail(Errc::local_file, "test", 13);
    open = wanted.path;
    part.clear();
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::WritePiece& wanted) {
    if (open == breaks) return std::unexpected(disk_error);
    part += as_text(wanted.data);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::FinishTarget& wanted) {
    content[open] = part;
    if (wanted.times) told.push_back("times " + std::to_string(wanted.times->modification));
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::MakeDirectory& wanted) {
    if (refused.contains(wanted.path)) return fail(Errc::local_file, "test", 13);
    folders[wanted.path];
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Report& wanted) {
    told.push_back(wanted.source + " " + std::to_string(wanted.done));
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Fault& wanted) {
    told.push_back("fault " + wanted.source);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Skip& wanted) {
    told.push_back("skip " + wanted.source);
    return LocalAnswer{};
  }
  template <typename Other>
  Result<LocalAnswer> answer(const Other& /*wanted*/) {
    return LocalAnswer{};
  }
};

}  // namespace hawser::driven
