// The whole client from its login on.
#include "fuzz/player.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

void client_after_login(ByteView bytes) {
  Input input(bytes);
  Player player(input.flag() ? Compresses::yes : Compresses::no);
  player.log_in();
  while (!input.empty() && !player.is_over()) player.play(input);
}

}  // namespace hawser::fuzz
