// What an application asks of a session's channels, as the input says. Both the multiplexer and the
// session have these calls.
#pragma once

#include <array>

#include "hawser/connection/channel_request.h"

#include "fuzz/input.h"

namespace hawser::fuzz {

inline connection::ChannelRequest channel_request(Input& input) {
  switch (input.below(7)) {
    case 0:
      return connection::ExecRequest{"command"};
    case 1:
      return connection::ShellRequest{};
    case 2:
      return connection::SubsystemRequest{"sftp"};
    case 3:
      return connection::TerminalRequest{"xterm", {}, {{1, 2}}};
    case 4:
      return connection::EnvironmentRequest{"NAME", "value"};
    case 5:
      return connection::SignalRequest{"TERM"};
    default:
      return connection::ResizeRequest{};
  }
}

// One call to `target`, on a channel of a low number, which may not be there; how it went.
template <typename Target, typename ChannelId>
Status call_channel(Target& target, Input& input) {
  static constexpr std::array<std::uint8_t, 70'000> kData{};
  const std::size_t what = input.below(6);
  const ChannelId id(static_cast<std::uint32_t>(input.below(4)));
  switch (what) {
    case 0: {
      const bool is_session = input.flag();
      const auto opened =
          is_session ? target.open(connection::SessionKind{})
                     : target.open(connection::DirectTcpipKind{"host", 80, "127.0.0.1", 1});
      return opened ? Status() : std::unexpected(opened.error());
    }
    case 1:
      return target.request(id, channel_request(input));
    case 2: {
      const ByteView data = ByteView(kData).first(input.number() % kData.size());
      const std::size_t half = data.size() / 2;
      const auto taken = target.write(id, Gather{data.first(half), data.subspan(half)});
      HAWSER_EXPECT(!taken || *taken <= data.size());
      return taken ? Status() : std::unexpected(taken.error());
    }
    case 3:
      return target.send_eof(id);
    case 4:
      return target.close(id);
    default:
      return target.consume(id, input.number());
  }
}

}  // namespace hawser::fuzz
