// The corpora as ordinary tests: every file as the fuzzers left it, and then altered: bits flipped,
// bytes replaced, cut, doubled, joined with another file's. The same cases in every run.
#include <gtest/gtest.h>

#include "fuzz/corpus.h"
#include "scenario/seeded_random.h"

namespace hawser::fuzz {
namespace {

using scenario::SeededRandom;

// Of each page; reading a key takes longer than all that others do.
constexpr std::size_t altered_cases(const Target& target) {
  return target.name == "key_files" ? 300 : 2200;
}
constexpr std::size_t all_altered_cases() {
  std::size_t sum = 0;
  for (const Target& target : kTargets) sum += altered_cases(target);
  return sum;
}
static_assert(all_altered_cases() >= 25'000);

void alter(Bytes& bytes, const std::vector<Bytes>& corpus, SeededRandom& random) {
  constexpr std::uint8_t kEdges[] = {0, 1, 0x7f, 0x80, 0xff, '\n', ' ', ','};
  const std::size_t at = bytes.empty() ? 0 : random.below(bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(6)) {
    case 0:
      if (!bytes.empty()) *place ^= static_cast<std::uint8_t>(1u << random.below(8));
      return;
    case 1:
      if (!bytes.empty()) *place = kEdges[random.below(std::size(kEdges))];
      return;
    case 2:
      bytes.resize(at);
      return;
    case 3:
      if (!bytes.empty()) bytes.erase(place);
      return;
    case 4:
      bytes.insert(place, kEdges[random.below(std::size(kEdges))]);
      return;
    default: {
      const Bytes& other = corpus[random.below(corpus.size())];
      const std::size_t from = other.empty() ? 0 : random.below(other.size());
      bytes.resize(at);
      append(bytes, ByteView(other).subspan(from));
      return;
    }
  }
}

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, of_the_corpus) {
  const auto corpus = corpus_of(GetParam());
  ASSERT_FALSE(corpus.empty());
  for (const Bytes& input : corpus) GetParam().run(input);
}

TEST_P(Replay, of_the_corpus_altered) {
  const auto corpus = corpus_of(GetParam());
  ASSERT_FALSE(corpus.empty());
  SeededRandom random(6);
  for (std::size_t i = 0; i < altered_cases(GetParam()); ++i) {
    Bytes input = corpus[random.below(corpus.size())];
    for (std::size_t k = 0; k <= i % 4; ++k) alter(input, corpus, random);
    GetParam().run(input);
  }
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, testing::ValuesIn(kTargets),
                         [](const auto& page) { return std::string(page.param.name); });

}  // namespace
}  // namespace hawser::fuzz
