// Numbers below a modulus that is no power of two are packed in pairs: the pair is one number below
// the product of both moduli, whose low bytes go out until what is left of it is below 2^14. Those
// rests are packed in pairs in turn, until one is left. Which bytes go out when depends on the
// moduli alone.
#include "hawser/crypto/native/sntrup_coding.h"

#include <span>

#include "hawser/base/secret.h"

namespace hawser::crypto::sntrup {

namespace {

constexpr std::uint32_t kRestLimit = 1 << 14;
constexpr std::uint16_t kRoundedModulus = (kQ + 2) / 3;

using Numbers = std::array<std::uint16_t, kDegree>;

constexpr std::uint32_t without_low_byte(std::uint32_t modulus) {
  return (modulus + 255) >> 8;
}

void pack(Numbers& numbers, std::uint16_t modulus, ByteSpan out) {
  Numbers moduli;
  moduli.fill(modulus);
  std::size_t done = 0;
  const auto put_low_byte = [&](std::uint32_t& number, std::uint32_t& number_modulus) {
    out[done++] = static_cast<std::uint8_t>(number);
    number >>= 8;
    number_modulus = without_low_byte(number_modulus);
  };
  for (std::size_t count = kDegree; count > 1; count = (count + 1) / 2) {
    for (std::size_t i = 0; i + 1 < count; i += 2) {
      std::uint32_t pair = numbers[i] + std::uint32_t{numbers[i + 1]} * moduli[i];
      std::uint32_t pair_modulus = std::uint32_t{moduli[i]} * moduli[i + 1];
      while (pair_modulus >= kRestLimit) put_low_byte(pair, pair_modulus);
      numbers[i / 2] = static_cast<std::uint16_t>(pair);
      moduli[i / 2] = static_cast<std::uint16_t>(pair_modulus);
    }
    if (count % 2 != 0) {
      numbers[count / 2] = numbers[count - 1];
      moduli[count / 2] = moduli[count - 1];
    }
  }
  std::uint32_t last = numbers[0];
  std::uint32_t last_modulus = moduli[0];
  while (last_modulus > 1) put_low_byte(last, last_modulus);
}

// The inverse of pack(), which must take the low bytes of each round before it knows the rests: it
// calls itself for those. Takes `moduli.size()` numbers from the front of `bytes`.
void unpack(ByteView& bytes, std::span<const std::uint16_t> moduli,
            std::span<std::uint16_t> numbers) {
  const std::size_t count = moduli.size();
  std::array<std::uint16_t, (kDegree + 1) / 2> rest_moduli;
  std::array<std::uint16_t, (kDegree + 1) / 2> rests;
  std::array<std::uint32_t, (kDegree + 1) / 2> low;
  std::array<std::uint32_t, (kDegree + 1) / 2> low_size;  // how many values the low bytes can have
  const auto take_low_bytes = [&](std::size_t i, std::uint32_t modulus, std::uint32_t limit) {
    low[i] = 0;
    low_size[i] = 1;
    for (; modulus > limit; modulus = without_low_byte(modulus)) {
      low[i] += bytes[0] * low_size[i];
      low_size[i] <<= 8;
      bytes = bytes.subspan(1);
    }
    rest_moduli[i] = static_cast<std::uint16_t>(modulus);
  };
  if (count == 1) {
    take_low_bytes(0, moduli[0], 1);
    numbers[0] = static_cast<std::uint16_t>(low[0] % moduli[0]);
    return;
  }
  const std::size_t pairs = count / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    take_low_bytes(i, std::uint32_t{moduli[2 * i]} * moduli[2 * i + 1], kRestLimit - 1);
  }
  const std::size_t rest_count = (count + 1) / 2;
  if (rest_count != pairs) rest_moduli[pairs] = moduli[count - 1];
  unpack(bytes, std::span(rest_moduli).first(rest_count), std::span(rests).first(rest_count));
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::uint32_t pair = low[i] + low_size[i] * rests[i];
    numbers[2 * i] = static_cast<std::uint16_t>(pair % moduli[2 * i]);
    numbers[2 * i + 1] = static_cast<std::uint16_t>(pair / moduli[2 * i] % moduli[2 * i + 1]);
  }
  if (rest_count != pairs) numbers[count - 1] = rests[pairs];
}

void unpack(ByteView bytes, std::uint16_t modulus, Numbers& numbers) {
  Numbers moduli;
  moduli.fill(modulus);
  unpack(bytes, moduli, numbers);
}

}  // namespace

void encode(const Small& poly, ByteSpan out) {
  for (std::size_t i = 0; i < kEncodedSmall; ++i) {
    unsigned byte = 0;
    for (std::size_t j = 0; j < 4 && 4 * i + j < kDegree; ++j) {
      byte |= static_cast<unsigned>(poly.at[4 * i + j] + 1) << (2 * j);
    }
    out[i] = static_cast<std::uint8_t>(byte);
  }
}

void decode(ByteView bytes, Small& poly) {
  for (std::size_t i = 0; i < kDegree; ++i) {
    poly.at[i] = static_cast<std::int16_t>((bytes[i / 4] >> (2 * (i % 4)) & 3) - 1);
  }
}

void encode(const ModQ& poly, ByteSpan out) {
  Secret<Numbers> numbers;
  for (std::size_t i = 0; i < kDegree; ++i) {
    (*numbers)[i] = static_cast<std::uint16_t>(poly.at[i] + kHalfQ);
  }
  pack(*numbers, kQ, out);
}

void decode(ByteView bytes, ModQ& poly) {
  Numbers numbers;
  unpack(bytes, kQ, numbers);
  for (std::size_t i = 0; i < kDegree; ++i) {
    poly.at[i] = static_cast<std::int16_t>(numbers[i] - kHalfQ);
  }
}

void encode_rounded(const ModQ& poly, ByteSpan out) {
  Secret<Numbers> numbers;
  for (std::size_t i = 0; i < kDegree; ++i) {
    const std::int32_t positive = poly.at[i] + kHalfQ;
    (*numbers)[i] = static_cast<std::uint16_t>((positive * 10923) >> 15);  // a third, exactly
  }
  pack(*numbers, kRoundedModulus, out);
}

void decode_rounded(ByteView bytes, ModQ& poly) {
  Numbers numbers;
  unpack(bytes, kRoundedModulus, numbers);
  for (std::size_t i = 0; i < kDegree; ++i) {
    poly.at[i] = static_cast<std::int16_t>(3 * numbers[i] - kHalfQ);
  }
}

}  // namespace hawser::crypto::sntrup
