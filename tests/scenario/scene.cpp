#include "scenario/scene.h"

namespace hawser::scenario {

namespace {

session::Config make_config(const SceneOptions& options, const crypto::Engine& engine) {
  session::Config config;
  transport::Proposal& proposal = config.transport.proposal;
  proposal = transport::default_proposal(engine);
  if (!options.proposal.kex.empty()) proposal.kex = options.proposal.kex;
  if (!options.proposal.host_key.empty()) proposal.host_key = options.proposal.host_key;
  if (!options.proposal.cipher.empty()) proposal.cipher = options.proposal.cipher;
  if (!options.proposal.mac.empty()) proposal.mac = options.proposal.mac;
  if (!options.proposal.compression.empty()) proposal.compression = options.proposal.compression;
  config.transport.rekey = options.rekey;
  config.transport.requires_strict_kex = options.requires_strict_kex;
  config.connection = options.connection;
  config.deadlines = options.deadlines;
  return config;
}

}  // namespace

Scene::Scene(const SceneOptions& options)
    : client_engine(options.make_engine(client_random)),
      server_engine(options.make_engine(server_random)),
      server(options.server, server_engine),
      client(make_config(options, client_engine), client_engine, options.rules),
      link(client, server, options.cutting, options.faults) {}

bool Scene::handshake() {
  run();
  return client.saw("keys") && !failure();
}

bool Scene::login() {
  return login(password(AuthScript{}.password));
}

bool Scene::login(auth::Credential credential) {
  if (!client.session().login("user", std::move(credential))) return false;
  run();
  return client.session().is_logged_in() && !failure();
}

std::optional<connection::ChannelId> Scene::open_session() {
  const auto channel = client.session().open(connection::SessionKind{});
  if (!channel) return std::nullopt;
  run();
  if (!client.saw("opened " + std::to_string(channel->value()))) return std::nullopt;
  return *channel;
}

bool Scene::exec(connection::ChannelId channel, std::string_view command) {
  if (!client.session().request(channel, connection::ExecRequest{command})) return false;
  run();
  return client.saw("yes " + std::to_string(channel.value()));
}

std::optional<connection::ChannelId> Scene::start(std::string_view command) {
  if (!handshake() || !login()) return std::nullopt;
  const auto channel = open_session();
  if (!channel || !exec(*channel, command)) return std::nullopt;
  return channel;
}

auth::PasswordCredential password(std::string_view text) {
  return auth::PasswordCredential{SecretBytes(as_bytes(text))};
}

Bytes pattern(std::size_t size, std::uint64_t seed) {
  Bytes bytes(size);
  SeededRandom random(seed);
  (void)random.fill(bytes);
  return bytes;
}

}  // namespace hawser::scenario
