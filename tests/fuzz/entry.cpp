// What libFuzzer calls, compiled once for each page: HAWSER_FUZZ_TARGET is its name.
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hawser::fuzz::HAWSER_FUZZ_TARGET({data, size});
  return 0;
}
