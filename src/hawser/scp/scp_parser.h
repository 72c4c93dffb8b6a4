// The records and replies of scp out of a stream of bytes that comes in pieces of any size.
#pragma once

#include "hawser/base/limits.h"
#include "hawser/scp/record.h"

namespace hawser::scp {

class ScpParser {
 public:
  // The next record, taken off the front of `bytes`; nullopt: all of them were taken, and it is not
  // whole. limit_passed: its line has no end.
  Result<std::optional<Record>> take(ByteView& bytes);

  // True if nothing of a record has come yet.
  [[nodiscard]] bool is_between() const { return line_.empty(); }

  // What came instead of a first record, escaped: the text of a shell's start files, most often.
  [[nodiscard]] const std::string& greeting() const { return greeting_; }

 private:
  Result<std::optional<Record>> parse(ByteView line);

  Bytes line_;
  bool is_first_ = true;
  std::string greeting_;
};

}  // namespace hawser::scp
