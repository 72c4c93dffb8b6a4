// The SFTP engine: requests of every kind, and whatever a server sends for them.
#include <set>

#include "hawser/sftp/engine.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

namespace message = sftp::message;
using sftp::Expected;

// Writes down the replies, each of which must be to a request that has none yet.
class Asker final : public sftp::Receiver {
 public:
  explicit Asker(std::string& happened) : happened_(happened) {}

  void note(const Result<sftp::RequestId>& made) {
    if (made) HAWSER_EXPECT(waiting_.insert(made->value()).second);
  }
  ByteSpan space_for(sftp::RequestId id, std::size_t size) override {
    HAWSER_EXPECT(waiting_.contains(id.value()) && size <= kMostRead);
    space_.assign(size, 0);
    return space_;
  }
  void take(sftp::RequestId id, const sftp::Reply& reply) override {
    HAWSER_EXPECT(waiting_.erase(id.value()) == 1);
    happened_ += "reply " + std::to_string(id.value()) + " " + std::to_string(reply.index());
    if (const auto* data = std::get_if<sftp::DataReply>(&reply)) {
      HAWSER_EXPECT(data->size == space_.size());
      happened_ += as_text(space_);
    }
    if (const auto* names = std::get_if<sftp::NameReply>(&reply)) {
      sftp::NameReply entries = *names;
      while (const auto entry = entries.next()) happened_ += as_text(entry->name);
      HAWSER_EXPECT(entries.is_whole());
    }
    happened_ += '\n';
  }

  static constexpr std::uint32_t kMostRead = 100;

 private:
  std::string& happened_;
  std::set<std::uint32_t> waiting_;
  Bytes space_;
};

class Talk {
 public:
  explicit Talk(std::size_t cut) : cut_(cut) {}

  std::string play(Input input) {
    while (!input.empty() && !engine_.failure()) {
      if (input.below(3) == 0) {
        ask(input);
      } else {
        take(input.piece());
      }
    }
    // (The greeting is as much as had come.)
    return happened_ + outcome(engine_.received({})) + std::to_string(engine_.in_flight()) + "," +
           std::to_string(engine_.unsent());
  }

 private:
  void take(ByteView bytes) {
    while (!bytes.empty() && engine_.received(bytes.first(std::min(cut_, bytes.size())))) {
      bytes = bytes.subspan(std::min(cut_, bytes.size()));
    }
  }

  void ask(Input& input) {
    const wire::Blob name(as_bytes("name"));
    switch (input.below(9)) {
      case 0:
        return asker_.note(engine_.send(message::Open{0, name, 1, {}}, Expected::handle, asker_));
      case 1:
        return asker_.note(engine_.read(name.bytes, 0, Asker::kMostRead, asker_));
      case 2:
        return asker_.note(engine_.write(name.bytes, 0, as_bytes("data"), asker_, &asker_));
      case 3:
        return asker_.note(engine_.send(message::ReadDirectory{0, name}, Expected::names, asker_));
      case 4:
        return asker_.note(engine_.send(message::Stat{0, name}, Expected::attributes, asker_));
      case 5:
        return asker_.note(engine_.send(message::Extended{0, wire::Text("limits@openssh.com"), {}},
                                        Expected::extended, asker_));
      case 6:
        engine_.sent(std::min<std::size_t>(engine_.pending().size(), input.byte()));
        return;
      case 7:
        return engine_.forget(forgotten_);
      default:
        forgotten_.note(engine_.read(name.bytes, 0, Asker::kMostRead, forgotten_));
        return;
    }
  }

  std::size_t cut_;
  std::string happened_;
  sftp::Engine engine_;
  Asker asker_{happened_};
  Asker forgotten_{happened_};
};

}  // namespace

void sftp(ByteView bytes) {
  expect_same_for_all_cuts([bytes](std::size_t cut) { return Talk(cut).play(Input(bytes)); });
}

}  // namespace hawser::fuzz
