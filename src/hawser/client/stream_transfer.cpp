// Downloads into, and uploads from, what is no local file.
#include "hawser/client/transfer.h"
#include "hawser/operations/download.h"
#include "hawser/operations/upload.h"

namespace hawser::client {

namespace {

namespace local = operations::local;
using operations::CopyOptions;
using operations::LocalAnswer;

CopyOptions options_for(const TransferListeners& listeners) {
  CopyOptions options;
  if (listeners.on_progress) options.progress = CopyOptions::Progress::told;
  return options;
}

// Whatever is asked for of the one file that there is, the stream is it.
class StreamWorld final : public World {
 public:
  StreamWorld(ByteSink sink, ByteSource source, std::string name,
              const TransferListeners& listeners, std::uint64_t size = 0)
      : sink_(std::move(sink)),
        source_(std::move(source)),
        name_(std::move(name)),
        listeners_(listeners),
        size_(size) {}

  Result<LocalAnswer> local(const operations::LocalRequest& request) override {
    LocalAnswer answer;
    if (const auto* piece = std::get_if<local::WritePiece>(&request)) {
      HAWSER_TRY(sink_(piece->data));
    } else if (const auto* wanted = std::get_if<local::ReadPiece>(&request)) {
      answer.size = HAWSER_TRY(source_(wanted->to));
    } else if (std::holds_alternative<local::OpenSource>(request)) {
      answer.facts.type = operations::LocalType::regular;
      answer.facts.permissions = 0666;
    } else if (const auto* report = std::get_if<local::Report>(&request)) {
      const std::uint64_t total = report->total != 0 ? report->total : size_;
      HAWSER_TRY(listeners_.on_progress(name_, report->done, total));
    }
    return answer;
  }

 private:
  ByteSink sink_;
  ByteSource source_;
  std::string name_;
  const TransferListeners& listeners_;
  std::uint64_t size_;
};

template <typename Operation>
Outcome<std::uint64_t> perform(SftpClient& client, Operation& operation, World& world,
                               const std::string& remote, const Interrupt& interrupt) {
  auto outcome = client.perform(operation, world, {remote, {}}, interrupt);
  if (outcome) return operation.size();
  return std::unexpected(
      transfer_failure(std::move(outcome).error(), operation.refusal(), {remote, remote}));
}

}  // namespace

Outcome<std::uint64_t> get_to(SftpClient& client, const std::string& remote, const ByteSink& sink,
                              const TransferListeners& listeners, const Interrupt& interrupt) {
  const auto found =
      HAWSER_TRY_OUTCOME(look_at_source(client, remote, Directories::refuse, interrupt));
  StreamWorld world(sink, {}, remote, listeners);
  operations::Download download(client.link(),
                                {remote, "", options_for(listeners), {}, found.size});
  return perform(client, download, world, remote, interrupt);
}

Outcome<std::uint64_t> put_from(SftpClient& client, const ByteSource& source, std::uint64_t size,
                                const std::string& remote, const TransferListeners& listeners,
                                const Interrupt& interrupt) {
  StreamWorld world({}, source, remote, listeners, size);
  operations::Upload upload(client.link(), {"", remote, options_for(listeners), random_letters()});
  return perform(client, upload, world, remote, interrupt);
}

}  // namespace hawser::client
