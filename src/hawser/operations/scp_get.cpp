#include "hawser/operations/scp_get.h"

#include <algorithm>
#include <utility>

#include "hawser/operations/tree_copy.h"
#include "hawser/scp/quote.h"

namespace hawser::operations {

namespace {

constexpr LocalFile kTarget{};  // there is one at a time
constexpr Error kRefused{Errc::scp_refused, 0, "scp"};

}  // namespace

ScpGet::ScpGet(Spec spec)
    : ScpCopy(std::move(spec.command), ScpLink::kFiles, spec.options),
      sink_(std::string(scp::last_name(spec.remote)), spec.recursion),
      remote_(std::move(spec.remote)),
      local_(std::move(spec.local)) {}

Result<Want> ScpGet::advance(session::Session& session, Inbox& inbox) {
  if (auto want = HAWSER_TRY(link().proceed(session, inbox))) return *std::move(want);
  for (;;) {
    HAWSER_TRY(link().drop(session, std::exchange(written_, 0)));
    if (!errands().empty()) return errands().want();
    HAWSER_TRY(link().send(session, sink_.output()));
    if (sink_.data_left() > 0) {
      if (link().said().empty()) return link().await_more();
      HAWSER_TRY(take_data(session));
      continue;
    }
    const auto offer = HAWSER_TRY(link().next(session, sink_));
    if (offer) {
      HAWSER_TRY(std::visit([this](const auto& each) { return take(each); }, *offer));
      continue;
    }
    if (sink_.is_complete() && sink_.output().empty()) HAWSER_TRY(link().send_end(session));
    if (!link().has_ended() || !link().is_closed()) return link().await_more();
    HAWSER_TRY(sink_.end());
    return Done{};
  }
}

// files -------------------------------------------------------------------------------------------

Status ScpGet::take(const scp::FileOffered& offer) {
  file_ = entry(offer.file.name, offer.file.mode, offer.times);
  file_.size = offer.file.size;
  errands().add(local::OpenTarget{kTarget, file_.local, {}},
                [this](const Result<LocalAnswer>& answer) {
                  if (!answer) return refuse(file_, answer.error());
                  sink_.accept();
                  if (file_.size == 0) tell(file_.remote, 0, 0);
                  return Status();
                });
  return {};
}

// What is not written is taken all the same: the remote sends as much as it announced.
Status ScpGet::take_data(session::Session& session) {
  const ByteView said = link().said();
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(said.size(), sink_.data_left()));
  if (file_.failure) {
    sink_.data_taken(size);
    return link().drop(session, size);
  }
  errands().add(local::WritePiece{kTarget, said.first(size)},
                [this, size](const Result<LocalAnswer>& answer) {
                  sink_.data_taken(size);
                  written_ = size;
                  file_.done += size;
                  if (!answer) return fail_file(answer.error());
                  tell(file_.remote, file_.done, file_.size);
                  return Status();
                });
  return {};
}

Status ScpGet::fail_file(const Error& error) {
  if (!is_of_one_entry(error)) return std::unexpected(error);
  file_.failure = error;
  errands().add(local::DropTarget{kTarget});
  return {};
}

Status ScpGet::take(const scp::FileSent& sent) {
  if (file_.failure) return refuse(file_, *file_.failure);
  if (!sent.is_whole) {
    errands().add(local::DropTarget{kTarget});
    sink_.accept();
    return note(file_.remote, file_.local, kRefused, sink_.complaints().last());
  }
  errands().add(local::FinishTarget{kTarget, permissions(file_), times(file_)},
                [this](const Result<LocalAnswer>& answer) {
                  if (!answer) return refuse(file_, answer.error());
                  sink_.accept();
                  return Status();
                });
  return {};
}

// directories -------------------------------------------------------------------------------------

Status ScpGet::take(const scp::DirectoryOffered& offer) {
  Entry directory = entry(offer.directory.name, offer.directory.mode, offer.times);
  local::MakeDirectory make{directory.local, permissions(directory)};
  errands().add(std::move(make),
                [this, directory = std::move(directory)](const Result<LocalAnswer>& answer) {
                  if (!answer) return refuse(directory, answer.error());
                  note_tree();
                  directories_.push_back(directory);
                  sink_.accept();
                  return Status();
                });
  return {};
}

Status ScpGet::take(const scp::DirectoryEnded& /*ended*/) {
  Entry directory = std::move(directories_.back());
  directories_.pop_back();
  local::FinishDirectory finish{directory.local, permissions(directory), times(directory)};
  errands().add(std::move(finish),
                [this, directory = std::move(directory)](const Result<LocalAnswer>& answer) {
                  if (!answer) return refuse(directory, answer.error());
                  sink_.accept();
                  return Status();
                });
  return {};
}

// The remote names what it is about, if it does, in its own words.
Status ScpGet::take(const scp::Complained& /*complained*/) {
  const Entry top{remote_, local_, 0, {}, 0, 0, {}};
  const Entry& about = directories_.empty() ? top : directories_.back();
  return note(about.remote, about.local, kRefused, sink_.complaints().last());
}

// both --------------------------------------------------------------------------------------------

Status ScpGet::refuse(const Entry& entry, const Error& error) {
  HAWSER_TRY(note(entry.remote, entry.local, error));
  sink_.refuse(entry.remote + ": could not be written");
  return {};
}

// The local name of the first is the caller's to choose; those below it have their own.
ScpGet::Entry ScpGet::entry(const std::string& name, std::uint32_t mode,
                            const std::optional<scp::Times>& times) const {
  Entry entry;
  entry.remote = directories_.empty() ? remote_ : join(directories_.back().remote, name);
  entry.local = directories_.empty() ? local_ : join(directories_.back().local, name);
  entry.mode = mode & kPermissionBits;
  entry.times = times;
  return entry;
}

LocalPermissions ScpGet::permissions(const Entry& entry) const {
  using Rule = LocalPermissions::Rule;
  return {entry.mode, options().preserves() ? Rule::exact : Rule::masked};
}

std::optional<LocalTimes> ScpGet::times(const Entry& entry) const {
  if (!options().preserves() || !entry.times) return std::nullopt;
  return LocalTimes{entry.times->accessed, entry.times->modified};
}

}  // namespace hawser::operations
