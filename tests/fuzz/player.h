// A whole session on the null engine that a fuzzer plays both sides of: it says what the network
// brings, in packets or as it is, and what the application calls.
#pragma once

#include "hawser/session/session.h"
#include "hawser/wire/codec.h"

#include "fuzz/input.h"
#include "scenario/seeded_random.h"

namespace hawser::fuzz {

enum class Compresses : std::uint8_t { no, yes };

class Player {
 public:
  explicit Player(Compresses compresses);

  // As an honest server: its identification, key exchange and answer to a login.
  void log_in();
  // One thing that happens, as the input says.
  void play(Input& input);
  [[nodiscard]] bool is_over() const { return session_.failure().has_value(); }

 private:
  // In a packet as the session expects it now.
  void bring_packet(ByteView payload);
  void bring_raw(ByteView bytes);
  void call(Input& input);
  void call_connection(Input& input);
  void take_events();
  void note(const session::Event& event);
  void check(const Status& status) const;
  void check_memory() const;

  scenario::SeededRandom random_{1};
  const crypto::Engine engine_;
  session::Session session_;
  Instant now_;
  std::size_t cut_ = SIZE_MAX;
  bool judges_ = true;     // host keys are accepted as they come
  bool is_asked_ = false;  // a login was begun
};

}  // namespace hawser::fuzz
