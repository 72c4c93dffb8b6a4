// Identification lines and what comes before them.
#include "hawser/transport/identification.h"

#include "hawser/base/limits.h"

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

std::string scan(ByteView input, std::size_t cut) {
  transport::IdentificationReader reader;
  std::size_t come = 0;
  std::size_t consumed = 0;
  do {
    come += std::min(cut, input.size() - come);
    const auto progress = reader.scan(input.first(come).subspan(consumed));
    if (!progress) return outcome(progress);
    consumed += progress->consumed;
    HAWSER_EXPECT(consumed <= come);
    if (!progress->line) continue;
    HAWSER_EXPECT(progress->line->starts_with("SSH-"));
    HAWSER_EXPECT(progress->line->size() < limits::kIdentificationLine);
    HAWSER_EXPECT(progress->line->find('\n') == std::string::npos);
    return *progress->line + std::to_string(consumed);
  } while (come < input.size());
  return "more";
}

}  // namespace

void identification(ByteView input) {
  expect_same_for_all_cuts([input](std::size_t cut) { return scan(input, cut); });
}

}  // namespace hawser::fuzz
