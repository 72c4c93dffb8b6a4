// Every allocation of this program, counted: those of C++ and those of OpenSSL. And one of C++ that
// fails.
#pragma once

#include <cstddef>

namespace hawser::memory {

std::size_t live();  // bytes, as malloc has them
std::size_t peak();  // the most that were live since start_peak()
void start_peak();

// The n-th allocation of C++ from now on throws std::bad_alloc, once; 0: none does.
void fail_at(std::size_t n);

}  // namespace hawser::memory
