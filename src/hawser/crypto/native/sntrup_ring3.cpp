// Reciprocals in R/3. A polynomial is two rows of bits, one for the coefficients that are not zero
// and one for those that are -1, so that a word holds 64 of them and a sum is a dozen operations.
#include "hawser/base/secret.h"
#include "hawser/crypto/native/constant_time.h"
#include "hawser/crypto/native/sntrup_ring.h"
#include "hawser/crypto/native/vectorized.h"

namespace hawser::crypto::sntrup {

namespace {

using Word = std::uint64_t;
using Words =
    Word __attribute__((vector_size(32)));  // as wide as AVX2; elsewhere it is made of parts
constexpr std::size_t kBits = 64;
constexpr std::size_t kLanes = sizeof(Words) / sizeof(Word);

using Row = std::array<Words, 3>;
static_assert(sizeof(Row) * 8 >= kDegree + 2);

void set_bit(Row& row, std::size_t i, Word bit) {
  row[i / kBits / kLanes][i / kBits % kLanes] |= bit << (i % kBits);
}
Word bit_of(const Row& row, std::size_t i) {
  return row[i / kBits / kLanes][i / kBits % kLanes] >> (i % kBits) & 1;
}

struct Trits {
  Row nonzero;
  Row negative;  // only where nonzero

  void set(std::size_t i, std::int16_t value) {
    const auto bits = static_cast<Word>(static_cast<std::int64_t>(value));
    set_bit(nonzero, i, bits & 1);
    set_bit(negative, i, bits >> 1 & 1);  // of -1 all bits are set
  }
  [[nodiscard]] std::int16_t get(std::size_t i) const {
    const auto digit = static_cast<std::int64_t>(bit_of(nonzero, i) - 2 * bit_of(negative, i));
    return static_cast<std::int16_t>(digit);
  }
};

// Euclid's algorithm as in sntrup_ring.cpp, where its steps are explained.
struct Columns {
  Trits f, g, v, r;
  std::int32_t delta;
};

void swap_if(Word mask, Trits& a, Trits& b) {
  for (std::size_t i = 0; i < std::tuple_size_v<Row>; ++i) {
    const Words nonzero = mask & (a.nonzero[i] ^ b.nonzero[i]);
    a.nonzero[i] ^= nonzero;
    b.nonzero[i] ^= nonzero;
    const Words negative = mask & (a.negative[i] ^ b.negative[i]);
    a.negative[i] ^= negative;
    b.negative[i] ^= negative;
  }
}

// to += factor * by. The factor is a number in every place: all ones or zeros in both rows.
void add_multiple(Trits& to, const Trits& by, Word nonzero, Word negative) {
  for (std::size_t i = 0; i < std::tuple_size_v<Row>; ++i) {
    const Words a = to.nonzero[i];
    const Words b = by.nonzero[i] & nonzero;
    const Words a_negative = to.negative[i];
    const Words b_negative = (by.negative[i] ^ negative) & b;
    const Words both = a & b;
    const Words differ = a_negative ^ b_negative;
    // 1 + 1 is -1, and the other way; of 1 and -1 nothing is left.
    const Words sum = (a ^ b) | (both & ~differ);
    to.nonzero[i] = sum;
    to.negative[i] = sum & (differ | (both & ~a_negative));
  }
}

// Each word gets the lowest bit of the one above it, or the highest of the one below.
void divide_by_x(Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Words last = i + 1 < row.size() ? row[i + 1] : Words{};
    row[i] = row[i] >> 1 | __builtin_shufflevector(row[i], last, 1, 2, 3, 4) << (kBits - 1);
  }
}
void multiply_by_x(Row& row) {
  for (std::size_t i = row.size(); i-- > 0;) {
    const Words first = i > 0 ? row[i - 1] : Words{};
    row[i] = row[i] << 1 | __builtin_shufflevector(first, row[i], 3, 4, 5, 6) >> (kBits - 1);
  }
}

HAWSER_VECTORIZED void run(Columns& c) {
  constexpr std::size_t kSteps = 2 * kDegree - 1;
  for (std::size_t step = 0; step < kSteps; ++step) {
    const Word is_positive = static_cast<Word>(static_cast<std::int64_t>(-c.delta >> 31));
    const Word swaps = constant_time::hide(is_positive & (0 - bit_of(c.g.nonzero, 0)));
    const auto turns = static_cast<std::int32_t>(swaps);
    c.delta = (c.delta ^ (turns & (c.delta ^ -c.delta))) + 1;
    swap_if(swaps, c.f, c.g);
    swap_if(swaps, c.v, c.r);

    // f(0) is never zero: g -= g(0) / f(0) * f takes g's first coefficient away.
    const Word nonzero = constant_time::hide(0 - bit_of(c.g.nonzero, 0));
    const Word negative = nonzero & ~(0 - (bit_of(c.g.negative, 0) ^ bit_of(c.f.negative, 0)));
    add_multiple(c.g, c.f, nonzero, negative);
    add_multiple(c.r, c.v, nonzero, negative);
    divide_by_x(c.g.nonzero);
    divide_by_x(c.g.negative);
    multiply_by_x(c.v.nonzero);
    multiply_by_x(c.v.negative);
  }
}

}  // namespace

std::uint32_t reciprocal(const Small& a, Small& inverse) {
  Secret<Columns> columns;
  columns->f.set(0, 1);
  columns->f.set(kDegree - 1, -1);
  columns->f.set(kDegree, -1);
  for (std::size_t i = 0; i < kDegree; ++i) columns->g.set(i, a.at[kDegree - 1 - i]);
  columns->r.set(0, 1);
  columns->delta = 1;
  run(*columns);
  const std::int16_t scale = columns->f.get(0);  // 1 or -1, its own inverse
  for (std::size_t i = 0; i < kDegree; ++i) {
    inverse.at[i] = static_cast<std::int16_t>(scale * columns->v.get(kDegree - i));
  }
  const std::int32_t delta = columns->delta;
  return ~static_cast<std::uint32_t>(constant_time::hide((delta | -delta) >> 31));
}

}  // namespace hawser::crypto::sntrup
