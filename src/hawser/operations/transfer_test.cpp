// Whole transfers against a server in memory: what is asked of both sides, and what is left when
// they are ended at any step.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hawser/operations/tree_download.h"
#include "hawser/operations/tree_upload.h"

#include "support/sftp_server.h"

namespace hawser::operations {
namespace {

using hawser::testing::Packet;
using hawser::testing::pattern;
using hawser::testing::Request;
using hawser::testing::status;
using hawser::testing::take_requests;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Files by path, directories without end. Refuses what `refuses` names.
class MemoryServer {
 public:
  std::map<std::string, Bytes> files;
  std::map<std::string, std::vector<std::string>>
      folders;                    // names; those ending in '/' are folders
  std::set<std::string> refuses;  // paths that cannot be opened
  std::set<std::string> open;     // handles
  bool has_posix_rename = true;
  bool lists_for_ever = false;  // symlinks

  bool serve(sftp::Engine& engine) {
    const auto requests = take_requests(engine);
    for (const Request& request : requests) {
      EXPECT_TRUE(engine.received(answer(request).framed())) << int{request.type};
    }
    return !requests.empty();
  }

 private:
  static Packet attributes(std::uint32_t id, std::uint64_t size, std::uint32_t mode) {
    return Packet(105).u32(id).u32(0x5).u64(size).u32(mode);
  }

  Packet answer(const Request& request) {
    const auto& path = request.handle_or_path;
    switch (request.type) {
      case 1:
        return has_posix_rename ? Packet(2).u32(3).string("posix-rename@openssh.com").string("1")
                                : Packet(2).u32(3);
      case 3:
        return open_file(request);
      case 4:
        open.erase(path);
        listed_.erase(path);
        return status(request.id, 0);
      case 5:
        return read(request, files[path.substr(2)]);
      case 6:
        return write(request, files[path.substr(2)]);
      case 7:  // LSTAT
        if (!files.contains(path)) return status(request.id, 2);
        return attributes(request.id, files[path].size(), 0100644);
      case 8:
        return attributes(request.id, files[path.substr(2)].size(), 0100644);
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
    if (is_new && (flags & 0x08) == 0) return status(request.id, 2);
    if (!is_new && (flags & 0x20) != 0) return status(request.id, 4);
    if ((flags & 0x10) != 0 || is_new) files[path].clear();
    open.insert("f:" + path);
    return Packet(102).u32(request.id).string("f:" + path);
  }

  static Packet read(const Request& request, const Bytes& content) {
    if (request.offset >= content.size()) return status(request.id, 1);
    const auto begin = static_cast<std::size_t>(request.offset);
    const std::size_t size = std::min<std::size_t>(content.size() - begin, request.size);
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
      packet.string(name).string("").u32(0x4).u32(lists_for_ever ? 0120777
                                                  : is_folder    ? 040755
                                                                 : 0100644);
    }
    return packet;
  }

  Packet rename(const Request& request) {
    wire::Reader reader(request.data);
    const std::string from(as_text(reader.string()));
    const std::string to(as_text(reader.string()));
    files[to] = std::exchange(files[from], {});
    files.erase(from);
    return status(request.id, 0);
  }

