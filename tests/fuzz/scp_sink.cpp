// A download by SCP: what the remote says is offered, taken or refused as the input decides.
#include "hawser/scp/scp_sink.h"

#include "hawser/base/limits.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

struct Decisions {
  bool is_recursive;
  std::uint8_t refuses;  // every so many offers; 0: none
  ByteView stream;
};

class Download {
 public:
  explicit Download(const Decisions& decisions)
      : decisions_(decisions),
        sink_("name", decisions.is_recursive ? scp::Recursion::trees : scp::Recursion::none) {}

  std::string play(std::size_t cut) {
    for (ByteView rest = decisions_.stream; !rest.empty();) {
      ByteView part = rest.first(std::min(cut, rest.size()));
      rest = rest.subspan(part.size());
      if (!take(part)) return happened_;
    }
    return happened_ + sink_.output() + outcome(sink_.end()) + (sink_.is_complete() ? "all" : "");
  }

 private:
  bool take(ByteView part) {
    while (!part.empty()) {
      if (sink_.data_left() > 0) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(sink_.data_left(), part.size()));
        sink_.data_taken(size);
        part = part.subspan(size);
        continue;
      }
      const auto offer = sink_.take(part);
      if (!offer) {
        happened_ += outcome(offer);
        // (What came instead of SCP is told as far as it had come.)
        if (offer.error().code == Errc::scp_refused) happened_ += sink_.last_words();
        return false;
      }
      if (*offer) answer(**offer);
    }
    return true;
  }

  void answer(const scp::Offer& offer) {
    happened_ += std::to_string(offer.index());
    if (std::holds_alternative<scp::Complained>(offer)) return;
    if (const auto* file = std::get_if<scp::FileOffered>(&offer)) expect_safe(file->file.name);
    if (const auto* folder = std::get_if<scp::DirectoryOffered>(&offer)) {
      expect_safe(folder->directory.name);
      HAWSER_EXPECT(decisions_.is_recursive);
    }
    ++offers_;
    if (decisions_.refuses != 0 && offers_ % decisions_.refuses == 0) return sink_.refuse("no");
    sink_.accept();
  }

  void expect_safe(const std::string& name) {
    HAWSER_EXPECT(name == "name" || scp::is_safe_name(name));
    happened_ += name;
  }

  Decisions decisions_;
  scp::ScpSink sink_;
  std::size_t offers_ = 0;
  std::string happened_;
};

}  // namespace

void scp_sink(ByteView bytes) {
  Input input(bytes);
  const bool is_recursive = input.flag();
  const Decisions decisions{is_recursive, input.byte(), input.rest()};
  expect_same_for_all_cuts([&](std::size_t cut) { return Download(decisions).play(cut); });
}

}  // namespace hawser::fuzz
