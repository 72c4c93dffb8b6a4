#include "hawser/client/sftp_copy.h"

#include <algorithm>
#include <cerrno>

#include "hawser/client/sftp_file.h"

namespace hawser::client {

namespace {

constexpr std::size_t kPiece = 1 << 20;
// What the server copies for one request: the answer comes when it is done, and meanwhile neither
// deadline nor interrupt should have to wait long.
constexpr std::uint64_t kSlice = 64 << 20;

Failure refusal(int error_number, const char* text, const std::string& from,
                const std::string& to) {
  Failure failure = explain(
      Error{Errc::sftp_status, static_cast<std::uint32_t>(sftp::StatusCode::failure), "copy"},
      Report{});
  failure.text = text;
  failure.error_number = error_number;
  failure.path = from;
  failure.other_path = to;
  return failure;
}

bool is_unsupported(const Failure& failure) {
  return failure.sftp_code == static_cast<std::uint32_t>(sftp::StatusCode::op_unsupported);
}

// Whether both paths lead to one file, as far as a server without inode numbers can tell.
Outcome<bool> is_same(SftpClient& client, const std::string& from, const std::string& to,
                      const Interrupt& interrupt) {
  const auto source = HAWSER_TRY_OUTCOME(client.real_path(from, interrupt));
  const auto target = client.real_path(to, interrupt);
  if (target) return *target == source;
  if (target.error().error.code == Errc::sftp_status) return false;  // there is none yet
  return std::unexpected(target.error());
}

Outcome<void> copy_there(SftpClient& client, SftpFile& from, SftpFile& to, std::uint64_t size,
                         const Interrupt& interrupt) {
  std::uint64_t at = 0;
  for (; size - at > kSlice; at += kSlice) {
    HAWSER_TRY_OUTCOME(client.copy_data(from, to, {at, kSlice}, interrupt));
  }
  return client.copy_data(from, to, {at, SftpClient::kToTheEnd}, interrupt);
}

Outcome<void> copy_through_us(SftpFile& from, SftpFile& to, const Interrupt& interrupt) {
  Bytes piece(kPiece);
  for (;;) {
    const std::size_t size = HAWSER_TRY_OUTCOME(from.read(piece, interrupt));
    if (size == 0) return {};
    HAWSER_TRY_OUTCOME(to.write(ByteView(piece).first(size), interrupt));
  }
}

Outcome<void> copy_content(SftpClient& client, SftpFile& from, SftpFile& to, std::uint64_t size,
                           const Interrupt& interrupt) {
  if (client.has(sftp::extension::kCopyData)) {
    auto outcome = copy_there(client, from, to, size, interrupt);
    if (outcome || !is_unsupported(outcome.error())) return outcome;
  }
  return copy_through_us(from, to, interrupt);
}

}  // namespace

// The target is cut after the copy, not emptied before it: should it be a hard link to the source,
// which nothing tells, nothing is lost.
Outcome<void> copy_file(SftpClient& client, const std::string& from, const std::string& to,
                        const Interrupt& interrupt) {
  const auto source =
      HAWSER_TRY_OUTCOME(client.open_file(from, OpenFlags{} | OpenFlag::read, {}, interrupt));
  const auto attributes = HAWSER_TRY_OUTCOME(source->stat(interrupt));
  if (attributes.is_directory()) {
    return std::unexpected(refusal(EISDIR, "is a directory", from, {}));
  }
  if (HAWSER_TRY_OUTCOME(is_same(client, from, to, interrupt))) {
    return std::unexpected(refusal(EINVAL, "both are the same file", from, to));
  }

  std::optional<std::uint32_t> permissions;
  if (attributes.mode) permissions = *attributes.mode & 0777;
  const auto target = HAWSER_TRY_OUTCOME(client.open_file(
      to, OpenFlags{} | OpenFlag::write | OpenFlag::create, permissions, interrupt));
  const auto before = HAWSER_TRY_OUTCOME(target->stat(interrupt));
  HAWSER_TRY_OUTCOME(
      copy_content(client, *source, *target, attributes.size.value_or(0), interrupt));

  const auto copied = HAWSER_TRY_OUTCOME(source->stat(interrupt)).size;
  if (copied && before.size.value_or(0) > *copied) {
    sftp::Attributes cut;
    cut.size = copied;
    HAWSER_TRY_OUTCOME(target->set_attributes(cut, interrupt));
  }
  return target->close(interrupt);
}

}  // namespace hawser::client
