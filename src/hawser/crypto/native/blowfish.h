// The Blowfish block cipher with the expensive key schedule of bcrypt (Provos and Mazieres, "A
// Future-Adaptable Password Scheme"). For bcrypt_pbkdf only: 64-bit blocks are too small for data.
#pragma once

#include "hawser/base/bytes.h"

namespace hawser::crypto {

class Blowfish {
 public:
  static constexpr std::size_t kRounds = 16;

  struct Block {
    std::uint32_t left;
    std::uint32_t right;
    bool operator==(const Block&) const = default;
  };
  struct Tables {
    std::array<std::uint32_t, kRounds + 2> p;
    std::array<std::array<std::uint32_t, 256>, 4> s;
  };

  // The initial state: the fraction of pi.
  Blowfish() : tables_(initial_tables()) {}
  ~Blowfish();
  Blowfish(const Blowfish&) = delete;
  Blowfish& operator=(const Blowfish&) = delete;

  // The ordinary key schedule, on the state as it is. Requires: key is not empty.
  void expand(ByteView key);
  // The same with `salt` mixed into every block. Requires: salt.size() is a multiple of 8.
  void expand(ByteView key, ByteView salt);

  [[nodiscard]] Block encrypt(Block block) const;

  // Computed once a process, in some 40 ms.
  static const Tables& initial_tables();

 private:
  void mix_key(ByteView key);

  Tables tables_;
};

}  // namespace hawser::crypto
