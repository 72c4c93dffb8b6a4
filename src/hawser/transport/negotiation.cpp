#include "hawser/transport/negotiation.h"

#include <algorithm>

#include "hawser/base/display.h"
#include "hawser/transport/algorithm_table.h"
#include "hawser/transport/compression.h"
#include "hawser/transport/proposal.h"

namespace hawser::transport {

namespace {

bool is_marker(std::string_view name) {
  return name == kExtInfoClient || name == "ext-info-s" || name == kStrictKexClient ||
         name == kStrictKexServer;
}

// The names of a list as people read them; what is only a marker is left out.
std::vector<std::string> shown(const wire::NameList& list) {
  std::vector<std::string> names;
  list.any([&names](std::string_view name) {
    if (!is_marker(name)) names.push_back(display(as_bytes(name), limits::kAlgorithmName));
    return false;
  });
  return names;
}

// For the message; all names are in the report.
std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 24;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  if (names.size() > kShown) text += ", and " + std::to_string(names.size() - kShown) + " more";
  return text.empty() ? "nothing" : text;
}

class Negotiator {
 public:
  Negotiator(const crypto::Engine& engine, Report& report) : engine_(engine), report_(report) {}

  // The first of the client's names that the server has too (RFC 4253 7.1).
  Result<std::string_view> choose(const char* list, const wire::NameList& client,
                                  const wire::NameList& server) {
    std::string_view chosen;
    client.any([&](std::string_view name) {
      if (is_marker(name) || !server.contains(name)) return false;
      chosen = name;
      return true;
    });
    if (!chosen.empty()) return chosen;
    report_.list = list;
    report_.ours = shown(client);
    report_.theirs = shown(server);
    report_.text = "no common " + report_.list + " algorithm: we offer " + joined(report_.ours) +
                   "; the server offers " + joined(report_.theirs) + ". " +
                   remedy(kind_of_list(report_.list));
    return fail(Errc::no_common_algorithm, list);
  }

 private:
  static const AlgorithmKind& kind_of_list(std::string_view list) {
    if (list.starts_with("cipher")) return kind_of(&Proposal::cipher);
    if (list.starts_with("mac")) return kind_of(&Proposal::mac);
    if (list.starts_with("compression")) return kind_of(&Proposal::compression);
    return kind_of(list == "kex" ? &Proposal::kex : &Proposal::host_key);
  }

  // Which option would let us take one of the server's: the best that we have.
  [[nodiscard]] std::string remedy(const AlgorithmKind& kind) const {
    for (const AlgorithmRow& row : algorithms_of(engine_, kind)) {
      if (std::ranges::find(report_.theirs, row.name) == report_.theirs.end()) continue;
      const std::string name(row.name);
      return "We have " + name +
             (row.is_legacy()    ? ", but it is weak, and offered only where it is named: "
              : row.is_default() ? ", but were told not to offer it: "
                                 : ", but offer it only where it is named: ") +
             std::string(kind.option) + "=+" + name + " allows it";
    }
    return "We have none of the server's";
  }

  const crypto::Engine& engine_;
  Report& report_;
};

Result<ProtectionSuite> choose_suite(const crypto::Engine& engine, Negotiator& negotiator,
                                     const char* cipher_list, const wire::NameList& client_ciphers,
                                     const wire::NameList& server_ciphers, const char* mac_list,
                                     const wire::NameList& client_macs,
                                     const wire::NameList& server_macs) {
  ProtectionSuite suite;
  suite.cipher = crypto::find_cipher(
      engine, HAWSER_TRY(negotiator.choose(cipher_list, client_ciphers, server_ciphers)));
  if (suite.cipher == nullptr) return fail(Errc::internal, "negotiate cipher");
  // With an authenticated cipher the MAC lists do not matter, not even empty ones (RFC 5647 5.1).
  if (suite.cipher->tag_size != 0) return suite;
  suite.mac =
      crypto::find_mac(engine, HAWSER_TRY(negotiator.choose(mac_list, client_macs, server_macs)));
  if (suite.mac == nullptr) return fail(Errc::internal, "negotiate MAC");
  return suite;
}

}  // namespace

Result<Agreed> negotiate(const crypto::Engine& engine, const wire::KexInit& client,
                         const wire::KexInit& server, Report& report) {
  Negotiator negotiator(engine, report);
  Agreed agreed;
  agreed.kex = find_kex(HAWSER_TRY(negotiator.choose("kex", client.kex, server.kex)));
  agreed.host_key = keys::find_key_use(
      engine, HAWSER_TRY(negotiator.choose("host key", client.host_key, server.host_key)));
  if (agreed.kex == nullptr || agreed.host_key == nullptr) return fail(Errc::internal, "negotiate");

  agreed.client_to_server = HAWSER_TRY(
      choose_suite(engine, negotiator, "cipher client to server", client.cipher_client_to_server,
                   server.cipher_client_to_server, "mac client to server",
                   client.mac_client_to_server, server.mac_client_to_server));
  agreed.server_to_client = HAWSER_TRY(
      choose_suite(engine, negotiator, "cipher server to client", client.cipher_server_to_client,
                   server.cipher_server_to_client, "mac server to client",
                   client.mac_server_to_client, server.mac_server_to_client));
  agreed.client_to_server.compression = find_compression(HAWSER_TRY(
      negotiator.choose("compression client to server", client.compression_client_to_server,
                        server.compression_client_to_server)));
  agreed.server_to_client.compression = find_compression(HAWSER_TRY(
      negotiator.choose("compression server to client", client.compression_server_to_client,
                        server.compression_server_to_client)));

  // RFC 4253 7: a guess is right if both first choices of both lists are the same.
  agreed.is_guess_wrong =
      server.first_kex_packet_follows && (client.kex.first() != server.kex.first() ||
                                          client.host_key.first() != server.host_key.first());
  return agreed;
}

}  // namespace hawser::transport
