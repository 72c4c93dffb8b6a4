#include "hawser/wire/reader.h"

#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/base/result.h"
#include "hawser/wire/sink.h"

namespace hawser::wire {
namespace {

template <typename Field>
Result<Field> read_field(ByteView bytes) {
  Reader reader(bytes);
  Field field{};
  reader.field(field);
  if (!reader.ok() || !reader.at_end()) return fail(Errc::malformed_message, "field");
  return field;
}

template <typename Field>
std::string put_hex(const Field& field) {
  Bytes out;
  BytesSink sink(out);
  put_field(sink, field);
  SizeSink size;
  put_field(size, field);
  EXPECT_EQ(size.size(), out.size());
  return hex(out);
}

Result<NameList> read_names(std::string_view names) {
  static Bytes bytes;
  bytes.clear();
  BytesSink sink(bytes);
  put_string(sink, as_bytes(names));
  return read_field<NameList>(bytes);
}

TEST(Reader, TakesFieldsInOrder) {
  const Bytes bytes = {7, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 2, 'h', 'i', 9};
  Reader reader(bytes);
  EXPECT_EQ(reader.uint8(), 7);
  EXPECT_EQ(reader.uint32(), 0x102u);
  EXPECT_EQ(reader.uint64(), 0x304u);
  EXPECT_EQ(as_text(reader.string()), "hi");
  EXPECT_FALSE(reader.at_end());
  EXPECT_EQ(to_bytes(reader.rest()), Bytes{9});
  EXPECT_EQ(reader.take(1).size(), 1u);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(Reader, OnceFailedStaysFailed) {
  const Bytes bytes = {0, 0, 0, 9, 1, 2};
  Reader reader(bytes);
  EXPECT_TRUE(reader.string().empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.uint8(), 0);
  EXPECT_EQ(reader.uint32(), 0u);
  EXPECT_EQ(reader.uint64(), 0u);
  EXPECT_TRUE(reader.take(0).empty());
  EXPECT_TRUE(reader.rest().empty());
  EXPECT_FALSE(reader.ok());
}

TEST(Reader, RefusesALengthBeyondTheEnd) {
  for (std::uint32_t size : {1u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    Bytes bytes(4);
    store_be32(bytes.data(), size);
    Reader reader(bytes);
    reader.string();
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(Fields, LookAsInRfc4251Section5) {
  EXPECT_EQ(put_hex(true), "01");
  EXPECT_EQ(put_hex(false), "00");
  EXPECT_EQ(put_hex(std::uint32_t{699921578}), "29b7f4aa");
  EXPECT_EQ(put_hex(std::uint64_t{0x0102030405060708}), "0102030405060708");
  EXPECT_EQ(put_hex(Text("testing")), "0000000774657374696e67");
  EXPECT_EQ(put_hex(NameList()), "00000000");
  EXPECT_EQ(put_hex(NameList("zlib")), "000000047a6c6962");
  EXPECT_EQ(put_hex(NameList("zlib,none")), "000000097a6c69622c6e6f6e65");
}

TEST(Fields, BoolIsAnythingButZero) {
  EXPECT_FALSE(read_field<bool>(Bytes{0}).value());
  EXPECT_TRUE(read_field<bool>(Bytes{1}).value());
  EXPECT_TRUE(read_field<bool>(Bytes{0xff}).value());
}

// RFC 4251 5 has these examples, but for leading zeros.
TEST(Mpints, AreWrittenWithoutLeadingZeros) {
  EXPECT_EQ(put_hex(Mpint()), "00000000");
  EXPECT_EQ(put_hex(Mpint(Bytes{0, 0})), "00000000");
  EXPECT_EQ(put_hex(Mpint(Bytes{0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7})),
            "0000000809a378f9b2e332a7");
  EXPECT_EQ(put_hex(Mpint(Bytes{0x80})), "000000020080");
  EXPECT_EQ(put_hex(Mpint(Bytes{0, 0, 0x80})), "000000020080");
  EXPECT_EQ(put_hex(Mpint(Bytes{0, 0, 0x7f})), "000000017f");
}

TEST(Mpints, AreReadWithLeadingZerosButNotNegative) {
  EXPECT_TRUE(read_field<Mpint>(Bytes{0, 0, 0, 0}).value().trimmed().empty());
  const Bytes padded = {0, 0, 0, 3, 0, 0, 0x80};
  EXPECT_EQ(to_bytes(read_field<Mpint>(padded).value().trimmed()), Bytes{0x80});
  // -1234 and -deadbeef of RFC 4251 5
  EXPECT_FALSE(read_field<Mpint>(Bytes{0, 0, 0, 2, 0xed, 0xcc}));
  EXPECT_FALSE(read_field<Mpint>(Bytes{0, 0, 0, 5, 0xff, 0x21, 0x52, 0x41, 0x11}));
}

TEST(NameLists, KeepTheirOrder) {
  const auto list = read_names("b,a,c").value();
  std::string visited;
  EXPECT_FALSE(list.any([&visited](std::string_view name) {
    visited += name;
    return false;
  }));
  EXPECT_EQ(visited, "bac");
  EXPECT_EQ(list.first(), "b");
  EXPECT_TRUE(list.contains("c"));
  EXPECT_FALSE(list.contains("b,a"));
  EXPECT_TRUE(read_names("")->joined.empty());
}

TEST(NameLists, HoldOnlyPrintableNames) {
  EXPECT_TRUE(read_names("a,b@example.com"));
  for (std::string_view names : {"a b", "a\n", "a,\x7f", "caf\xc3\xa9", "a,,\n"}) {
    EXPECT_FALSE(read_names(names)) << names;
  }
  EXPECT_FALSE(read_names(std::string_view("a\0b", 3)));
}

TEST(NameLists, PassOverEmptyNames) {
  for (std::string_view names : {"a,b,", ",a,b", "a,,b", ",,a,,,b,,"}) {
    const auto list = read_names(names).value();
    std::string visited;
    list.any([&visited](std::string_view name) {
      visited += name;
      visited += ';';
      return false;
    });
    EXPECT_EQ(visited, "a;b;") << names;
    EXPECT_FALSE(list.contains("")) << names;
  }
  EXPECT_FALSE(read_names(",").value().any([](std::string_view) { return true; }));
}

TEST(NameLists, AreBounded) {
  std::string names = "n";
  for (std::size_t i = 1; i < limits::kNamesPerList; ++i) names += ",n";
  EXPECT_TRUE(read_names(names));
  EXPECT_FALSE(read_names(names + ",n"));
  EXPECT_TRUE(read_names(std::string(limits::kNameListBytes, 'n')));
  EXPECT_FALSE(read_names(std::string(limits::kNameListBytes + 1, 'n')));
}

TEST(Fields, OfFixedSizeHaveNoLength) {
  const auto fixed = read_field<Fixed<3>>(Bytes{1, 2, 3}).value();
  EXPECT_EQ(put_hex(fixed), "010203");
  EXPECT_FALSE(read_field<Fixed<3>>(Bytes{1, 2}));
}

TEST(Fields, RestTakesAllThatIsLeft) {
  EXPECT_TRUE(read_field<Rest>({})->bytes.empty());
  EXPECT_EQ(read_field<Rest>(Bytes(5))->bytes.size(), 5u);
}

TEST(SpanSinkDeathTest, NeverWritesBeyondItsEnd) {
  Bytes out(3);
  SpanSink sink(out);
  EXPECT_DEATH(put_uint32(sink, 1), "broken invariant");
}

}  // namespace
}  // namespace hawser::wire