  std::set<std::string> listed_;
};

// Local files by path.
class MemoryWorld {
 public:
  std::map<std::string, Bytes> files;
  std::map<std::string, std::vector<std::string>> folders;
  std::map<std::string, Bytes> parts;  // targets that are not finished
  std::vector<std::string> faults;
  std::vector<std::uint64_t> reports;
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
    source_ = wanted.path;
    LocalAnswer answer;
    answer.facts = {LocalType::regular, files[source_].size(), 0644, {}, 0, 0};
    return answer;
  }
  Result<LocalAnswer> answer(const local::ReadPiece& wanted) {
    const ByteView left = ByteView(files[source_])
                              .subspan(std::min<std::size_t>(
                                  static_cast<std::size_t>(wanted.offset), files[source_].size()));
    LocalAnswer answer;
    answer.size = std::min(left.size(), wanted.to.size());
    copy(left.first(static_cast<std::size_t>(answer.size)), wanted.to);
    return answer;
  }
  Result<LocalAnswer> answer(const local::OpenTarget& wanted) {
    if (wanted.path == refuses) return fail(Errc::local_file, "test", 13);
    target_ = wanted.path;
    parts[target_] = {};
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::WritePiece& wanted) {
    append(parts[target_], wanted.data);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::FinishTarget& /*wanted*/) {
    files[target_] = std::exchange(parts[target_], {});
    parts.erase(target_);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::DropTarget& /*wanted*/) {
    parts.erase(target_);
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::MakeDirectory& wanted) {
    if (wanted.path == refuses) return fail(Errc::local_file, "test", 13);
    folders[wanted.path];
    return LocalAnswer{};
  }
  Result<LocalAnswer> answer(const local::Report& wanted) {
    reports.push_back(wanted.done);
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

  std::string source_;
  std::string target_;
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

FileDownload::Spec download_spec() {
  FileDownload::Spec spec{"remote", "local", {}, {}, {}};
  spec.options.progress = CopyOptions::Progress::told;
  return spec;
}
FileUpload::Spec upload_spec() {
  FileUpload::Spec spec{"local", "dir/remote", {}, "letters"};
  spec.options.progress = CopyOptions::Progress::told;
  return spec;
}

TEST(FileDownload, BringsEverySize) {
  for (const std::size_t size : {0UL, 1UL, 261'120UL, 5'000'000UL}) {
    for (const bool is_size_known : {false, true}) {
      Scene scene;
      scene.server.files["remote"] = pattern(size);
      auto spec = download_spec();
      if (is_size_known) spec.expected_size = size;
      FileDownload download(scene.link, spec);
      ASSERT_TRUE(scene.finishes(download));
      scene.settle();
      EXPECT_TRUE(scene.world.files["local"] == pattern(size));
      EXPECT_EQ(scene.world.reports.back(), size);
      EXPECT_THAT(scene.server.open, IsEmpty());
    }
  }
}

TEST(FileDownload, CanBeAbandonedAtEveryStep) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene;
    scene.server.files["remote"] = pattern(600'000);
    {
      FileDownload download(scene.link, download_spec());
      is_done = *scene.run(download, steps);
      if (!is_done) download.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    EXPECT_TRUE(!is_done || scene.world.files.contains("local"));
    ASSERT_LT(steps, 1000U);
  }
}

TEST(FileUpload, BringsEverySize) {
  for (const std::size_t size : {0UL, 1UL, 32'768UL, 5'000'000UL}) {
    for (const bool has_posix_rename : {false, true}) {
      for (const bool is_there : {false, true}) {
        MemoryServer server;
        server.has_posix_rename = has_posix_rename;
        if (is_there) server.files["dir/remote"] = pattern(7);
        Scene scene(std::move(server));
        scene.world.files["local"] = pattern(size);
        FileUpload upload(scene.link, upload_spec());
        ASSERT_TRUE(scene.finishes(upload));
        scene.settle();
        EXPECT_TRUE(scene.server.files["dir/remote"] == pattern(size));
        EXPECT_EQ(scene.server.files.size(), 1U);
        EXPECT_EQ(scene.world.reports.back(), size);
        EXPECT_THAT(scene.server.open, IsEmpty());
      }
    }
  }
}

TEST(FileUpload, LeavesTheOldFileWhereverItIsAbandoned) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene;
    scene.server.files["dir/remote"] = pattern(7);
    scene.world.files["local"] = pattern(1'200'000);
    {
      FileUpload upload(scene.link, upload_spec());
      is_done = *scene.run(upload, steps);
      if (!is_done) upload.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    EXPECT_EQ(scene.server.files.size(), 1U) << steps;
    // The rename may have been under way.
    const auto size = scene.server.files["dir/remote"].size();
    EXPECT_TRUE(size == 7 || size == 1'200'000) << steps;
    EXPECT_TRUE(!is_done || size == 1'200'000U);
    ASSERT_LT(steps, 1000U);
  }
}

TEST(FileUpload, WritesInPlaceWhereNothingCanBeMadeBesideIt) {
  Scene scene;
  scene.server.files["dir/remote"] = pattern(7);
  scene.server.refuses.insert("dir/.remote.letters.part");
  scene.world.files["local"] = pattern(3);
  FileUpload upload(scene.link, upload_spec());
  ASSERT_TRUE(scene.finishes(upload));
  EXPECT_TRUE(scene.server.files["dir/remote"] == pattern(3));
}

TreeDownload::Spec tree_to_get() {
  return {"top", "here", {}, {}};
}

MemoryServer server_with_tree() {
  MemoryServer server;
  server.folders["top"] = {".", "..", "a", "sub/", "b"};
  server.folders["top/sub"] = {"c", "empty/"};
  server.folders["top/sub/empty"] = {"."};
  server.files = {{"top/a", pattern(300'000)}, {"top/b", {}}, {"top/sub/c", pattern(1)}};
  return server;
}

TEST(TreeDownload, BringsAll) {
  Scene scene(server_with_tree());
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.server.open, IsEmpty());
  EXPECT_EQ(scene.world.files.size(), 3U);
  EXPECT_TRUE(scene.world.files["here/a"] == pattern(300'000));
  EXPECT_TRUE(scene.world.files["here/sub/c"] == pattern(1));
  EXPECT_EQ(scene.world.folders.size(), 3U);
  EXPECT_EQ(tree.faults(), 0U);
}

TEST(TreeDownload, GoesOnWhenEntriesFail) {
  for (const std::string refused : {"top/a", "top/sub", "top/sub/c"}) {
    Scene scene(server_with_tree());
    scene.server.refuses.insert(refused);
    TreeDownload tree(scene.link, tree_to_get());
    ASSERT_TRUE(scene.finishes(tree));
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty());
    EXPECT_THAT(scene.world.faults, ElementsAre(refused));
    EXPECT_EQ(tree.first_fault()->source, refused);
    EXPECT_TRUE(scene.world.files.contains("here/b"));
    EXPECT_THAT(scene.world.parts, IsEmpty());
  }
  for (const std::string refused : {"here/a", "here/sub"}) {
    Scene scene(server_with_tree());
    scene.world.refuses = refused;
    TreeDownload tree(scene.link, tree_to_get());
    ASSERT_TRUE(scene.finishes(tree));
    EXPECT_EQ(tree.first_fault()->target, refused);
    EXPECT_TRUE(scene.world.files.contains("here/b"));
  }
}

TEST(TreeDownload, CanBeAbandonedAtEveryStep) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene(server_with_tree());
    {
      TreeDownload tree(scene.link, tree_to_get());
      is_done = *scene.run(tree, steps);
      if (!is_done) tree.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    ASSERT_LT(steps, 1000U);
  }
}

TEST(TreeDownload, EndsAtTheDeepestAndAtNamesThatAreNone) {
  Scene deep;
  std::string path = "top";
  for (unsigned depth = 0; depth <= limits::kTreeDepth; ++depth, path += "/d") {
    deep.server.folders[path] = {"d/"};
  }
  TreeDownload bottomless(deep.link, tree_to_get());
  const auto went = deep.run(bottomless);
  ASSERT_FALSE(went);
  EXPECT_EQ(went.error().code, Errc::sftp_limit);
  EXPECT_EQ(deep.world.folders.size(), limits::kTreeDepth);
  bottomless.abandon();
  for (const std::string name : {"", "a/b", "/x"}) {
    Scene scene;
    scene.server.folders["top"] = {name.empty() ? std::string("a\0b", 3) : name, "fine"};
    TreeDownload tree(scene.link, tree_to_get());
    const auto ended = scene.run(tree);
    ASSERT_FALSE(ended) << name;
    EXPECT_EQ(ended.error().code, Errc::name_unsafe);
    EXPECT_THAT(scene.world.files, IsEmpty());
    tree.abandon();
  }
}

// The same name again and again, so that neither side needs memory for it.
TEST(TreeDownload, CountsEntries) {
  MemoryServer server;
  server.lists_for_ever = true;
  server.folders["top"].assign(2000, "s");
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, tree_to_get());
  const auto ended = scene.run(tree);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::sftp_limit);
  EXPECT_EQ(scene.world.skipped, limits::kTreeEntries);
  tree.abandon();
}

TreeUpload::Spec tree_to_put() {
  LocalFacts facts;
  facts.type = LocalType::directory;
  return {"here", "top", facts, {}, "letters"};
}

void plant_tree(MemoryWorld& world) {
  world.folders["here"] = {"a", "b", "sub"};
  world.folders["here/sub"] = {"c"};
  world.files = {{"here/a", pattern(300'000)}, {"here/b", {}}, {"here/sub/c", pattern(1)}};
}

TEST(TreeUpload, BringsAll) {
  Scene scene;
  plant_tree(scene.world);
  TreeUpload tree(scene.link, tree_to_put());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.server.open, IsEmpty());
  EXPECT_EQ(scene.server.files.size(), 3U);
  EXPECT_TRUE(scene.server.files["top/a"] == pattern(300'000));
  EXPECT_TRUE(scene.server.files["top/sub/c"] == pattern(1));
}

TEST(TreeUpload, GoesOnWhenEntriesFail) {
  Scene scene;
  plant_tree(scene.world);
  scene.world.files.erase("here/b");
  scene.server.refuses = {"top/a", "top/.a.letters.part"};
  TreeUpload tree(scene.link, tree_to_put());
  ASSERT_TRUE(scene.finishes(tree));
  EXPECT_THAT(scene.world.faults, ElementsAre("here/a", "here/b"));
  EXPECT_TRUE(scene.server.files.contains("top/sub/c"));
}

TEST(TreeUpload, CanBeAbandonedAtEveryStep) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene;
    plant_tree(scene.world);
    {
      TreeUpload tree(scene.link, tree_to_put());
      is_done = *scene.run(tree, steps);
      if (!is_done) tree.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    for (const auto& [path, content] : scene.server.files) {
      EXPECT_EQ(path.find(".part"), std::string::npos) << steps;
    }
    ASSERT_LT(steps, 1000U);
  }
}

}  // namespace
}  // namespace hawser::operations
