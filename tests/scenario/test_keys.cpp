// The fixed keys, made for these tests and used nowhere else.
#include "scenario/test_keys.h"

#include <array>
#include <vector>

#include "scenario/hex.h"

namespace hawser::scenario {

namespace {

struct Row {
  std::string_view name;
  std::string_view key_type;
  std::array<const char*, 6> parts;  // private parts in hex, as crypto/signature.h lists them
};

constexpr Row kRows[] = {
    {"ssh-ed25519",
     "ssh-ed25519",
     {"434c1a0e3656cb69bde80f1c2bb73d5d36d72a384b7518619ca2945e193a290b",
      "3d49485666a0fc505d920c7b438cdde3f09ad3e92199853550ced7ab809535d7"}},
    {"ssh-ed25519-other",
     "ssh-ed25519",
     {"214b2074b4e5cfb6223853e1427a3b8a5c3681c2d55229d62f24c8f050a57d43",
      "68e3c0e09b754ff02f2da4fcda2e7242d4f4ad4493dca33675de5334504085a9"}},
    {"ecdsa-sha2-nistp256",
     "ecdsa-sha2-nistp256",
     {"04668d877597c479145053a6ae2a17198bdb33344615b8ee5c6284c894d5a6ca8773ee9b0b85df1e"
      "c2d77797a873cc93c2cfd6f7eb50b7a1e31d1b8305842b5480",
      "e0090771d6485ad4d3f199486795f288c6236cae1f0ee45368fcf8eece9680e8"}},
    {"ecdsa-sha2-nistp384",
     "ecdsa-sha2-nistp384",
     {"04675ac0f0b8b405e6715792c93efa873acc224d4d0d1cf0bde851a95060a1f9b906e09a209a1e09"
      "287cc67f16fe78402db3b6b9c1add8b25eebead4d49dbeb043d23336c9aa4b0aaba335ac607d5e81"
      "946bfba73e622d3277d368db854fe0db06",
      "2f65d82ef2cfba44ab56a4f96120154687a4fc69211e33eb1ee8abbffea70b2906e25aaa1fc05b97"
      "7eef8772d56d3aa0"}},
    {"ecdsa-sha2-nistp521",
     "ecdsa-sha2-nistp521",
     {"040049080b97d5cdc02b6c7fa1a7ad8cb11bc527c79a90e04087fcfddd8581c950c7fb8c5c474827"
      "f8aa4a0e6d37ee5e6a760c680036cb40b667a4cc22a6dccec2b72100e2e99b6637ab1c494843269e"
      "01808dcef0752ee81897ec9f2373230e3198179ee348fe2112909dab6713cd72802d194f10ed5209"
      "1d307c73ee8c0f57bce66be0f1",
      "01820669d8b7f377ca09dd0f2fd0152dab9f4b4b67bfe62c3fdceb9afd5bb73487a1998859a594d1"
      "9fb941fcf242093988032835f632c944eea366459ecbf4abcf75"}},
    {"ssh-rsa",
     "ssh-rsa",
     {"8459984ee527d39b456a662835d666ba1eb2b3e0089004ddd547c517d77a3449bdb95b0552af84d6"
      "0a40b8e651e3a4ca4abc71ab305995ce964b08419814bd62fc57bf5243d4002ee0d0f4f6dc1bc8b2"
      "757cd14c2ee8324aa8c7d7eb80e2d6ca3cc4b7a42d2ed73c91372a8f3db4147e815f986dc16d60c9"
      "a49d41db4f874f121ca4f21782239fa92f61e577a9c4db4eb0baa338af252999ce8928e29668d6e2"
      "713898b3e27565fcf8de4e091a368a6160c1a589ac7b2b153250f0127b30b2d2d944c44e4cdde750"
      "c1a8c4b8ff9be66b40eb94ec6bff4a03d8ecd2376ed0ff15701c3bab39505f78d9ca7be30641d131"
      "e78d1c3afaf7b69cca3b68b745e8a48b",
      "010001",
      "063e2ba9b25ecf391dc1c7bbd1d3a12e2fa5d79ce90a7cbaf205314e2498866ae160cd8da76426c1"
      "e9e33a55883b52af456ddf76bc65c80e8c96fc21614913d332cff8c85546ba137c009f42c85dcf23"
      "b68302b9b33a0f553ce235a9cd7f3b09231601b63978b77d0b39d79a161bae73cbd51f32de28334e"
      "8fa33dfe02f700f5bfb7c6f2d903049bb6794be4544b1edf50519c8bdcb33bf8b2b5c3ca2a440734"
      "bc2e6037d0796d88aa60abc48a04133b3eaec0b078cadd1f24521520210d1605af9ee6d20dab4ac6"
      "9b984475cc7c368cc0b8161ddabeea189baf37eb662b87abfa101baa6d8627f967420aebbd976cdf"
      "7f8193ed41cac29b682cc1fcfe9acc01",
      "0297d007d99c8c40b1960d9e64d544d3e8e10a4da08acd7dd57b27e792fab165f45f3572f3f50d0d"
      "6d544486d8e44cbcc45f58054f8922113617ad1c1b42bf670ede195b1744b90f2a390168f9717489"
      "1d8f2416483e5d16be808cb6452ce6a71f878129a60cff94f5c8eb6c4c624a3a89fbd78bbccf4957"
      "0fbf73e4e532bb8d",
      "b9f4ec12e717a45fcfc3130c48ea4f8ee6ed3b9e53c2334a961ff52de5afb6d1564845a2950a24e9"
      "f1f65c3104d37adc31e093918406ecacb79368ea24507fce2d4a02dff27589d9e99b9c31db762b5b"
      "6d3d16b46d2a2ae9eb8decdda40c696658aff7df93c0fd3b734a2fe3275571e7fd4833cd7b42bdc3"
      "e5afb9039e04c18b",
      "b633959e2486af7b06c31e5c9134d3352c296b90fa923849eb4d55f0ceaf65ad1e6f6f8a0a594173"
      "fad0b0a74c2861abc7dc6df48082c547f3ee60b717c85ef4867fefabecc36befe277ed1e55481848"
      "960e197805488c11006e8d76a8928627f6c9b30cf844c8aff731395b6b2a71603012d36f49eecc0f"
      "4361299f2e020901"}},
};

}  // namespace

keys::MemorySigner test_key(const crypto::Engine& engine, std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    std::vector<Bytes> parts;
    for (const char* part : row.parts) {
      if (part != nullptr) parts.push_back(unhex(part));
    }
    const std::vector<ByteView> views(parts.begin(), parts.end());
    auto loaded = keys::MemorySigner::load(engine, row.key_type, views);
    HAWSER_INVARIANT(loaded.has_value());
    return *std::move(loaded);
  }
  HAWSER_INVARIANT(false);
}

}  // namespace hawser::scenario
