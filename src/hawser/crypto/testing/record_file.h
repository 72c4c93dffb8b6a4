// The files of NIST's validation programs and others in their form, as PyPI's cryptography-vectors
// has them, found by the environment variable HAWSER_CRYPTOGRAPHY_VECTORS. For tests only.
//
//   file    = *( section / record / comment / empty line )
//   section = "[" text "]"              what stands above a record in brackets is its section
//   record  = 1*( name [ "=" value ] )  lines without an empty one between them; a name that the
//                                       record has already begins the next
#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"

namespace hawser::crypto::testing {

struct Record {
  std::string section;
  std::map<std::string, std::string, std::less<>> fields;

  [[nodiscard]] bool has(std::string_view name) const { return fields.contains(name); }
  [[nodiscard]] std::string_view text(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
  }
  [[nodiscard]] Bytes bytes(std::string_view name) const { return unhex(text(name)); }
  // A number that may be written with too few or too many zeros in front.
  [[nodiscard]] Bytes number(std::string_view name, std::size_t size) const {
    const std::string digits = std::string(2 * size, '0') + std::string(text(name));
    return unhex(std::string_view(digits).substr(digits.size() - 2 * size));
  }
  [[nodiscard]] bool is_in(std::string_view part) const {
    return section.find(part) != std::string::npos;
  }
};

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return text;
}

// The path of a file of cryptography-vectors; nullopt (and the test should skip) without them.
inline std::optional<std::string> vector_path(const std::string& file) {
  const char* folder = std::getenv("HAWSER_CRYPTOGRAPHY_VECTORS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return std::string(folder) + "/" + file;
}

inline std::vector<Record> read_records(const std::string& path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream.is_open()) << path;
  std::vector<Record> records;
  Record record;
  bool is_new_section = false;
  const auto end_record = [&] {
    if (record.fields.empty()) return;
    records.push_back(record);
    record.fields.clear();
    is_new_section = true;
  };
  for (std::string line; std::getline(stream, line);) {
    const std::string_view text = trimmed(line);
    if (text.empty()) {
      end_record();
    } else if (text.front() == '[') {
      end_record();
      if (std::exchange(is_new_section, false)) record.section.clear();
      record.section += text;
    } else if (text.front() != '#') {
      const auto sign = text.find('=');
      const std::string_view name = trimmed(text.substr(0, sign));
      if (record.fields.contains(name)) end_record();
      record.fields[std::string(name)] =
          sign == std::string_view::npos ? "" : trimmed(text.substr(sign + 1));
    }
  }
  end_record();
  return records;
}

}  // namespace hawser::crypto::testing

// Declares `records`, those of the file, or skips the test.
#define HAWSER_RECORDS(records, file)                                         \
  const auto records##_path = ::hawser::crypto::testing::vector_path(file);   \
  if (!records##_path) {                                                      \
    GTEST_SKIP() << "HAWSER_CRYPTOGRAPHY_VECTORS names no folder of vectors"; \
  }                                                                           \
  const auto records = ::hawser::crypto::testing::read_records(*records##_path)
