// The packets of SFTP protocol 3 (draft-ietf-secsh-filexfer-02), in the draft's order. Each is what
// follows the packet's length; attributes, which only ever end a message, are its Rest.
#pragma once

#include "hawser/wire/types.h"

namespace hawser::sftp {

inline constexpr std::uint32_t kProtocolVersion = 3;

namespace message {

struct Init {  // 4
  static constexpr std::uint8_t number = 1;
  std::uint32_t version = kProtocolVersion;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.version); }
};
struct Version {  // 4
  static constexpr std::uint8_t number = 2;
  std::uint32_t version = 0;
  wire::Rest extensions;  // pairs of strings
  static constexpr auto fields(auto& m, auto&& each) { return each(m.version, m.extensions); }
};

// requests (6); every one begins with its id
struct Open {  // 6.3
  static constexpr std::uint8_t number = 3;
  std::uint32_t id = 0;
  wire::Blob path;
  std::uint32_t flags = 0;
  wire::Rest attributes;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.id, m.path, m.flags, m.attributes);
  }
};
struct Close {  // 6.3
  static constexpr std::uint8_t number = 4;
  std::uint32_t id = 0;
  wire::Blob handle;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.handle); }
};
struct Read {  // 6.4
  static constexpr std::uint8_t number = 5;
  std::uint32_t id = 0;
  wire::Blob handle;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.id, m.handle, m.offset, m.size);
  }
};
// The head of a write: `size` bytes of data follow it.
struct WriteHead {  // 6.4
  static constexpr std::uint8_t number = 6;
  std::uint32_t id = 0;
  wire::Blob handle;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.id, m.handle, m.offset, m.size);
  }
};

// Requests of one shape: a path, a handle, a path and attributes, a handle and attributes, two
// paths.
template <std::uint8_t Number>
struct OfPath {
  static constexpr std::uint8_t number = Number;
  std::uint32_t id = 0;
  wire::Blob path;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.path); }
};
template <std::uint8_t Number>
struct OfHandle {
  static constexpr std::uint8_t number = Number;
  std::uint32_t id = 0;
  wire::Blob handle;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.handle); }
};
template <std::uint8_t Number>
struct SettingPath {
  static constexpr std::uint8_t number = Number;
  std::uint32_t id = 0;
  wire::Blob path;
  wire::Rest attributes;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.path, m.attributes); }
};
template <std::uint8_t Number>
struct SettingHandle {
  static constexpr std::uint8_t number = Number;
  std::uint32_t id = 0;
  wire::Blob handle;
  wire::Rest attributes;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.handle, m.attributes); }
};
template <std::uint8_t Number>
struct OfTwoPaths {
  static constexpr std::uint8_t number = Number;
  std::uint32_t id = 0;
  wire::Blob first;
  wire::Blob second;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.first, m.second); }
};

using LinkStat = OfPath<7>;             // 6.8
using FileStat = OfHandle<8>;           // 6.8
using SetStat = SettingPath<9>;         // 6.9
using FileSetStat = SettingHandle<10>;  // 6.9
using OpenDirectory = OfPath<11>;       // 6.7
using ReadDirectory = OfHandle<12>;     // 6.7
using Remove = OfPath<13>;              // 6.5
using MakeDirectory = SettingPath<14>;  // 6.6
using RemoveDirectory = OfPath<15>;     // 6.6
using RealPath = OfPath<16>;            // 6.11
using Stat = OfPath<17>;                // 6.8
using Rename = OfTwoPaths<18>;          // 6.5
using ReadLink = OfPath<19>;            // 6.10
// The draft says link first, then target. OpenSSH and most that follow it send and expect them the
// other way round (its PROTOCOL file, 4.1): target, then link.
using SymLink = OfTwoPaths<20>;  // 6.10

struct Extended {  // 8
  static constexpr std::uint8_t number = 200;
  std::uint32_t id = 0;
  wire::Text request;
  wire::Rest data;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.request, m.data); }
};

// replies (7); every one begins with the id of its request
struct Status {
  static constexpr std::uint8_t number = 101;
  std::uint32_t id = 0;
  std::uint32_t code = 0;
  // Message and language tag: protocol 3 has them; servers of older habits leave them out.
  wire::Rest text;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.code, m.text); }
};
struct Handle {
  static constexpr std::uint8_t number = 102;
  std::uint32_t id = 0;
  wire::Blob handle;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.handle); }
};
struct Data {
  static constexpr std::uint8_t number = 103;
};
struct Name {
  static constexpr std::uint8_t number = 104;
  std::uint32_t id = 0;
  std::uint32_t count = 0;
  wire::Rest entries;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.count, m.entries); }
};
struct Attrs {
  static constexpr std::uint8_t number = 105;
  std::uint32_t id = 0;
  wire::Rest attributes;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.attributes); }
};
struct ExtendedReply {
  static constexpr std::uint8_t number = 201;
  std::uint32_t id = 0;
  wire::Rest data;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.id, m.data); }
};

}  // namespace message
}  // namespace hawser::sftp
