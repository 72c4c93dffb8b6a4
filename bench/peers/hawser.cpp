// Hawser's C++ client, for comparison with its Python module: the same calls without an
// interpreter.
#include <memory>
#include <vector>

#include <fcntl.h>

#include "hawser/client/channel.h"
#include "hawser/client/key_file.h"
#include "hawser/client/scp.h"
#include "hawser/client/sftp_file.h"
#include "hawser/client/signer.h"
#include "hawser/client/socket_stream.h"
#include "hawser/keys/private_key_file.h"

#include "contestant.h"

namespace {

using namespace hawser;

constexpr std::size_t kPiece = 1 << 20;
constexpr client::OpenFlags kToRead = client::OpenFlags{} | client::OpenFlag::read;
constexpr client::OpenFlags kToWrite = client::OpenFlags{} | client::OpenFlag::write;

template <typename T>
T must(client::Outcome<T> outcome) {
  if (!outcome) die("%s", outcome.error().text.c_str());
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

std::shared_ptr<client::Connection> login(const place& place) {
  const crypto::Engine& engine = crypto::openssl_engine();
  const int descriptor = connect_to(&place);
  auto stream = client::SocketStream::make(descriptor);
  close(descriptor);  // the stream has its own
  if (!stream) die("socket");
  client::ConnectionOptions options;
  options.session.transport.proposal = transport::default_proposal(engine);
  auto connection =
      must(client::Connection::connect(*std::move(stream), std::move(options), engine));
  const SecretBytes content = must(client::read_key_file(place.key));
  const auto key = keys::parse_private_key(engine, content.view(), {});
  if (!key) die("key");
  client::KeySigner signer(engine, *key);
  must(connection->login_public_key(place.user, signer));
  return connection;
}

std::shared_ptr<client::SftpClient> sftp_of(const place& place) {
  return must(client::SftpClient::open(login(place)));
}

void get(const place* place, char** arguments) {
  must(client::get(*sftp_of(*place), arguments[0], "/dev/null", {}));
}

void read(const place* place, char** arguments) {
  const auto file = must(sftp_of(*place)->open_file(arguments[0], kToRead, std::nullopt));
  std::vector<std::uint8_t> buffer(kPiece);
  while (must(file->read(buffer)) > 0) {
  }
}

void put(const place* place, char** arguments) {
  must(client::put(*sftp_of(*place), arguments[0], arguments[1], {}));
}

void write(const place* place, char** arguments) {
  const auto file = must(sftp_of(*place)->open_file("/dev/null", kToWrite, std::nullopt));
  std::vector<std::uint8_t> buffer(kPiece);
  const int source = open(arguments[0], O_RDONLY | O_CLOEXEC);
  if (source < 0) die("open %s", arguments[0]);
  for (ssize_t size = 0; (size = ::read(source, buffer.data(), buffer.size())) > 0;) {
    must(file->write(ByteView(buffer).first(static_cast<std::size_t>(size))));
  }
  close(source);
  must(file->close());
}

void scp_get(const place* place, char** arguments) {
  must(client::scp_get(*login(*place), arguments[0], "/dev/null", {}));
}

void scp_put(const place* place, char** arguments) {
  must(client::scp_put(*login(*place), arguments[0], "/dev/null", {}));
}

void exec(const place* place, char** arguments) {
  const auto channel = must(login(*place)->open(connection::SessionKind{}));
  must(channel->request(connection::ExecRequest{arguments[0]}, "the command"));
  std::vector<std::uint8_t> buffer(kPiece);
  while (must(channel->read(connection::Stream::standard, buffer)) > 0) {
  }
}

void logins(const place* place, char** arguments) {
  const stopwatch watch = start_watch();
  for (int left = atoi(arguments[0]); left > 0; --left) {
    operations::CommandSpec spec;
    spec.command = "true";
    must(login(*place)->run(std::move(spec)));
  }
  report(watch);
}

void stats(const place* place, char** arguments) {
  const auto sftp = sftp_of(*place);
  const stopwatch watch = start_watch();
  for (int left = atoi(arguments[1]); left > 0; --left) {
    must(sftp->stat(arguments[0], client::Links::follow));
  }
  report(watch);
}

void open_read(const place* place, char** arguments) {
  const auto sftp = sftp_of(*place);
  std::array<std::uint8_t, 1024> buffer{};
  const stopwatch watch = start_watch();
  for (int left = atoi(arguments[1]); left > 0; --left) {
    const auto file = must(sftp->open_file(arguments[0], kToRead, std::nullopt));
    if (must(file->read(buffer)) != buffer.size()) die("read");
    must(file->close());
  }
  report(watch);
}

void list(const place* place, char** arguments) {
  const auto sftp = sftp_of(*place);
  const stopwatch watch = start_watch();
  const auto directory = must(sftp->open_directory(arguments[0]));
  while (must(directory->next())) {
  }
  report(watch);
}

void tree(const place* place, char** arguments) {
  client::TransferOptions options;
  options.directories = client::Directories::accept;
  must(client::get(*sftp_of(*place), arguments[0], arguments[1], options));
}

void idle(const place* place, char** arguments) {
  std::vector<std::shared_ptr<client::Connection>> connections;
  for (int left = atoi(arguments[0]); left > 0; --left) connections.push_back(login(*place));
  idle_until_told();
}

}  // namespace

int main(int argc, char** argv) {
  constexpr task kTasks[] = {
      {"get", get},         {"put", put},
      {"read", read},       {"write", write},
      {"scp_get", scp_get}, {"scp_put", scp_put},
      {"exec", exec},       {"login", logins},
      {"stat", stats},      {"open_read", open_read},
      {"list", list},       {"tree", tree},
      {"idle", idle},       {nullptr, nullptr},
  };
  return run_task(argc, argv, kTasks);
}
