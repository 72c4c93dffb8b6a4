// What an operation wants of files on this side, as plain values: it asks with a LocalRequest (see
// NeedLocal in operation.h) and gets a LocalAnswer, or Errc::local_file with an errno in `detail`.
//
// Paths are bytes, relative to a root that whoever runs the operation chose; "" is that root. They
// lead nowhere else: see client/local_files.h for how a root is kept. What is open is named by
// numbers that the operation chooses, so that it can have several files under way.
//
// A target is written under a temporary name beside its own and replaces what was there only when
// it is finished; until then, and if it never is, the old file stays as it was. Whatever is still
// open when the operation has ended is dropped.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"
#include "hawser/base/strong.h"

namespace hawser::operations {

using LocalFile = Strong<struct LocalFileTag, std::uint32_t>;

enum class LocalType : std::uint8_t { regular, directory, symlink, other };

// Seconds since 1970.
struct LocalTimes {
  std::int64_t access = 0;
  std::int64_t modification = 0;
  bool operator==(const LocalTimes&) const = default;
};

struct LocalFacts {
  LocalType type = LocalType::other;
  std::uint64_t size = 0;
  std::uint32_t permissions = 0;  // the twelve bits below the type
  LocalTimes times;
  // Which file it is, whatever its name: device and inode.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};

// What a new file or directory may be used for, as a peer wishes it. Of its twelve bits only the
// lower nine are ever looked at: nothing becomes setuid, setgid or sticky.
struct LocalPermissions {
  enum class Rule : std::uint8_t {
    masked,  // less the umask; what was there already keeps its own
    exact,   // as they are, whatever was there
  };
  std::uint32_t bits = 0666;
  Rule rule = Rule::masked;
};

namespace local {

// looking -----------------------------------------------------------------------------------------

// What stands at the path. The answer: facts.
struct Look {
  enum class Links : std::uint8_t { follow, keep };
  std::string path;
  Links links = Links::keep;
};
// The answer: names, sorted, without "." and ".."; at most limits::kTreeEntries.
struct List {
  std::string path;
};

// reading -----------------------------------------------------------------------------------------

// A regular file; symlinks are followed. The answer: facts.
struct OpenSource {
  LocalFile file;
  std::string path;
};
// The answer: size. It may be less than to.size(); 0 is the end of the file.
struct ReadPiece {
  LocalFile file;
  std::uint64_t offset = 0;
  ByteSpan to;  // the operation's own, which stays until the answer
};
struct CloseSource {
  LocalFile file;
};

// writing -----------------------------------------------------------------------------------------

// What is written is kept if it is not finished, and a later target of the same tag goes on with
// it.
struct Resume {
  std::string tag;         // for the content, e.g. of its size and time: letters, digits and '-'
  std::uint64_t most = 0;  // more than that cannot be what an earlier try left: it begins anew
};
// A symlink or a directory at the path is refused. The answer: size, the bytes that an earlier try
// left, else 0.
struct OpenTarget {
  LocalFile file;
  std::string path;
  std::optional<Resume> resume;
};
// Written after what is there.
struct WritePiece {
  LocalFile file;
  ByteView data;  // the operation's own, which stays until the answer
};
// The target is whole: it gets its permissions, its times and its name.
struct FinishTarget {
  LocalFile file;
  LocalPermissions permissions;
  std::optional<LocalTimes> times;
};
// It will not be: what was written is removed, or kept to be resumed.
struct DropTarget {
  LocalFile file;
};

// trees -------------------------------------------------------------------------------------------

// A directory that is there already is as good; anything else there is refused. Until
// FinishDirectory the owner may write in it whatever its permissions.
struct MakeDirectory {
  std::string path;
  LocalPermissions permissions;
};
// Nothing more is made in it: it gets its permissions and its times.
struct FinishDirectory {
  std::string path;
  LocalPermissions permissions;
  std::optional<LocalTimes> times;
};

// people ------------------------------------------------------------------------------------------

// An error as the answer to one of these ends the operation: that is how people cancel.

// How far a file has come.
struct Report {
  std::string source;  // as the side that it is read from names it
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
};
// An entry of a tree is left out.
struct Skip {
  enum class Reason : std::uint8_t { symlink, special, loop };
  std::string source;
  Reason reason = Reason::special;
};
// An entry of a tree could not be copied. The others go on.
struct Fault {
  std::string source;
  std::string target;
  Error error;
  std::string text;  // what there is to say besides, escaped; may be empty
};

}  // namespace local

using LocalRequest = std::variant<local::Look, local::List, local::OpenSource, local::ReadPiece,
                                  local::CloseSource, local::OpenTarget, local::WritePiece,
                                  local::FinishTarget, local::DropTarget, local::MakeDirectory,
                                  local::FinishDirectory, local::Report, local::Skip, local::Fault>;

// Filled as far as the request has an answer.
struct LocalAnswer {
  LocalFacts facts;
  std::uint64_t size = 0;
  std::vector<std::string> names;
};

}  // namespace hawser::operations
