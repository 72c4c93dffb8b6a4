// One direction's zlib stream: payloads in, payloads out, each flushed so that it can be expanded
// without the next one. What it remembers of a session is wiped when it goes.
#pragma once

#include <memory>

#include "hawser/base/gather.h"
#include "hawser/base/result.h"
#include "hawser/base/secret.h"

namespace hawser::transport {

struct ZlibStream;

class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // The payload compressed; lives until the next call. Requires: payload is not empty.
  Result<ByteView> compress(const Gather& payload);

 private:
  Status begin();

  std::unique_ptr<ZlibStream> stream_;  // from the first payload on
  SecretBytes out_;
};

class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The payload that was compressed, at least one byte; lives until the next call. One that has
  // more than `most` bytes is an error before more than that were expanded. After an error the
  // context is of no use.
  Result<ByteView> expand(ByteView compressed, std::size_t most);

 private:
  Status begin();

  std::unique_ptr<ZlibStream> stream_;  // from the first payload on
  Bytes out_;
};

}  // namespace hawser::transport
