// There is no memory left, at one allocation after the other that a page of tests/fuzz makes with
// each file of its corpus: what is thrown leaves by the call that was made, and nothing is lost.
#include <new>

#include <gtest/gtest.h>

#include "fuzz/corpus.h"
#include "memory/counting.h"

namespace hawser::memory {
namespace {

using fuzz::Target;

// Of one input; of those that make more every second, third... fails.
constexpr std::size_t kMostTries = 100;

// Whether the n-th allocation came, and failed.
bool runs_out_at(const Target& target, const Bytes& input, std::size_t n) {
  fail_at(n);
  try {
    target.run(input);
  } catch (const std::bad_alloc&) {
    return true;
  }
  fail_at(0);
  return false;
}

std::size_t allocations_of(const Target& target, const Bytes& input) {
  std::size_t n = 1;
  while (runs_out_at(target, input, n)) n *= 2;
  return n;
}

class Allocation : public ::testing::TestWithParam<Target> {};

TEST_P(Allocation, that_fails_loses_nothing) {
  const Target target = GetParam();
  std::size_t tried = 0;
  for (const Bytes& input : fuzz::corpus_of(target)) {
    target.run(input);  // what is made once in a program is made now
    const std::size_t step = 1 + allocations_of(target, input) / kMostTries;
    const std::size_t before = live();
    for (std::size_t n = 1 + tried % step; runs_out_at(target, input, n); n += step) {
      ++tried;
      ASSERT_EQ(live(), before) << "allocation " << n;
    }
  }
  EXPECT_GT(tried, 0u);
  RecordProperty("tried", static_cast<int>(tried));
}

INSTANTIATE_TEST_SUITE_P(Memory, Allocation, ::testing::ValuesIn(fuzz::kTargets),
                         [](const auto& page) { return std::string(page.param.name); });

}  // namespace
}  // namespace hawser::memory
