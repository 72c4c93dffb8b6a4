// Blowfish, its tables computed from pi, and the two key schedules of bcrypt.
#include "hawser/crypto/native/blowfish.h"

#include <memory>

#include "hawser/base/secret.h"

namespace hawser::crypto {

namespace {

// pi by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239), as limbs of 32 bits: the integer part,
// then the fraction. Blowfish's tables are the fraction's first 1042 limbs, so that computing them
// is shorter than listing them, and cannot hold a misprint.
class Pi {
 public:
  static constexpr std::size_t kWords = 18 + 4 * 256;

  Pi() {
    add_arctan<5>(16);
    add_arctan<239>(-4);
    propagate_carries();
  }

  [[nodiscard]] std::uint32_t fraction(std::size_t word) const {
    return static_cast<std::uint32_t>(sums_[1 + word]);
  }

 private:
  // Each of some 9,300 terms is cut off below its last limb: 14 bits of error, 64 of guard.
  static constexpr std::size_t kLimbs = 1 + kWords + 2;

  // Adds factor * arctan(1/x) = factor * (1/x - 1/3x^3 + 1/5x^5 - ...).
  template <std::uint32_t x>
  void add_arctan(std::int64_t factor) {
    auto power = std::make_unique<std::array<std::uint32_t, kLimbs>>();  // |factor| / x^k
    (*power)[0] = static_cast<std::uint32_t>(factor < 0 ? -factor : factor);
    divide<x>(*power, 0);
    std::int64_t sign = factor < 0 ? -1 : 1;
    std::size_t first = 0;  // limb of the power that is not zero
    for (std::uint64_t k = 1; first < kLimbs; k += 2, sign = -sign) {
      add_quotient(*power, first, k, sign);
      divide<x * x>(*power, first);
      while (first < kLimbs && (*power)[first] == 0) ++first;
    }
  }

  template <std::uint64_t divisor>
  static void divide(std::array<std::uint32_t, kLimbs>& number, std::size_t first) {
    std::uint64_t remainder = 0;
    for (std::size_t i = first; i < kLimbs; ++i) {
      const std::uint64_t part = remainder << 32 | number[i];
      number[i] = static_cast<std::uint32_t>(part / divisor);
      remainder = part % divisor;
    }
  }

  // Adds sign * number / divisor, limb by limb; 64-bit sums hold the carries of all terms.
  void add_quotient(const std::array<std::uint32_t, kLimbs>& number, std::size_t first,
                    std::uint64_t divisor, std::int64_t sign) {
    std::uint64_t remainder = 0;
    for (std::size_t i = first; i < kLimbs; ++i) {
      const std::uint64_t part = remainder << 32 | number[i];
      sums_[i] += sign * static_cast<std::int64_t>(part / divisor);
      remainder = part % divisor;
    }
  }

  void propagate_carries() {
    for (std::size_t i = kLimbs - 1; i > 0; --i) {
      sums_[i - 1] += sums_[i] >> 32;  // rounds down, so that what stays is not negative
      sums_[i] &= 0xffff'ffff;
    }
  }

  std::array<std::int64_t, kLimbs> sums_{};
};

Blowfish::Tables tables_of_pi() {
  const auto pi = std::make_unique<Pi>();
  Blowfish::Tables tables;
  std::size_t word = 0;
  for (std::uint32_t& entry : tables.p) entry = pi->fraction(word++);
  for (auto& box : tables.s) {
    for (std::uint32_t& entry : box) entry = pi->fraction(word++);
  }
  return tables;
}

// Big-endian words of a text that starts over at its end.
class CyclicWords {
 public:
  explicit CyclicWords(ByteView text) : text_(text) {}

  std::uint32_t next() {
    std::uint32_t word = 0;
    for (int i = 0; i < 4; ++i) {
      word = word << 8 | text_[position_];
      if (++position_ == text_.size()) position_ = 0;
    }
    return word;
  }

 private:
  ByteView text_;
  std::size_t position_ = 0;
};

// Overwrites P, then the S boxes, with a chain of blocks: each is `encrypt` of the one before.
template <typename Encrypt>
void refill(Blowfish::Tables& tables, Encrypt&& encrypt) {
  Blowfish::Block block{0, 0};
  const auto fill = [&](std::span<std::uint32_t> entries) {
    for (std::size_t i = 0; i < entries.size(); i += 2) {
      block = encrypt(block);
      entries[i] = block.left;
      entries[i + 1] = block.right;
    }
  };
  fill(tables.p);
  for (auto& box : tables.s) fill(box);
}

}  // namespace

const Blowfish::Tables& Blowfish::initial_tables() {
  static const Tables tables = tables_of_pi();
  return tables;
}

Blowfish::~Blowfish() {
  wipe({reinterpret_cast<std::uint8_t*>(&tables_), sizeof(tables_)});
}

void Blowfish::expand(ByteView key) {
  mix_key(key);
  refill(tables_, [this](Block block) { return encrypt(block); });
}

void Blowfish::expand(ByteView key, ByteView salt) {
  mix_key(key);
  CyclicWords words(salt);
  refill(tables_, [&](Block block) {
    block.left ^= words.next();
    block.right ^= words.next();
    return encrypt(block);
  });
}

void Blowfish::mix_key(ByteView key) {
  CyclicWords words(key);
  for (std::uint32_t& entry : tables_.p) entry ^= words.next();
}

Blowfish::Block Blowfish::encrypt(Block block) const {
  const auto& s = tables_.s;
  const auto scramble = [&s](std::uint32_t x) {
    return ((s[0][x >> 24] + s[1][x >> 16 & 0xff]) ^ s[2][x >> 8 & 0xff]) + s[3][x & 0xff];
  };
  std::uint32_t left = block.left;
  std::uint32_t right = block.right;
  for (std::size_t i = 0; i < kRounds; i += 2) {  // two rounds a turn spare the swap of the halves
    left ^= tables_.p[i];
    right ^= scramble(left);
    right ^= tables_.p[i + 1];
    left ^= scramble(right);
  }
  return {right ^ tables_.p[kRounds + 1], left ^ tables_.p[kRounds]};
}

}  // namespace hawser::crypto
