#include "hawser/keys/known_hosts.h"

#include <map>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"
#include "hawser/keys/key_records.h"
#include "hawser/keys/private_key_file.h"
#include "hawser/keys/public_key.h"

#include "support/test_data.h"

namespace hawser::keys {

void PrintTo(HostKeyMatch match, std::ostream* out) {
  static constexpr const char* kNames[] = {"known", "unknown", "changed", "revoked"};
  *out << kNames[static_cast<int>(match)];
}

namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

// A key blob that is told from others by a number. Ed25519 points are not looked at here.
Bytes key(std::uint8_t which) {
  const Bytes point(32, which);
  return wire::encode_to_bytes(Ed25519Public{wire::Text("ssh-ed25519"), wire::Blob(point)});
}
Bytes rsa_key() {
  const Bytes n(256, 0x55);
  const Bytes e = {3};
  return wire::encode_to_bytes(RsaPublic{wire::Text("ssh-rsa"), wire::Mpint(e), wire::Mpint(n)});
}
std::string words(const Bytes& blob) {
  return std::string(key_type_of(blob)) + " " + base64_encode(blob);
}

KnownHosts hosts_of(std::string_view content) {
  KnownHosts hosts;
  EXPECT_TRUE(hosts.add(engine(), as_bytes(content), "file"));
  return hosts;
}

HostKeyMatch match(const KnownHosts& hosts, std::string_view host, const Bytes& blob,
                   std::uint16_t port = 22) {
  return hosts.judge(engine(), host, port, blob).match;
}

// Whether this hosts field names the host.
bool names(const std::string& hosts_field, std::string_view host, std::uint16_t port = 22) {
  return match(hosts_of(hosts_field + " " + words(key(1)) + "\n"), host, key(1), port) ==
         HostKeyMatch::known;
}

TEST(KnownHosts, EmptyKnowsNobody) {
  const auto judgement = hosts_of("").judge(engine(), "host", 22, key(1));
  EXPECT_EQ(judgement.match, HostKeyMatch::unknown);
  EXPECT_EQ(judgement.file, "");
  EXPECT_EQ(judgement.line, 0u);
}

TEST(KnownHosts, TellsKnownFromChangedFromUnknown) {
  const auto hosts = hosts_of("host " + words(key(1)) + "\n");
  EXPECT_EQ(match(hosts, "host", key(1)), HostKeyMatch::known);
  EXPECT_EQ(match(hosts, "host", key(2)), HostKeyMatch::changed);
  EXPECT_EQ(match(hosts, "host", rsa_key()), HostKeyMatch::changed);
  EXPECT_EQ(match(hosts, "guest", key(1)), HostKeyMatch::unknown);
}

TEST(KnownHosts, TellsFileAndLineThatDecided) {
  KnownHosts hosts;
  ASSERT_TRUE(hosts.add(engine(), as_bytes("# mine\n\nhost " + words(rsa_key()) + "\n"), "first"));
  ASSERT_TRUE(
      hosts.add(engine(), as_bytes("host " + words(key(1)) + "\nhost " + words(key(2))), "second"));
  const auto known = hosts.judge(engine(), "host", 22, key(2));
  EXPECT_EQ(known.file, "second");
  EXPECT_EQ(known.line, 2u);
  // The offending line is one of the same type where there is one.
  const auto changed = hosts.judge(engine(), "host", 22, key(3));
  EXPECT_EQ(changed.match, HostKeyMatch::changed);
  EXPECT_EQ(changed.file, "second");
  EXPECT_EQ(changed.line, 1u);
}

TEST(KnownHosts, LinesAreCountedOverAllFiles) {
  const std::string line = "host " + words(key(1)) + "\n";
  KnownHosts hosts(3);
  EXPECT_TRUE(hosts.add(engine(), as_bytes(line + "# remark\n\nbad line\n" + line), "first"));
  EXPECT_TRUE(hosts.add(engine(), as_bytes(line), "second"));
  const auto added = hosts.add(engine(), as_bytes(line), "third");
  EXPECT_EQ(added.error(), (Error{Errc::limit_passed, 3}));
}

// Of what counts as one line, the longest; one byte more is skipped.
TEST(KnownHosts, LongLinesAreSkipped) {
  const std::string line = "host " + words(key(1)) + " ";
  const std::string longest = line + std::string(limits::kKnownHostsLine - line.size(), 'x');
  EXPECT_EQ(match(hosts_of(longest + "\n"), "host", key(1)), HostKeyMatch::known);
  const auto skipped = hosts_of(longest + "x\n");
  EXPECT_EQ(match(skipped, "host", key(1)), HostKeyMatch::unknown);
  EXPECT_EQ(skipped.skipped_lines(), 1u);
}

TEST(KnownHosts, NamesByPattern) {
  EXPECT_TRUE(names("host", "host"));
  EXPECT_TRUE(names("HOST", "host"));
  EXPECT_TRUE(names("host", "Host"));
  EXPECT_TRUE(names("other,host", "host"));
  EXPECT_TRUE(names("*", "host"));
  EXPECT_TRUE(names("h*t", "host"));
  EXPECT_TRUE(names("h*o*", "host"));
  EXPECT_TRUE(names("h?st", "host"));
  EXPECT_TRUE(names("host*", "host"));
  EXPECT_TRUE(names("*st*", "host"));
  EXPECT_TRUE(names("*ab", "aab"));
  EXPECT_TRUE(names("*a?*b", "aaxaab"));
  EXPECT_FALSE(names("hos", "host"));
  EXPECT_FALSE(names("host?", "host"));
  EXPECT_FALSE(names("?host", "host"));
  EXPECT_FALSE(names("*.host", "host"));
  EXPECT_FALSE(names("h*x", "host"));
}

TEST(KnownHosts, ExclusionWinsWhereverItStands) {
  EXPECT_FALSE(names("*,!host", "host"));
  EXPECT_FALSE(names("!host,*", "host"));
  EXPECT_FALSE(names("!h*,host", "host"));
  EXPECT_FALSE(names("!guest", "host"));
  EXPECT_TRUE(names("*,!guest", "host"));
}

TEST(KnownHosts, PortOtherThan22StandsInBrackets) {
  EXPECT_TRUE(names("[host]:2222", "host", 2222));
  EXPECT_FALSE(names("host", "host", 2222));
  EXPECT_FALSE(names("[host]:2222", "host", 22));
  EXPECT_FALSE(names("[host]:22", "host", 22));
  EXPECT_TRUE(names("[*]:2222", "host", 2222));
  EXPECT_TRUE(names("2001:db8::1", "2001:DB8::1"));
  EXPECT_TRUE(names("[2001:db8::1]:2222", "2001:db8::1", 2222));
}

TEST(KnownHosts, PatternsOfManyStarsCostLittle) {
  std::string pattern;
  for (int i = 0; i < 20'000; ++i) pattern += "*a";
  EXPECT_FALSE(names(pattern + "*b", std::string(255, 'a')));
  EXPECT_TRUE(names("*a*a*a*a*a*a*a*b", std::string(255, 'a') + "b"));
}

TEST(KnownHosts, HashedNamesAreSaltedHmacs) {
  // By ssh-keygen -H of "host" and "[host]:2222".
  const std::string host = "|1|ybyEEg/s2Srx1cze6Xv1CIXsj2Y=|Anh1j0SZ5uZJzNs8bPriL2oRJSU=";
  const std::string host_2222 = "|1|VnVyGpBYrkuMFkfYFd5gg1szy4s=|hx4vizOosrGjUkWQalKjmrTvJbk=";
  EXPECT_TRUE(names(host, "host"));
  EXPECT_TRUE(names(host, "HOST"));
  EXPECT_FALSE(names(host, "host", 2222));
  EXPECT_TRUE(names(host_2222, "host", 2222));
  EXPECT_FALSE(names(host_2222, "host"));
}

TEST(KnownHosts, RevokedWinsOverAll) {
  const auto hosts = hosts_of("host " + words(key(1)) + "\n@revoked * " + words(key(1)) +
                              "\nhost " + words(key(2)) + "\n");
  const auto judgement = hosts.judge(engine(), "host", 22, key(1));
  EXPECT_EQ(judgement.match, HostKeyMatch::revoked);
  EXPECT_EQ(judgement.line, 2u);
  EXPECT_EQ(match(hosts, "host", key(2)), HostKeyMatch::known);
  EXPECT_EQ(match(hosts, "guest", key(1)), HostKeyMatch::revoked);
  EXPECT_EQ(match(hosts, "guest", key(2)), HostKeyMatch::unknown);
}

TEST(KnownHosts, AuthoritiesSayNothingAboutPlainKeys) {
  const auto hosts = hosts_of("@cert-authority host " + words(key(1)) + "\n");
  EXPECT_EQ(match(hosts, "host", key(1)), HostKeyMatch::unknown);
  EXPECT_EQ(match(hosts, "host", key(2)), HostKeyMatch::unknown);
  EXPECT_TRUE(hosts.key_types(engine(), "host", 22).empty());
}

TEST(KnownHosts, KeyTypesComeOnceInOrder) {
  const auto hosts =
      hosts_of("host " + words(rsa_key()) + "\nhost " + words(key(1)) + "\nhost " + words(key(2)) +
               "\n@revoked host " + words(key(3)) + "\nguest " + words(key(4)) + "\n");
  EXPECT_EQ(hosts.key_types(engine(), "host", 22),
            (std::vector<std::string>{"ssh-rsa", "ssh-ed25519"}));
  EXPECT_TRUE(hosts.key_types(engine(), "host", 2222).empty());
}

TEST(KnownHosts, KeyOfAnUnknownTypeStillStandsForItsHost) {
  Bytes blob;
  wire::BytesSink sink(blob);
  wire::put_string(sink, as_bytes("ssh-of-tomorrow"));
  const auto hosts = hosts_of("host " + words(blob) + "\n");
  EXPECT_EQ(hosts.skipped_lines(), 0u);
  EXPECT_EQ(match(hosts, "host", key(1)), HostKeyMatch::changed);
}

TEST(KnownHosts, LinesMayBeFormedFreely) {
  const std::string line = "host " + words(key(1));
  for (const std::string& text :
       {line, line + "\r\n", " \t" + line + " my comment # of words\n",
        "host\t\tssh-ed25519 \t" + base64_encode(key(1)) + "\n", "# no\r\n\r\n   \n#\n" + line}) {
    const auto hosts = hosts_of(text);
    EXPECT_EQ(match(hosts, "host", key(1)), HostKeyMatch::known) << text;
    EXPECT_EQ(hosts.skipped_lines(), 0u) << text;
  }
}

TEST(KnownHosts, LinesThatMakeNoSenseAreSkippedAndCounted) {
  const std::string good = words(key(1));
  const std::string base64 = base64_encode(key(1));
  std::string long_base64 = base64_encode(Bytes(limits::kKnownHostsLine, 1));
  for (const std::string& line : {
           std::string("host"),
           std::string("host ssh-ed25519"),
           std::string("host ssh-ed25519 "),
           "host ssh-rsa " + base64,
           "host ssh-ed25519 " + base64.substr(4),
           "host ssh-ed25519 " + base64.substr(0, base64.size() - 4),
           "host ssh-ed25519 !" + base64.substr(1),
           "host ssh-ed25519 " + base64 + "AAAA",
           "host # " + good,
           "@unknown host " + good,
           "@revoked @revoked host " + good,
           "@revoked @cert-authority host " + good,
           std::string("@revoked"),
           "@ host " + good,
           "|1|AAAA|AAAA " + good,
           "|1| " + good,
           "|2|AAAA " + good,
           "|1|HjrjWzX5iJbtfJ9YoVKxUa8hFDs=HjrjWzX5iJbtfJ9YoVKxUa8hFDs= " + good,
           "host ssh-ed25519 " + long_base64,
           "host " + good + " " + std::string(limits::kKnownHostsLine, 'x'),
           "host " + good + std::string(1, '\0'),
           "host\xc2\xa0" + good,
       }) {
    const auto hosts = hosts_of(line + "\nother " + words(key(2)) + "\n");
    EXPECT_EQ(hosts.skipped_lines(), 1u) << line.substr(0, 80);
    EXPECT_EQ(match(hosts, "host", key(1)), HostKeyMatch::unknown) << line.substr(0, 80);
    EXPECT_EQ(match(hosts, "other", key(2)), HostKeyMatch::known) << line.substr(0, 80);
  }
}

TEST(KnownHosts, RevocationByHashedNameStandsWithoutTheHash) {
  crypto::Engine without_macs = engine();
  without_macs.macs = {};
  const std::string hashed =
      "|1|ybyEEg/s2Srx1cze6Xv1CIXsj2Y=|Anh1j0SZ5uZJzNs8bPriL2oRJSU= " + words(key(1)) + "\n";
  EXPECT_EQ(hosts_of("@revoked " + hashed).judge(without_macs, "host", 22, key(1)).match,
            HostKeyMatch::revoked);
  EXPECT_EQ(hosts_of(hashed).judge(without_macs, "host", 22, key(1)).match, HostKeyMatch::unknown);
}

TEST(KnownHosts, LineToRememberIsKnownAfterwards) {
  const std::string line = known_hosts_line("Host", 2222, key(1));
  EXPECT_EQ(line, "[host]:2222 " + words(key(1)) + "\n");
  EXPECT_EQ(match(hosts_of(line), "host", key(1), 2222), HostKeyMatch::known);
  EXPECT_EQ(known_hosts_line("host", 22, key(1)), "host " + words(key(1)) + "\n");
}

TEST(KnownHosts, NoLineIsMadeForWhatWouldMeanSomethingElse) {
  for (const char* host : {"", "a b", "a\nb", "a,b", "a*", "a?", "!a", "|1|a", "@revoked", "#a"}) {
    EXPECT_EQ(known_hosts_line(host, 22, key(1)), "") << host;
  }
}

// The published file with all its forms.
class Vectors : public testing::Test {
 protected:
  void SetUp() override {
    const auto folder = test::vectors();
    if (!folder) GTEST_SKIP() << "HAWSER_VECTORS is not set";
    folder_ = *folder + "/openssh/hostkeys/";
    ASSERT_TRUE(
        hosts_.add(engine(), as_bytes(test::read_file(folder_ + "known_hosts")), "known_hosts"));
  }
  [[nodiscard]] HostKeyMatch judge(std::string_view host, const std::string& key_name) const {
    const auto blob =
        parse_public_key_line(as_bytes(test::read_file(folder_ + key_name + ".pub"))).value();
    return match(hosts_, host, blob);
  }
  std::string folder_;
  KnownHosts hosts_;
};

TEST_F(Vectors, OfOpensshAreJudgedAsTheyMean) {
  using enum HostKeyMatch;
  EXPECT_EQ(hosts_.skipped_lines(), 6u);
  const std::string sisyphus = "sisyphus.example.com";
  const std::string prometheus = "prometheus.example.com";
  for (const std::string type : {"ecdsa_", "ed25519_", "rsa_"}) {
    const bool is_ed25519 = type == "ed25519_";
    // 1: sisyphus; 2: prometheus and its addresses; 3: wildcards
    EXPECT_EQ(judge(sisyphus, type + "1"), known);
    EXPECT_EQ(judge(sisyphus, type + "2"), changed);
    EXPECT_EQ(judge(sisyphus, type + "3"), known);
    EXPECT_EQ(judge(prometheus, type + "1"), changed);
    for (const std::string& host :
         {prometheus, std::string("192.0.2.1"), std::string("2001:db8::1")}) {
      EXPECT_EQ(judge(host, type + "2"), known);
      EXPECT_EQ(judge(host, type + "3"), known);
      EXPECT_EQ(judge(host, type + "6"), known);  // hashed
    }
    EXPECT_EQ(judge("192.0.2.77", type + "3"), known);
    EXPECT_EQ(judge("192.0.2.77", type + "1"), changed);
    EXPECT_EQ(judge("192.0.3.77", type + "3"), unknown);
    EXPECT_EQ(judge("example.com", type + "3"), unknown);
    // 4: revoked for sisyphus (ed25519), an authority for prometheus (ecdsa); 5: sisyphus, hashed
    EXPECT_EQ(judge(sisyphus, type + "4"), is_ed25519 ? revoked : changed);
    EXPECT_EQ(judge(prometheus, type + "4"), changed);
    EXPECT_EQ(judge(sisyphus, type + "5"), known);
    EXPECT_EQ(judge(prometheus, type + "5"), changed);
  }
  EXPECT_EQ(hosts_.key_types(engine(), "192.0.2.77", 22),
            (std::vector<std::string>{"ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"}));
}

// Random files, judged by ssh-keygen -F as well.
class AgainstSshKeygen : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v ssh-keygen >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no ssh-keygen here";
    }
    std::string path = testing::TempDir() + "hawser_known_hosts_XXXXXX";
    const int descriptor = mkstemp(path.data());
    ASSERT_GE(descriptor, 0);
    close(descriptor);
    path_ = path;
  }
  void TearDown() override {
    for (const char* suffix : {"", ".old"}) static_cast<void>(unlink((path_ + suffix).c_str()));
  }

  std::string pick(const std::vector<std::string>& from) {
    return from[std::uniform_int_distribution<std::size_t>(0, from.size() - 1)(random_)];
  }
  std::string random_pattern() {
    static const std::vector<std::string> kPieces = {"a", "b", "A", ".", "*", "?", "*a", "b?", "1"};
    std::string pattern = pick({"", "", "", "!"});
    const std::string body = pick(kPieces) + pick(kPieces) + pick(kPieces);
    return pattern + pick({body, body, "[" + body + "]:2222", "[a*]:2222", "*"});
  }
  std::string random_file(std::uint8_t lines) {
    std::string text;
    for (std::uint8_t i = 0; i < lines; ++i) {
      text += pick({"", "", "", "", "@revoked ", "@cert-authority "});
      text += random_pattern();
      for (int more = 0; more < 2; ++more) text += pick({"", "," + random_pattern()});
      text += " " + words(key(i % 5)) + pick({"\n", "\r\n", " comment\n", "\n\n# remark\n"});
    }
    return text;
  }
  // Line number -> "", "CA" or "REVOKED", as ssh-keygen finds them.
  std::map<std::size_t, std::string> found(const std::string& name) {
    const std::string command = "ssh-keygen -F '" + name + "' -f " + path_ + " 2>/dev/null";
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    while (const std::size_t size = std::fread(buffer, 1, sizeof(buffer), pipe)) {
      output.append(buffer, size);
    }
    pclose(pipe);
    std::map<std::size_t, std::string> lines;
    std::istringstream stream(output);
    for (std::string line; std::getline(stream, line);) {
      const std::size_t at = line.find(" found: line ");
      if (!line.starts_with('#') || at == std::string::npos) continue;
      std::istringstream fields(line.substr(at + 13));
      std::size_t number = 0;
      std::string marker;
      fields >> number >> marker;
      lines[number] = marker;
    }
    return lines;
  }
  HostKeyMatch expected(const std::map<std::size_t, std::string>& lines, const std::string& text,
                        const Bytes& blob) {
    HostKeyMatch verdict = HostKeyMatch::unknown;
    std::istringstream stream(text);
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
      const auto it = lines.find(number);
      if (it == lines.end() || it->second == "CA") continue;
      const bool is_this = line.find(base64_encode(blob)) != std::string::npos;
      if (it->second == "REVOKED") {
        if (is_this) return HostKeyMatch::revoked;
      } else if (is_this) {
        verdict = HostKeyMatch::known;
      } else if (verdict == HostKeyMatch::unknown) {
        verdict = HostKeyMatch::changed;
      }
    }
    return verdict;
  }
  void compare(const std::string& text) {
    const KnownHosts hosts = hosts_of(text);
    EXPECT_EQ(hosts.skipped_lines(), 0u);
    for (const char* host : {"a", "ab", "aab", "b.a", "a.b", "1.1", "abba", "a1b", "[a]"}) {
      for (const std::uint16_t port : {std::uint16_t{22}, std::uint16_t{2222}}) {
        const auto lines = found(known_hosts_name(host, port));
        for (std::uint8_t which = 0; which < 6; ++which) {
          EXPECT_EQ(match(hosts, host, key(which), port), expected(lines, text, key(which)))
              << host << ":" << port << " key " << int{which} << " in\n"
              << text;
        }
      }
    }
  }

  std::mt19937 random_{2024};
  std::string path_;
};

TEST_F(AgainstSshKeygen, RandomFilesAreJudgedAlike) {
  for (int round = 0; round < 8 && !HasFailure(); ++round) {
    const std::string text = random_file(12);
    std::ofstream(path_, std::ios::binary) << text;
    compare(text);
  }
}

TEST_F(AgainstSshKeygen, HashedFilesAreJudgedAlike) {
  std::string text;
  std::uint8_t which = 0;
  for (const char* host : {"a", "ab,b.a", "a.b", "[a]:2222,[ab]:2222", "a"}) {
    text += std::string(host) + " " + words(key(which++ % 5)) + "\n";
  }
  std::ofstream(path_, std::ios::binary) << text;
  ASSERT_EQ(std::system(("ssh-keygen -H -f " + path_ + " >/dev/null 2>&1").c_str()), 0);
  compare(test::read_file(path_));
}

}  // namespace
}  // namespace hawser::keys
