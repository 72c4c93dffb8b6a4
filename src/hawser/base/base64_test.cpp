#include "hawser/base/base64.h"

#include <gtest/gtest.h>

namespace hawser {
namespace {

struct Example {
  std::string_view plain;
  std::string_view encoded;
};

// RFC 4648 10
constexpr Example kExamples[] = {{"", ""},
                                 {"f", "Zg=="},
                                 {"fo", "Zm8="},
                                 {"foo", "Zm9v"},
                                 {"foob", "Zm9vYg=="},
                                 {"fooba", "Zm9vYmE="},
                                 {"foobar", "Zm9vYmFy"},
                                 {"\xfb\xff\xbf", "+/+/"}};

TEST(Base64, IsThatOfRfc4648) {
  for (const auto& [plain, encoded] : kExamples) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    EXPECT_EQ(base64_decode(encoded).value(), to_bytes(as_bytes(plain)));
    EXPECT_EQ(as_text(base64_decode_secret(encoded).value().view()), plain);
  }
  EXPECT_EQ(base64_encode(as_bytes("fo"), Base64Padding::without), "Zm8");
  EXPECT_EQ(base64_encode(as_bytes("f"), Base64Padding::without), "Zg");
}

TEST(Base64, OfEveryByteAndSizeComesBack) {
  Bytes bytes;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 7));
  }
}

TEST(Base64, IsRefusedInAnyOtherForm) {
  for (std::string_view text :
       {"Z", "Zg", "Zg=", "Zm8", "=", "==", "====", "Z===", "Zg==Zg==", "Zg==\n", " Zm9v", "Zm9v ",
        "Zm 9v===", "Zh==", "Zm9=", "Zm-_", "Zm9\x80", "Zm=v", "Z=9v"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
    EXPECT_FALSE(base64_decode_secret(text)) << text;
  }
}

}  // namespace
}  // namespace hawser
