// A server's KEXINIT and what is agreed on by it.
#include "hawser/transport/negotiation.h"
#include "hawser/transport/proposal.h"
#include "hawser/wire/codec.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "scenario/seeded_random.h"

namespace hawser::fuzz {

namespace {

const Bytes& our_kexinit() {
  static const Bytes made = [] {
    const crypto::Engine& engine = crypto::openssl_engine();
    scenario::SeededRandom random(1);
    return *transport::make_kexinit(transport::default_proposal(engine), random,
                                    transport::Exchange::first);
  }();
  return made;
}

}  // namespace

void key_exchange(ByteView input) {
  const crypto::Engine& engine = crypto::openssl_engine();
  const auto server = wire::decode<wire::KexInit>(input);
  if (!server) return;
  const auto client = wire::decode<wire::KexInit>(our_kexinit());
  Report report;
  const auto agreed = transport::negotiate(engine, *client, *server, report);
  if (!agreed) {
    HAWSER_EXPECT(agreed.error().code == Errc::no_common_algorithm);
    HAWSER_EXPECT(!report.list.empty());
    return;
  }
  const auto is_common = [](const wire::NameList& a, const wire::NameList& b,
                            std::string_view name) { return a.contains(name) && b.contains(name); };
  HAWSER_EXPECT(is_common(client->kex, server->kex, agreed->kex->name));
  HAWSER_EXPECT(is_common(client->host_key, server->host_key, agreed->host_key->name));
  HAWSER_EXPECT(is_common(client->cipher_server_to_client, server->cipher_server_to_client,
                          agreed->server_to_client.cipher->name));
  HAWSER_EXPECT(is_common(client->cipher_client_to_server, server->cipher_client_to_server,
                          agreed->client_to_server.cipher->name));
}

}  // namespace hawser::fuzz
