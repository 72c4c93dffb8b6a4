// Over how many channels a file goes. One carries no more than the server's window in a round trip.
// Whether that is what holds the file back shows when the window is shut: in how long what was in
// flight then has been acknowledged. If that is hardly longer than a round trip, the path had room
// for more; if it is longer, the network or the server is what is slow, and more channels would be
// no faster.
#pragma once

#include <optional>

#include "hawser/base/instant.h"
#include "hawser/base/limits.h"

namespace hawser::operations {

class StripePlan final {
 public:
  // What is to be seen of the file's channels, bytes of all of them together.
  struct Sight {
    Instant now;
    Duration round_trip;
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    bool is_shut = false;     // the windows of all
    bool is_settled = false;  // all that were planned are in use
  };
  // How many channels there shall be.
  std::size_t look(const Sight& sight);
  [[nodiscard]] std::size_t channels() const { return channels_; }
  // How many there may have to be soon: opening them meanwhile saves a round trip.
  [[nodiscard]] std::size_t channels_soon() const;

  // They broke, or were refused: it stays with those that there are.
  void stop() { is_over_ = true; }

 private:
  struct Flight {
    Instant begin;
    std::uint64_t acknowledged;
    std::uint64_t target;
  };
  void judge(const Flight& flight, const Sight& sight);

  std::size_t channels_ = 1;
  double rate_ = 0;  // bytes a second, before the last channels were added
  std::optional<Flight> flight_;
  unsigned flights_ = 0;  // that were judged
  bool is_over_ = false;
};

}  // namespace hawser::operations
