// The files under tests/data/, and the published vectors that may lie elsewhere.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace hawser::test {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The content of tests/data/<name>.
inline std::string test_data(const std::string& name) {
  return read_file(std::string(HAWSER_TEST_DATA) + "/" + name);
}

// The folder of published vectors, if HAWSER_VECTORS names it.
inline std::optional<std::string> vectors() {
  const char* folder = std::getenv("HAWSER_VECTORS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return std::string(folder);
}

}  // namespace hawser::test
