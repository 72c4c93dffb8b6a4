// What two scps say to each other besides the bytes of files. The side that sends files (source)
// makes a record and waits for a reply; the side that takes them (sink) begins with a reply.
//
//   stream    = *( [ times ] ( file | directory ) | end | complaint )
//   file      = "C" mode " " size " " name LF     then, once it is accepted, the bytes and a reply
//   directory = "D" mode " 0 " name LF            what follows goes into it, until its end
//   end       = "E" LF
//   times     = "T" seconds " " microseconds " " seconds " " microseconds LF    modified, accessed
//   reply     = %x00 | complaint
//   complaint = %x01 text LF | %x02 text LF       the second one ends the conversation
//   mode      = 4 octal digits
//
// There is no standard: this is what rcp of 4.2BSD began and OpenSSH's scp.c speaks.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::scp {

// Seconds since 1970.
struct Times {
  std::int64_t modified = 0;
  std::int64_t accessed = 0;
  bool operator==(const Times&) const = default;
};
struct FileRecord {
  std::uint32_t mode = 0;
  std::uint64_t size = 0;
  std::string name;
  bool operator==(const FileRecord&) const = default;
};
struct DirectoryRecord {
  std::uint32_t mode = 0;
  std::string name;
  bool operator==(const DirectoryRecord&) const = default;
};
struct EndRecord {
  bool operator==(const EndRecord&) const = default;
};
struct Accepted {
  bool operator==(const Accepted&) const = default;
};
struct Complaint {
  bool is_fatal = false;
  std::string text;  // escaped
  bool operator==(const Complaint&) const = default;
};
using Record = std::variant<Accepted, Complaint, Times, FileRecord, DirectoryRecord, EndRecord>;

// One record without its LF; scp_protocol if it is none. Names are as they came: see
// is_safe_name().
Result<Record> parse_record(ByteView line);

std::string encode(const Times& times);
std::string encode(const FileRecord& file);
std::string encode(const DirectoryRecord& directory);
std::string encode(const EndRecord& end);
// About one file, in one line whatever `text` contains; the conversation goes on.
std::string encode_complaint(std::string_view text);
inline constexpr char kAccepted = '\0';

// True for one component of a path that leads down: not empty, no ".", no "..", no '/', no NUL.
bool is_safe_name(std::string_view name);

}  // namespace hawser::scp
