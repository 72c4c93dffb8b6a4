#include "memory/counting.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <malloc.h>
#include <openssl/crypto.h>

namespace hawser::memory {

namespace {

// One thread runs these tests.
std::size_t now_live = 0;
std::size_t most_live = 0;
std::size_t allocations_left = 0;

void* counted(void* memory) {
  if (memory == nullptr) return nullptr;
  now_live += malloc_usable_size(memory);
  most_live = std::max(most_live, now_live);
  return memory;
}

void* allocate(std::size_t size) {
  if (allocations_left > 0 && --allocations_left == 0) throw std::bad_alloc();
  void* memory = counted(std::malloc(std::max(size, std::size_t{1})));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) {
  if (memory != nullptr) now_live -= malloc_usable_size(memory);
  std::free(memory);
}

void* openssl_allocate(std::size_t size, const char* /*file*/, int /*line*/) {
  return counted(std::malloc(size));
}

void* openssl_reallocate(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
  if (memory != nullptr) now_live -= malloc_usable_size(memory);
  if (size == 0) {
    std::free(memory);
    return nullptr;
  }
  return counted(std::realloc(memory, size));
}

void openssl_release(void* memory, const char* /*file*/, int /*line*/) {
  release(memory);
}

// Before OpenSSL takes any memory.
[[maybe_unused]] const bool is_openssl_counted =
    CRYPTO_set_mem_functions(openssl_allocate, openssl_reallocate, openssl_release) == 1;

}  // namespace

std::size_t live() {
  return now_live;
}
std::size_t peak() {
  return most_live;
}
void start_peak() {
  most_live = now_live;
}

void fail_at(std::size_t n) {
  allocations_left = n;
}

}  // namespace hawser::memory

void* operator new(std::size_t size) {
  return hawser::memory::allocate(size);
}
void* operator new[](std::size_t size) {
  return hawser::memory::allocate(size);
}
// zlib's, which says by itself that there is none: never the one that fails.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return hawser::memory::counted(std::malloc(size));
}
void operator delete(void* memory) noexcept {
  hawser::memory::release(memory);
}
void operator delete[](void* memory) noexcept {
  hawser::memory::release(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  hawser::memory::release(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  hawser::memory::release(memory);
}
