#include "hawser/client/transfer_listening.h"

namespace hawser::client {

using operations::CopyOptions;
namespace local = operations::local;

Listeners listeners_for(const TransferListeners& told, const NameOf& name_of,
                        const FailureOf& failure_of) {
  Listeners listeners;
  if (told.on_progress) {
    listeners.on_progress = [&told, name_of](const local::Report& report) {
      return told.on_progress(name_of(report.source), report.done, report.total);
    };
  }
  if (told.on_skip) {
    listeners.on_skip = [&told, name_of](const local::Skip& skip) {
      return told.on_skip(name_of(skip.source), skip.reason);
    };
  }
  if (told.on_fault) {
    listeners.on_fault = [&told, failure_of](const local::Fault& fault) {
      return told.on_fault(failure_of(fault));
    };
  }
  return listeners;
}

CopyOptions copy_options(const TransferOptions& options) {
  CopyOptions copy = options.copy;
  copy.progress =
      options.listeners.on_progress ? CopyOptions::Progress::told : CopyOptions::Progress::silent;
  return copy;
}

}  // namespace hawser::client
