// The whole client from its first byte on.
#include "fuzz/player.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

void client_before_login(ByteView bytes) {
  Input input(bytes);
  Player player(input.flag() ? Compresses::yes : Compresses::no);
  while (!input.empty() && !player.is_over()) player.play(input);
}

}  // namespace hawser::fuzz
