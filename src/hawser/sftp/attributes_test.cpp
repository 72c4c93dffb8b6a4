#include "hawser/sftp/attributes.h"

#include <gtest/gtest.h>

#include "hawser/base/display.h"

namespace hawser::sftp {
namespace {

struct Row {
  Attributes attributes;
  const char* encoded;
};

Attributes everything() {
  Attributes all;
  all.size = 0x0102030405060708;
  all.owner = Owner{1000, 100};
  all.mode = 0100644;
  all.times = Times{1, 0xffffffff};
  return all;
}

TEST(SftpAttributes, AreWhatTheDraftSays) {
  Attributes size_only;
  size_only.size = 5;
  Attributes mode_only;
  mode_only.mode = 0755;
  const Row rows[] = {
      {{}, "00000000"},
      {size_only, "000000010000000000000005"},
      {mode_only, "00000004000001ed"},
      {everything(), "0000000f0102030405060708000003e800000064000081a400000001ffffffff"}};
  for (const Row& row : rows) {
    const Bytes encoded = encode_attributes(row.attributes);
    EXPECT_EQ(hex(encoded), row.encoded);
    wire::Reader reader(encoded);
    EXPECT_EQ(read_attributes(reader), row.attributes);
    EXPECT_TRUE(reader.ok() && reader.at_end());
  }
}

TEST(SftpAttributes, FailWhenCut) {
  const Bytes whole = encode_attributes(everything());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    wire::Reader reader(ByteView(whole).first(size));
    read_attributes(reader);
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(SftpAttributes, PassOverExtendedOnes) {
  const std::uint8_t bytes[] = {0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 'a', 0, 0, 0, 2, 'b', 'c'};
  wire::Reader reader(bytes);
  EXPECT_EQ(read_attributes(reader), Attributes{});
  EXPECT_TRUE(reader.ok() && reader.at_end());
}

TEST(SftpAttributes, KnowTheTypeOfAFile) {
  const std::pair<std::uint32_t, const char*> rows[] = {
      {0040755, "d"}, {0100644, "-"}, {0120777, "l"}, {0060600, "?"}, {0010644, "?"}};
  for (const auto& [mode, type] : rows) {
    Attributes attributes;
    attributes.mode = mode;
    EXPECT_EQ(attributes.is_directory(), *type == 'd');
    EXPECT_EQ(attributes.is_regular(), *type == '-');
    EXPECT_EQ(attributes.is_symlink(), *type == 'l');
  }
  EXPECT_FALSE(Attributes{}.is_regular());
}

}  // namespace
}  // namespace hawser::sftp
