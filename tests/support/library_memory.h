// OpenSSL's allocator, of which a test makes one call fail, or all from there on. To be included by
// one file of a program: the library takes it only before its first allocation.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <utility>

#include <openssl/crypto.h>

namespace hawser::testing {

struct LibraryMemory {
  static constexpr std::uint64_t kEnough = UINT64_MAX;
  std::uint64_t to_come = kEnough;  // so many succeed
  bool lasts = false;               // and all behind the one that fails do, too
  bool has_failed = false;

  bool refuses() {
    if (to_come == kEnough) return false;
    if (to_come > 0) {
      --to_come;
      return false;
    }
    has_failed = true;
    if (!lasts) to_come = kEnough;
    return true;
  }
};

inline LibraryMemory library_memory;

// False: something came before.
inline const bool is_library_memory_ours =
    CRYPTO_set_mem_functions(
        [](std::size_t size, const char*, int) {
          return library_memory.refuses() ? nullptr : std::malloc(size);
        },
        [](void* old, std::size_t size, const char*, int) {
          return library_memory.refuses() ? nullptr : std::realloc(old, size);
        },
        [](void* old, const char*, int) { std::free(old); }) == 1;

// How many allocations `work` makes.
template <typename Work>
std::uint64_t library_allocations(const Work& work) {
  constexpr std::uint64_t kMany = 1'000'000;
  library_memory = {kMany, false, false};
  work();
  return kMany - std::exchange(library_memory, LibraryMemory{}).to_come;
}

}  // namespace hawser::testing
