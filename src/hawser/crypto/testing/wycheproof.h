// Project Wycheproof's files (JSON, testvectors_v1), found by the environment variable
// HAWSER_VECTORS: known answers with hostile cases among them. For tests only.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hawser/crypto/testing/support.h"

namespace hawser::crypto::testing {

using Json = nlohmann::json;

inline Bytes hex_field(const Json& object, const char* name) {
  return unhex(object.at(name).get<std::string>());
}

inline bool has_flag(const Json& test, std::string_view flag) {
  for (const Json& given : test.at("flags")) {
    if (given.get<std::string>() == flag) return true;
  }
  return false;
}

// The file's groups, or null (and the test should skip) if there is no such folder.
inline Json wycheproof(const std::string& file) {
  const char* folder = std::getenv("HAWSER_VECTORS");
  if (folder == nullptr) return nullptr;
  std::ifstream stream(std::string(folder) + "/wycheproof/" + file);
  EXPECT_TRUE(stream.is_open()) << file;
  if (!stream.is_open()) return nullptr;
  return Json::parse(stream).at("testGroups");
}

// Calls `judge(group, test)`, which says whether our code took the case, for every case of the
// file. `acceptable` cases are the judge's business: it says in a comment what becomes of them.
template <typename Judge>
void for_each_case(const Json& groups, Judge&& judge) {
  int seen = 0;
  for (const Json& group : groups) {
    for (const Json& test : group.at("tests")) {
      SCOPED_TRACE("tcId " + test.at("tcId").dump() + ": " + test.value("comment", "") + " " +
                   test.value("flags", Json::array()).dump());
      const bool is_taken = judge(group, test);
      const auto result = test.at("result").get<std::string>();
      EXPECT_TRUE(result != "valid" || is_taken);
      EXPECT_TRUE(result != "invalid" || !is_taken);
      ++seen;
    }
  }
  EXPECT_GT(seen, 0);
}

}  // namespace hawser::crypto::testing

// Declares `groups` or skips the test.
#define HAWSER_WYCHEPROOF(groups, file)                            \
  const auto groups = ::hawser::crypto::testing::wycheproof(file); \
  if (groups.is_null()) GTEST_SKIP() << "HAWSER_VECTORS names no folder of vectors"
