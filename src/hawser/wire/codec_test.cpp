#include "hawser/wire/codec.h"

#include <tuple>

#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_kex.h"
#include "hawser/wire/messages_transport.h"

namespace hawser::wire {
namespace {

// Sets every field to something that tells its place: two fields exchanged make another message.
class Filler {
 public:
  void field(bool& value) { value = true; }
  void field(std::uint8_t& value) { value = static_cast<std::uint8_t>(next()); }
  void field(std::uint32_t& value) { value = 0x01020300u + next(); }
  void field(std::uint64_t& value) { value = 0x0102030405060700u + next(); }
  void field(Text& value) { value = std::string_view(kLetters).substr(next(), 5); }
  void field(Blob& value) { value = Blob(as_bytes(std::string_view(kLetters).substr(next(), 7))); }
  void field(Mpint& value) { value = Mpint(ByteView(kMagnitude).subspan(next())); }
  void field(NameList& value) { value = NameList(std::string_view(kNames).substr(2 * next())); }
  void field(Rest& value) { value.bytes = as_bytes("the rest"); }
  template <std::size_t N>
  void field(Fixed<N>& value) {
    value.bytes.fill(static_cast<std::uint8_t>(next()));
  }

 private:
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";
  static constexpr char kNames[] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n";
  static constexpr std::uint8_t kMagnitude[] = {0x91, 0x92, 0x93, 0x94, 0x95, 0x96};
  std::uint32_t next() { return count_++; }
  std::uint32_t count_ = 0;
};

template <typename Message>
Message filled() {
  Message message;
  Filler filler;
  Message::fields(message, [&filler](auto&... field) { (filler.field(field), ...); });
  return message;
}

template <typename Message>
bool same(const Message& a, const Message& b) {
  const auto tie = [](const auto&... field) { return std::tie(field...); };
  return Message::fields(a, tie) == Message::fields(b, tie);
}

template <typename Message>
std::size_t rest_size(const Message& message) {
  std::size_t size = 0;
  const auto one = [&size](const auto& field) {
    if constexpr (std::is_same_v<std::decay_t<decltype(field)>, Rest>) size += field.bytes.size();
  };
  Message::fields(message, [&one](const auto&... field) { (one(field), ...); });
  return size;
}

template <typename Message>
class EveryMessage : public testing::Test {};

using AllMessages = testing::Types<
    // transport
    Disconnect, Ignore, Unimplemented, Debug, ServiceRequest, ServiceAccept, ExtInfo, ExtInfoEntry,
    // key exchange
    KexInit, NewKeys, KexDhInit, KexDhReply, KexEcdhInit, KexEcdhReply, KexDhGexRequest,
    KexDhGexGroup, KexDhGexInit, KexDhGexReply,
    // authentication
    UserauthRequest, PasswordFields, PublicKeyFields, UserauthFailure, UserauthSuccess,
    UserauthBanner, UserauthPkOk, UserauthPasswdChangereq,
    // connection
    GlobalRequest, RequestSuccess, RequestFailure, ChannelOpen, DirectTcpip,
    ChannelOpenConfirmation, ChannelOpenFailure, ChannelWindowAdjust, ChannelData,
    ChannelExtendedData, ChannelEof, ChannelClose, ChannelRequest, ChannelSuccess, ChannelFailure,
    PtyRequest, EnvRequest, NameRequest, WindowChangeRequest, ExitStatus, ExitSignal>;
TYPED_TEST_SUITE(EveryMessage, AllMessages);

TYPED_TEST(EveryMessage, ComesBackAsItWas) {
  for (const TypeParam& message : {TypeParam{}, filled<TypeParam>()}) {
    const Bytes bytes = encode_to_bytes(message);
    const auto decoded = decode<TypeParam>(bytes);
    ASSERT_TRUE(decoded) << hex(bytes);
    EXPECT_TRUE(same(*decoded, message)) << hex(bytes);
  }
}

TYPED_TEST(EveryMessage, IsAsLongAsItsEncodedSize) {
  const auto message = filled<TypeParam>();
  const std::size_t size = encoded_size(message);
  EXPECT_EQ(encode_to_bytes(message).size(), size);
  Bytes exact(size);
  SpanSink sink(exact);
  encode(sink, message);
  EXPECT_TRUE(sink.rest().empty());
  EXPECT_EQ(exact, encode_to_bytes(message));
}

TYPED_TEST(EveryMessage, IsRefusedWhenCut) {
  const auto message = filled<TypeParam>();
  const Bytes bytes = encode_to_bytes(message);
  for (std::size_t size = 0; size < bytes.size() - rest_size(message); ++size) {
    EXPECT_FALSE(decode<TypeParam>(ByteView(bytes).first(size))) << size;
  }
}

TYPED_TEST(EveryMessage, IsRefusedWithAByteBehind) {
  const auto message = filled<TypeParam>();
  if (rest_size(message) > 0) return;  // the byte belongs to the rest
  Bytes bytes = encode_to_bytes(message);
  bytes.push_back(0);
  const auto decoded = decode<TypeParam>(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Errc::malformed_message);
}

TYPED_TEST(EveryMessage, IsRefusedUnderAnotherNumber) {
  if constexpr (Numbered<TypeParam>) {
    Bytes bytes = encode_to_bytes(filled<TypeParam>());
    EXPECT_EQ(bytes[0], TypeParam::number);
    bytes[0] ^= 0x80;
    const auto decoded = decode<TypeParam>(bytes);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error(), (Error{Errc::unexpected_message, TypeParam::number}));
  }
}

// Messages written out by hand from the RFCs, in both directions.
template <typename Message>
void expect_hex(const Message& message, std::string_view expected) {
  std::string text;
  for (char digit : expected) {
    if (digit != ' ') text += digit;
  }
  const Bytes bytes = encode_to_bytes(message);
  EXPECT_EQ(hex(bytes), text);
  const auto decoded = decode<Message>(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(same(*decoded, message));
}

TEST(Hex, OfTransportMessages) {
  expect_hex(Disconnect{11, "bye", "en"}, "01 0000000b 00000003 627965 00000002 656e");
  expect_hex(Ignore{Blob(as_bytes("abc"))}, "02 00000003 616263");
  expect_hex(Unimplemented{0x1020304}, "03 01020304");
  expect_hex(Debug{true, "hi", ""}, "04 01 00000002 6869 00000000");
  expect_hex(ServiceRequest{"ssh-userauth"}, "05 0000000c 7373682d7573657261757468");
  expect_hex(ServiceAccept{"ssh-userauth"}, "06 0000000c 7373682d7573657261757468");
  const Bytes entry = encode_to_bytes(ExtInfoEntry{"no-flow-control", Blob(as_bytes("p"))});
  EXPECT_EQ(hex(entry), "0000000f6e6f2d666c6f772d636f6e74726f6c0000000170");
  expect_hex(ExtInfo{1, {entry}},
             "07 00000001 0000000f 6e6f2d666c6f772d636f6e74726f6c 00000001 70");
}

TEST(Hex, OfKeyExchangeMessages) {
  KexInit init;
  init.cookie.bytes.fill(0xc0);
  init.kex = NameList("a");
  init.host_key = NameList("b");
  init.cipher_client_to_server = NameList("c,d");
  init.cipher_server_to_client = NameList("d");
  init.mac_client_to_server = NameList("e");
  init.mac_server_to_client = NameList("f");
  init.compression_client_to_server = NameList("none");
  init.compression_server_to_client = NameList("zlib,none");
  init.languages_server_to_client = NameList("x");
  init.first_kex_packet_follows = true;
  expect_hex(init,
             "14 c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0 00000001 61 00000001 62 00000003 632c64 "
             "00000001 64 00000001 65 00000001 66 00000004 6e6f6e65 00000009 7a6c69622c6e6f6e65 "
             "00000000 00000001 78 01 00000000");
  expect_hex(NewKeys{}, "15");
  const Bytes e = {0x80};
  const Bytes f = {0x7f, 0x01};
  expect_hex(KexDhInit{Mpint(e)}, "1e 00000002 0080");
  expect_hex(KexDhReply{Blob(as_bytes("k")), Mpint(f), Blob(as_bytes("s"))},
             "1f 00000001 6b 00000002 7f01 00000001 73");
  expect_hex(KexEcdhInit{Blob(e)}, "1e 00000001 80");
  expect_hex(KexEcdhReply{Blob(as_bytes("k")), Blob(e), Blob(as_bytes("s"))},
             "1f 00000001 6b 00000001 80 00000001 73");
  expect_hex(KexDhGexRequest{2048, 3072, 8192}, "22 00000800 00000c00 00002000");
  expect_hex(KexDhGexGroup{Mpint(f), Mpint(e)}, "1f 00000002 7f01 00000002 0080");
  expect_hex(KexDhGexInit{Mpint(e)}, "20 00000002 0080");
  expect_hex(KexDhGexReply{Blob(as_bytes("k")), Mpint(f), Blob(as_bytes("s"))},
             "21 00000001 6b 00000002 7f01 00000001 73");
}

TEST(Hex, OfAuthenticationMessages) {
  const Bytes fields = encode_to_bytes(PasswordFields{false, Blob(as_bytes("pw"))});
  EXPECT_EQ(hex(fields), "00000000027077");
  expect_hex(UserauthRequest{"user", "ssh-connection", "password", {fields}},
             "32 00000004 75736572 0000000e 7373682d636f6e6e656374696f6e 00000008 "
             "70617373776f7264 00 00000002 7077");
  expect_hex(PublicKeyFields{true, "ssh-ed25519", Blob(as_bytes("k"))},
             "01 0000000b 7373682d65643235353139 00000001 6b");
  expect_hex(UserauthFailure{NameList("publickey,password"), true},
             "33 00000012 7075626c69636b65792c70617373776f7264 01");
  expect_hex(UserauthSuccess{}, "34");
  expect_hex(UserauthBanner{"hi\n", ""}, "35 00000003 68690a 00000000");
  expect_hex(UserauthPkOk{"ssh-rsa", Blob(as_bytes("k"))},
             "3c 00000007 7373682d727361 00000001 6b");
  expect_hex(UserauthPasswdChangereq{"new?", "en"}, "3c 00000004 6e65773f 00000002 656e");
}

TEST(Hex, OfConnectionMessages) {
  expect_hex(GlobalRequest{"keepalive@openssh.com", true, {}},
             "50 00000015 6b656570616c697665406f70656e7373682e636f6d 01");
  expect_hex(RequestSuccess{}, "51");
  expect_hex(RequestFailure{}, "52");
  expect_hex(ChannelOpen{"session", 3, 0x200000, 0x8000, {}},
             "5a 00000007 73657373696f6e 00000003 00200000 00008000");
  expect_hex(ChannelOpenConfirmation{3, 4, 5, 6, {}}, "5b 00000003 00000004 00000005 00000006");
  expect_hex(ChannelOpenFailure{3, 1, "no", ""}, "5c 00000003 00000001 00000002 6e6f 00000000");
  expect_hex(ChannelWindowAdjust{3, 0xffffffff}, "5d 00000003 ffffffff");
  expect_hex(ChannelData{3, Blob(as_bytes("data"))}, "5e 00000003 00000004 64617461");
  expect_hex(ChannelExtendedData{3, 1, Blob(as_bytes("err"))},
             "5f 00000003 00000001 00000003 657272");
  expect_hex(ChannelEof{3}, "60 00000003");
  expect_hex(ChannelClose{3}, "61 00000003");
  expect_hex(ChannelSuccess{3}, "63 00000003");
  expect_hex(ChannelFailure{3}, "64 00000003");
}

TEST(Hex, OfChannelRequests) {
  const Bytes exec = encode_to_bytes(NameRequest{"ls"});
  expect_hex(ChannelRequest{3, "exec", true, {exec}},
             "62 00000003 00000004 65786563 01 00000002 6c73");
  const Bytes modes = {0};
  expect_hex(PtyRequest{"vt100", 80, 24, 640, 480, Blob(modes)},
             "00000005 7674313030 00000050 00000018 00000280 000001e0 00000001 00");
  expect_hex(EnvRequest{"A", "b"}, "00000001 41 00000001 62");
  expect_hex(WindowChangeRequest{80, 24, 640, 480}, "00000050 00000018 00000280 000001e0");
  expect_hex(ExitStatus{255}, "000000ff");
  expect_hex(ExitSignal{"TERM", true, "gone", "en"},
             "00000004 5445524d 01 00000004 676f6e65 00000002 656e");
  expect_hex(DirectTcpip{"host", 80, "127.0.0.1", 4321},
             "00000004 686f7374 00000050 00000009 3132372e302e302e31 000010e1");
}

}  // namespace
}  // namespace hawser::wire
