#include "hawser/keys/public_key_file.h"

#include <gtest/gtest.h>

#include "hawser/base/base64.h"
#include "hawser/base/limits.h"

#include "support/test_data.h"

namespace hawser::keys {
namespace {

Result<PublicKeyFile> parse(std::string_view content) {
  return parse_public_key_file(as_bytes(content));
}

// RFC 4716 3.6 shows files like this one; made by `ssh-keygen -e -f ed25519.pub`, the comment
// folded by hand.
constexpr std::string_view kFile =
    "---- BEGIN SSH2 PUBLIC KEY ----\r\n"
    "Subject: me\r\n"
    "COMMENT: \"a comment \\\r\n"
    "of two: lines\"\r\n"
    "x-own: 1\r\n"
    "AAAAC3NzaC1lZDI1NTE5AAAAIAr1qrr/ucC0xwJtC5u7yfbBXai6YOzmmJyKPsEw3+pF\r\n"
    "---- END SSH2 PUBLIC KEY ----\r\n";

TEST(PublicKeyFile, IsALineAnRfc4716FileOrABlob) {
  const auto line = parse(test::test_data("keys/ed25519.pub"));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->comment, "test key of hawser");
  const auto file = parse(kFile);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->blob, line->blob);
  EXPECT_EQ(file->comment, "a comment of two: lines");
  EXPECT_EQ(parse_public_key_file(line->blob)->blob, line->blob);
}

TEST(PublicKeyFile, IsWrittenAsItIsRead) {
  for (const std::string& comment :
       {std::string(), std::string("short"), std::string(300, 'x'), std::string("a \"b\" c: d\\"),
        std::string(70 - 10, 'y'), std::string(1022, 'z')}) {
    for (const char* key : {"keys/ed25519.pub", "keys/rsa-cert.pub"}) {
      const Bytes blob = parse(test::test_data(key))->blob;
      const std::string file = rfc4716_file(blob, comment);
      for (std::string_view rest = file; !rest.empty();) {
        const auto end = rest.find('\n');
        EXPECT_LE(end, 72u);
        rest.remove_prefix(end + 1);
      }
      const auto again = parse(file);
      ASSERT_TRUE(again) << file;
      EXPECT_EQ(again->blob, blob);
      EXPECT_EQ(again->comment, comment);
      const auto line = parse(public_key_line(blob, comment));
      ASSERT_TRUE(line);
      EXPECT_EQ(line->blob, blob);
      EXPECT_EQ(line->comment, comment);
    }
  }
}

TEST(PublicKeyFile, HasNoLineBreaksInItsComment) {
  const Bytes blob = parse(kFile)->blob;
  EXPECT_EQ(parse(public_key_line(blob, "a\r\nb"))->comment, "a  b");
  EXPECT_EQ(parse(rfc4716_file(blob, "a\nb"))->comment, "a b");
}

// Found by fuzzing: written as a line, such a type would bring lines of its own.
TEST(PublicKeyFile, HasATypeThatIsAName) {
  for (const std::string_view type :
       {"ssh-x\nssh-y", "ssh x", "ssh,x", "ssh\x1b[0m", "ssh\xc1", "#ssh", ""}) {
    Bytes blob{0, 0, 0, static_cast<std::uint8_t>(type.size())};
    append(blob, as_bytes(type));
    append(blob, Bytes(40, 1));
    const auto parsed = parse_public_key_file(blob);
    ASSERT_FALSE(parsed) << type;
    EXPECT_EQ(parsed.error().code, Errc::key_damaged);
  }
}

TEST(PublicKeyFile, ThatIsDamagedSaysSo) {
  const std::string file(kFile);
  for (const std::string& text :
       {file.substr(0, file.find("---- END")), file.substr(0, 40), std::string("---- BEGIN"),
        file.substr(0, file.find("AAAA") + 8) + "\n---- END SSH2 PUBLIC KEY ----\n",
        std::string(kFile.substr(0, 33)) + "---- END SSH2 PUBLIC KEY ----\n",
        std::string(kFile.substr(0, 33)) + "c: " + std::string(1100, 'x') + file.substr(33),
        file + std::string(limits::kKeyFile, '\n'),
        "x " + base64_encode(Bytes(limits::kCertificateBlob + 1))}) {
    const auto parsed = parse(text);
    ASSERT_FALSE(parsed) << text.substr(0, 200);
    EXPECT_EQ(parsed.error().code, Errc::key_damaged);
  }
}

}  // namespace
}  // namespace hawser::keys
