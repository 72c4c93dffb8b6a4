#include "hawser/transport/algorithm_list.h"

#include <algorithm>
#include <utility>

#include "hawser/base/display.h"
#include "hawser/base/limits.h"
#include "hawser/keys/pattern.h"

namespace hawser::transport {

namespace {

std::string quoted(std::string_view name) {
  return "'" + display(as_bytes(name), limits::kAlgorithmName) + "'";
}

template <typename Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

// How many letters must be changed, put in or left out (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t i = 0; i <= to.size(); ++i) row[i] = i;
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void add_missing(std::vector<std::string>& to, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (!contains(to, name)) to.push_back(name);
  }
}

std::string unknown_name(std::string_view name, const std::vector<std::string>& known) {
  std::string text = "unknown name " + quoted(name);
  if (name.size() <= limits::kAlgorithmName) {
    const auto nearest = std::ranges::min_element(
        known, {}, [&](const std::string& each) { return distance(name, each); });
    text += "; the nearest is '" + *nearest + "'";
  }
  return text + "; there are: " + joined(known);
}

class ListReader {
 public:
  ListReader(const crypto::Engine& engine, const AlgorithmKind& kind, Report& report)
      : engine_(engine), kind_(kind), report_(report), rows_(algorithms_of(engine, kind)) {}

  Result<std::vector<std::string>> read(std::string_view list) {
    const char sign = list.empty() ? '\0' : list.front();
    const bool has_sign = sign == '+' || sign == '-' || sign == '^';
    const auto names = HAWSER_TRY(expand(has_sign ? list.substr(1) : list, sign == '-'));
    std::vector<std::string> offer;
    if (sign == '-') {
      for (const auto& name : by_default()) {
        if (!contains(names, name)) offer.push_back(name);
      }
    } else {
      if (sign == '+') offer = by_default();
      add_missing(offer, names);
      if (sign == '^') add_missing(offer, by_default());
    }
    if (offer.empty()) return refuse(quoted(list) + " leaves nothing to offer");
    return offer;
  }

 private:
  [[nodiscard]] std::vector<std::string> by_default() const {
    std::vector<std::string> names;
    for (const auto& row : rows_) {
      if (row.is_default()) names.emplace_back(row.name);
    }
    return names;
  }

  [[nodiscard]] std::vector<std::string> all() const {
    std::vector<std::string> names;
    for (const auto& row : rows_) names.emplace_back(row.name);
    return names;
  }

  // The names that a list without its sign stands for, each once.
  Result<std::vector<std::string>> expand(std::string_view list, bool is_removing) {
    if (list.empty()) return refuse("the list is empty");
    std::vector<std::string> names;
    for (;;) {
      const auto comma = list.find(',');
      const std::string_view name = list.substr(0, comma);
      if (name.empty()) return refuse("an empty name in the list");
      add_missing(names, HAWSER_TRY(find(name, is_removing)));
      if (comma == std::string_view::npos) return names;
      list.remove_prefix(comma + 1);
    }
  }

  Result<std::vector<std::string>> find(std::string_view name, bool is_removing) {
    if (name.find_first_of("*?") != std::string_view::npos) return fitting(name, is_removing);
    const auto row = std::ranges::find(rows_, name, &AlgorithmRow::name);
    if (row == rows_.end()) return refuse(unknown_name(name, all()));
    if (!is_removing && row->is_legacy() && !is_provided(engine_, kind_, name)) {
      return refuse(quoted(name) + " is not provided by this system's cryptography library, " +
                    std::string(engine_.name) + " (its FIPS mode or a policy may forbid it)");
    }
    return std::vector<std::string>{std::string(name)};
  }

  Result<std::vector<std::string>> fitting(std::string_view pattern, bool is_removing) {
    std::vector<std::string> names;
    std::vector<std::string> named_only;
    for (const auto& row : rows_) {
      if (!keys::matches_pattern(pattern, row.name)) continue;
      (row.is_default() || is_removing ? names : named_only).emplace_back(row.name);
    }
    if (!names.empty()) return names;
    if (named_only.empty()) return refuse(quoted(pattern) + " fits none of: " + joined(all()));
    return refuse(quoted(pattern) +
                  " fits only what must be named one by one: " + joined(named_only));
  }

  [[nodiscard]] std::unexpected<Error> refuse(const std::string& why) const {
    report_.text = std::string(kind_.option) + ": " + why;
    return fail(Errc::invalid_argument, "algorithms");
  }

  const crypto::Engine& engine_;
  const AlgorithmKind& kind_;
  Report& report_;
  std::vector<AlgorithmRow> rows_;
};

}  // namespace

Result<std::vector<std::string>> read_algorithm_list(const crypto::Engine& engine,
                                                     const AlgorithmKind& kind,
                                                     std::string_view list, Report& report) {
  return ListReader(engine, kind, report).read(list);
}

Status allow_legacy(const crypto::Engine& engine, std::string_view name, Proposal& proposal,
                    Report& report) {
  std::vector<std::string> legacy;
  bool is_found = false;
  for (const AlgorithmKind& kind : algorithm_kinds()) {
    for (const auto& row : algorithms_of(engine, kind)) {
      if (!row.is_legacy()) continue;
      if (!contains(legacy, row.name)) legacy.emplace_back(row.name);
      if (row.name != name) continue;
      is_found = true;
      // Read as a list for its errors.
      HAWSER_TRY(read_algorithm_list(engine, kind, name, report));
      add_missing(proposal.*kind.list, {std::string(name)});
    }
  }
  if (is_found) return {};
  report.text = "Legacy: " + unknown_name(name, legacy);
  return fail(Errc::invalid_argument, "algorithms");
}

void allow_all_legacy(const crypto::Engine& engine, Proposal& proposal) {
  for (const AlgorithmKind& kind : algorithm_kinds()) {
    for (const auto& row : algorithms_of(engine, kind)) {
      if (row.is_legacy() && is_provided(engine, kind, row.name)) {
        add_missing(proposal.*kind.list, {std::string(row.name)});
      }
    }
  }
}

}  // namespace hawser::transport
