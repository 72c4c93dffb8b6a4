#include "hawser/transport/zlib_context.h"

#include <cstddef>
#include <new>

#define ZLIB_CONST  // next_in points to const
#include <zlib.h>

namespace hawser::transport {

namespace {

// A packet of channel data, with what deflate adds to random bytes.
constexpr std::size_t kFirstOutput = 36 * 1024;

// Before each block of zlib's stands its size, so that it can be wiped.
constexpr std::size_t kBlockHead = alignof(std::max_align_t);

void* allocate(void* /*unused*/, unsigned count, unsigned size) {
  const std::size_t bytes = kBlockHead + std::size_t{count} * size;
  auto* block = static_cast<std::uint8_t*>(::operator new(bytes, std::nothrow));
  if (block == nullptr) return nullptr;
  std::memcpy(block, &bytes, sizeof(bytes));
  return block + kBlockHead;
}

// A password may have passed through.
void release(void* /*unused*/, void* memory) {
  auto* block = static_cast<std::uint8_t*>(memory) - kBlockHead;
  std::size_t bytes = 0;
  std::memcpy(&bytes, block, sizeof(bytes));
  wipe({block, bytes});
  ::operator delete(block);
}

std::unexpected<Error> failed(int status, Errc code) {
  return fail(status == Z_MEM_ERROR ? Errc::out_of_memory : code, "zlib");
}

}  // namespace

struct ZlibStream {
  explicit ZlibStream(int (*ends)(z_streamp)) : end(ends) {
    z.zalloc = allocate;
    z.zfree = release;
  }
  ~ZlibStream() { end(&z); }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  void set_input(ByteView input) {
    z.next_in = input.data();
    z.avail_in = static_cast<unsigned>(input.size());
  }
  void set_output(ByteSpan output) {
    z.next_out = output.data();
    z.avail_out = static_cast<unsigned>(output.size());
  }

  z_stream z{};
  int (*end)(z_streamp);
};

// sending --------------------------------------------------------------------------------------

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

Status Deflater::begin() {
  auto stream = std::make_unique<ZlibStream>(deflateEnd);
  const int status = deflateInit(&stream->z, Z_DEFAULT_COMPRESSION);
  if (status != Z_OK) return failed(status, Errc::internal);
  stream_ = std::move(stream);
  out_.resize(kFirstOutput);
  return {};
}

Result<ByteView> Deflater::compress(const Gather& payload) {
  if (!stream_) HAWSER_TRY(begin());
  z_stream& z = stream_->z;
  std::size_t size = 0;
  const auto views = payload.views();
  for (std::size_t i = 0; i < views.size(); ++i) {
    // RFC 4253 6.2: a partial flush at the end of each packet.
    const int flush = i + 1 == views.size() ? Z_PARTIAL_FLUSH : Z_NO_FLUSH;
    stream_->set_input(views[i]);
    do {
      if (size == out_.size()) out_.resize(2 * size);
      stream_->set_output(out_.span().subspan(size));
      const int status = deflate(&z, flush);
      if (status != Z_OK && status != Z_BUF_ERROR) return failed(status, Errc::internal);
      size = out_.size() - z.avail_out;
    } while (z.avail_out == 0);
  }
  return out_.view().first(size);
}

// receiving ------------------------------------------------------------------------------------

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

Status Inflater::begin() {
  auto stream = std::make_unique<ZlibStream>(inflateEnd);
  const int status = inflateInit(&stream->z);
  if (status != Z_OK) return failed(status, Errc::internal);
  stream_ = std::move(stream);
  return {};
}

Result<ByteView> Inflater::expand(ByteView compressed, std::size_t most) {
  if (!stream_) HAWSER_TRY(begin());
  z_stream& z = stream_->z;
  stream_->set_input(compressed);
  std::size_t size = 0;
  do {
    // One byte more than the payload may have: whether it is full tells.
    if (size == out_.size()) {
      out_.resize(std::min(most + 1, std::max(kFirstOutput, 2 * out_.size())));
    }
    const std::size_t end = std::min(most + 1, out_.size());
    stream_->set_output(ByteSpan(out_).first(end).subspan(size));
    const int status = inflate(&z, Z_SYNC_FLUSH);
    // The end of a stream within a session (Z_STREAM_END) and dictionaries are not in the RFC.
    if (status != Z_OK && status != Z_BUF_ERROR) return failed(status, Errc::bad_compression);
    size = end - z.avail_out;
    if (size > most) {
      return fail(Errc::expanded_too_long, "packet", static_cast<std::uint32_t>(most));
    }
  } while (z.avail_out == 0);
  if (size == 0) return fail(Errc::bad_compression, "empty payload");  // a message has a number
  return ByteView(out_).first(size);
}

}  // namespace hawser::transport
