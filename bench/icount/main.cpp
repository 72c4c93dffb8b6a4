// Runs one scenario, for callgrind to count: hawser_icount SCENARIO. See count.py.
#include <cstdio>
#include <string_view>
#include <utility>

#include "hawser/operations/channel_io.h"
#include "hawser/operations/command.h"
#include "hawser/operations/file_io.h"
#include "hawser/operations/open_sftp.h"
#include "hawser/operations/remote_directory.h"

#include "sftp_server.h"
#include "stage.h"

namespace {

using namespace hawser;
using icount::SftpServer;
using icount::Stage;

constexpr std::size_t kStream = 32 << 20;
constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kEntries = 10'000;
constexpr std::uint32_t kOpenToRead = 1;

scenario::ServerOptions with_command(std::string_view name, scenario::ExecScript script) {
  scenario::ServerOptions options;
  options.commands[std::string(name)] = std::move(script);
  return options;
}

// Runs on until the client closes it.
scenario::ExecScript open_end() {
  scenario::ExecScript script;
  script.sends_eof = false;
  script.status.reset();
  script.closes = false;
  return script;
}

void handshake() {
  Stage stage(with_command("true", {}));
  stage.log_in();
  operations::CommandSpec spec;
  spec.command = "true";
  operations::Command command(std::move(spec));
  stage.run(command);
}

void receive() {
  scenario::ExecScript script;
  script.output.resize(kStream);
  Stage stage(with_command("cat", std::move(script)));
  stage.log_in();
  const auto box = stage.start(connection::ExecRequest{"cat"});
  Bytes buffer(kPiece);
  std::size_t done = 0;
  for (std::size_t size = 1; size > 0; done += size) {
    operations::ReadChannel read(box, connection::Stream::standard, buffer);
    stage.run(read);
    size = read.size();
  }
  if (done != kStream) icount::fail_with("less came than was sent");
}

void send() {
  Stage stage(with_command("sink", open_end()));
  stage.on_turn = [](scenario::ServerSession& server) {
    if (auto* channel = server.connection().channel(icount::kServerChannel)) {
      channel->input.clear();
    }
  };
  stage.log_in();
  const auto box = stage.start(connection::ExecRequest{"sink"});
  const Bytes data(kPiece);
  for (std::size_t done = 0; done < kStream; done += data.size()) {
    operations::WriteChannel write(box, data, operations::WriteAmount::all);
    stage.run(write);
  }
}

// An SFTP link to `server`.
std::shared_ptr<operations::SftpLink> open_link(Stage& stage, SftpServer& server) {
  stage.on_turn = [&server](scenario::ServerSession& session) { server.serve(session); };
  stage.log_in();
  operations::OpenSftp open;
  stage.run(open);
  return open.link();
}

// The handle that a request brings.
template <typename Message>
Bytes handle_by(Stage& stage, const std::shared_ptr<operations::SftpLink>& link,
                const Message& message) {
  operations::SftpRequest request(link, message, sftp::Expected::handle);
  stage.run(request);
  return request.answer().bytes;
}

void sftp_read() {
  SftpServer server(kStream, 0);
  Stage stage(with_command("subsystem:sftp", open_end()));
  const auto link = open_link(stage, server);
  const Bytes handle =
      handle_by(stage, link, sftp::message::Open{0, wire::Blob(as_bytes("f")), kOpenToRead, {}});
  const auto file = std::make_shared<operations::RemoteFile>(link, handle);
  Bytes buffer(kPiece);
  std::size_t done = 0;
  for (std::size_t size = 1; size > 0; done += size) {
    operations::ReadFile read(file, buffer);
    stage.run(read);
    size = read.size();
  }
  if (done != kStream) icount::fail_with("less came than the file has");
}

void sftp_list() {
  SftpServer server(0, kEntries);
  Stage stage(with_command("subsystem:sftp", open_end()));
  const auto link = open_link(stage, server);
  const Bytes handle =
      handle_by(stage, link, sftp::message::OpenDirectory{0, wire::Blob(as_bytes("d"))});
  const auto directory = std::make_shared<operations::RemoteDirectory>(link, handle);
  std::size_t count = 0;
  for (;;) {
    operations::ReadDirectory read(directory);
    stage.run(read);
    if (read.entries().empty()) break;
    count += read.entries().size();
  }
  if (count != kEntries) icount::fail_with("not all entries came");
}

constexpr std::pair<std::string_view, void (*)()> kScenarios[] = {
    {"handshake", handshake}, {"receive", receive},     {"send", send},
    {"sftp_read", sftp_read}, {"sftp_list", sftp_list},
};

}  // namespace

int main(int argc, char** argv) {
  for (const auto& [name, run] : kScenarios) {
    if (argc == 2 && name == argv[1]) {
      run();
      return 0;
    }
    if (argc == 1) std::printf("%s\n", std::string(name).c_str());
  }
  return argc == 1 ? 0 : 2;
}
