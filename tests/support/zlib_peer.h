// What a peer with zlib of its own may send: streams of any level, any way to flush, any end.
#pragma once

#include <string_view>

#include <zlib.h>

#include "hawser/base/bytes.h"

namespace hawser::support {

class ZlibPeer {
 public:
  explicit ZlibPeer(int level = Z_DEFAULT_COMPRESSION, std::string_view dictionary = {}) {
    deflateInit(&stream_, level);
    if (!dictionary.empty()) {
      deflateSetDictionary(&stream_, as_bytes(dictionary).data(),
                           static_cast<unsigned>(dictionary.size()));
    }
  }
  ~ZlibPeer() { deflateEnd(&stream_); }
  ZlibPeer(const ZlibPeer&) = delete;
  ZlibPeer& operator=(const ZlibPeer&) = delete;

  Bytes packet(Bytes payload, int flush = Z_PARTIAL_FLUSH) {
    Bytes out(payload.size() + payload.size() / 100 + 100);
    stream_.next_in = payload.data();
    stream_.avail_in = static_cast<unsigned>(payload.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<unsigned>(out.size());
    deflate(&stream_, flush);
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_{};
};

}  // namespace hawser::support
