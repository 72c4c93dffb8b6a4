// What the test server's channels do once a request started them.
#include <algorithm>

#include "hawser/wire/messages_connection.h"

#include "scenario/server_connection.h"

namespace hawser::scenario {

// Notes the request, starts a script if it names one; whether the request is granted.
Result<bool> ServerConnection::start(ServerChannel& channel, std::string_view type,
                                     ByteView extra) {
  std::string note(type);
  std::string command;
  if (type == "exec" || type == "subsystem" || type == "signal") {
    const auto named = HAWSER_TRY(wire::decode<wire::NameRequest>(extra));
    note += " " + std::string(named.name.view());
    if (type == "exec") command = named.name.view();
    if (type == "subsystem") command = "subsystem:" + std::string(named.name.view());
  } else if (type == "shell") {
    command = "shell";
  } else if (type == "pty-req") {
    const auto pty = HAWSER_TRY(wire::decode<wire::PtyRequest>(extra));
    note += " " + std::string(pty.term.view()) + " " + std::to_string(pty.columns) + "x" +
            std::to_string(pty.rows) + " " + std::to_string(pty.modes.bytes.size());
  } else if (type == "env") {
    const auto env = HAWSER_TRY(wire::decode<wire::EnvRequest>(extra));
    note += " " + std::string(env.name.view()) + "=" + std::string(env.value.view());
  } else if (type == "window-change") {
    const auto size = HAWSER_TRY(wire::decode<wire::WindowChangeRequest>(extra));
    note += " " + std::to_string(size.columns) + "x" + std::to_string(size.rows);
  }
  requests_.push_back(std::move(note));
  if (command.empty()) return type == "pty-req" || type == "env";
  const auto found = options_.commands.find(command);
  if (found == options_.commands.end() || channel.script) return false;
  const auto runs = std::count_if(channels_.begin(), channels_.end(),
                                  [](const auto& each) { return each.second.script.has_value(); });
  if (static_cast<std::size_t>(runs) >= found->second.most) return false;
  channel.script = found->second;
  return true;
}

Status ServerConnection::pump() {
  for (auto& [own, channel] : channels_) {
    if (!channel.script || channel.has_sent_close) continue;
    HAWSER_TRY(pump_output(channel));
    const bool is_written = channel.output_done == channel.script->output.size() &&
                            channel.errors_done == channel.script->errors.size();
    const bool goes_on = channel.script->echoes || channel.script->answers;
    const bool is_over = !goes_on || channel.has_eof_in || channel.is_killed;
    if (is_written && is_over) HAWSER_TRY(finish(channel));
  }
  return {};
}

// One packet of what is left.
Status ServerConnection::pump_output(ServerChannel& channel) {
  const auto next_part = [&channel](const Bytes& bytes, std::size_t& done) {
    const std::size_t size = std::min({bytes.size() - done, std::size_t{channel.window_out},
                                       std::size_t{channel.max_packet_out}});
    const ByteView part = ByteView(bytes).subspan(done, size);
    done += size;
    channel.window_out -= static_cast<std::uint32_t>(size);
    return wire::Blob(part);
  };
  const ExecScript& script = *channel.script;
  if (const auto part = next_part(script.errors, channel.errors_done); !part.bytes.empty()) {
    return post(wire::ChannelExtendedData{channel.peer, wire::ChannelExtendedData::kStderr, part});
  }
  const auto part = next_part(script.output, channel.output_done);
  if (part.bytes.empty()) return {};
  return post(wire::ChannelData{channel.peer, part});
}

Status ServerConnection::finish(ServerChannel& channel) {
  const ExecScript& script = *channel.script;
  if (std::exchange(channel.has_finished, true)) return {};
  if (script.sends_eof) {
    channel.has_sent_eof = true;
    HAWSER_TRY(post(wire::ChannelEof{channel.peer}));
  }
  if (script.signal) {
    const Bytes extra =
        wire::encode_to_bytes(wire::ExitSignal{wire::Text(*script.signal), false, "", ""});
    HAWSER_TRY(post(wire::ChannelRequest{channel.peer, "exit-signal", false, wire::Rest{extra}}));
  } else if (script.status) {
    const Bytes extra = wire::encode_to_bytes(wire::ExitStatus{*script.status});
    HAWSER_TRY(post(wire::ChannelRequest{channel.peer, "exit-status", false, wire::Rest{extra}}));
  }
  return script.closes ? close(channel) : Status{};
}

Status ServerConnection::close(ServerChannel& channel) {
  if (std::exchange(channel.has_sent_close, true)) return {};
  return post(wire::ChannelClose{channel.peer});
}

}  // namespace hawser::scenario
