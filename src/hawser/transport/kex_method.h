// A key-exchange method: the messages between the KEXINITs and the NEWKEYS, from the client's side.
// The next method is a row in kex_table.cpp and a file of its own.
#pragma once

#include <memory>
#include <optional>

#include "hawser/base/secret.h"
#include "hawser/crypto/engine.h"

namespace hawser::transport {

// What a finished method leaves for the exchange hash and the keys.
struct KexOutcome {
  Bytes host_key;       // K_S, a key blob
  Bytes signature;      // over the exchange hash
  Bytes public_values;  // the hash's fields between K_S and K, encoded
  SecretBytes shared;   // K, encoded as it enters the hash: mpint, or string for the hybrids
};

class KexMethod {
 public:
  virtual ~KexMethod() = default;
  // The first payload to send.
  virtual Result<Bytes> start() = 0;

  struct Step {
    std::optional<Bytes> send;
    std::optional<KexOutcome> outcome;
  };
  // A payload with a number of 30 to 49 came. unexpected_message if it is not the one that is due.
  virtual Result<Step> take(ByteView payload) = 0;
};

struct KexAlgorithm {
  std::string_view name;
  std::string_view agreement;  // the engine's row; empty: in a group that the peer chooses
  crypto::HashId hash;
  Result<std::unique_ptr<KexMethod>> (*make)(const crypto::Engine&, const KexAlgorithm&);
  std::string_view defined_in;
  // The engine's row, for the hybrids.
  std::string_view kem = {};  // NOLINT(readability-redundant-member-init): may be left out
  crypto::Standing standing = crypto::Standing::by_default;
};

// In order of preference, the legacy ones last.
std::span<const KexAlgorithm> kex_algorithms();
const KexAlgorithm* find_kex(std::string_view name);
// The engine has all that the method is made of.
bool is_available(const crypto::Engine& engine, const KexAlgorithm& algorithm);

// Values as strings, K as mpint: RFC 5656 4 and RFC 8731.
Result<std::unique_ptr<KexMethod>> make_kex_ecdh(const crypto::Engine&, const KexAlgorithm&);
// Values and K as mpint: RFC 4253 8 and RFC 8268.
Result<std::unique_ptr<KexMethod>> make_kex_dh(const crypto::Engine&, const KexAlgorithm&);
// The same in a group that the server chooses: RFC 4419.
Result<std::unique_ptr<KexMethod>> make_kex_group_exchange(const crypto::Engine&,
                                                           const KexAlgorithm&);
// A key encapsulation and a curve at once: RFC 10042 and RFC 9941.
Result<std::unique_ptr<KexMethod>> make_kex_hybrid(const crypto::Engine&, const KexAlgorithm&);

}  // namespace hawser::transport
