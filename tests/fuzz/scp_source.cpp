// An upload by SCP: a remote's replies to a tree of files.
#include "hawser/scp/scp_source.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

// Sends what comes next of: a directory, a file in it, its end; what is refused is left out.
class Upload {
 public:
  std::string play(ByteView stream, std::size_t cut) {
    while (!stream.empty()) {
      ByteView part = stream.first(std::min(cut, stream.size()));
      stream = stream.subspan(part.size());
      while (!part.empty()) {
        if (!source_.awaits_answer()) say_next();
        const auto answer = source_.take(part);
        if (!answer) return happened_ + outcome(answer);
        if (!*answer) break;
        happened_ += **answer == scp::Answer::accepted ? "yes " : "no ";
        if (step_ == 2 && source_.data_left() > 0) {
          HAWSER_EXPECT(**answer == scp::Answer::accepted && source_.data_left() == kSize);
          source_.data_sent(kSize);
        }
      }
    }
    return happened_ + source_.output() + std::to_string(source_.complaints().count());
  }

 private:
  static constexpr std::size_t kSize = 100;

  void say_next() {
    const scp::Times times{1, 2};
    switch (step_++ % 4) {
      case 0:
        return source_.send_directory({0755, "folder"}, times);
      case 1:
        step_ = 2;
        return source_.send_file({0644, kSize, "file"}, times);
      case 2:
        return step_ % 8 == 3 ? source_.end_file() : source_.fail_file("it\nshrank");
      default:
        return source_.end_directory();
    }
  }

  scp::ScpSource source_;
  std::size_t step_ = 0;
  std::string happened_;
};

}  // namespace

void scp_source(ByteView bytes) {
  expect_same_for_all_cuts([bytes](std::size_t cut) { return Upload().play(bytes, cut); });
}

}  // namespace hawser::fuzz
