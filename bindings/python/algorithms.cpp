#include "algorithms.h"

#include <algorithm>

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "hawser/base/limits.h"
#include "hawser/transport/algorithm_list.h"
#include "hawser/transport/compression.h"

#include "buffers.h"
#include "error_classes.h"

namespace hawser::python {

namespace {

// Legacy algorithms that the caller names; none: all that there are.
struct Legacy {
  std::vector<std::string> names;
};

// A row of the tables, for the documents.
struct SupportedAlgorithm {
  std::string kind;
  std::string name;
  std::string defined_in;
  bool is_default;
  bool is_legacy;
  bool is_provided;
};

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

[[noreturn]] void raise_value_error(const std::string& text) {
  PyErr_SetString(PyExc_ValueError, text.c_str());
  throw nb::python_error();
}

// A list as one text, whichever way it was given.
std::string list_argument(nb::handle value) {
  if (nb::isinstance<nb::str>(value)) return text_argument(value, "algorithms");
  std::string list;
  bool is_first = true;
  for (nb::handle name : value) {
    if (!std::exchange(is_first, false)) list += ',';
    list += text_argument(name, "algorithms");
  }
  return list;
}

transport::Proposal with_legacy(transport::Proposal proposal, const Legacy& legacy) {
  if (legacy.names.empty()) transport::allow_all_legacy(engine(), proposal);
  for (const auto& name : legacy.names) {
    Report report;
    if (!transport::allow_legacy(engine(), name, proposal, report)) raise_value_error(report.text);
  }
  return proposal;
}

const transport::AlgorithmKind& kind_argument(nb::handle key) {
  const std::string name = text_argument(key, "algorithms");
  const auto* kind = transport::find_algorithm_kind(name);
  if (kind != nullptr) return *kind;
  std::string known;
  for (const auto& each : transport::algorithm_kinds()) {
    known += (known.empty() ? "" : ", ") + std::string(each.option);
    known += " (or " + std::string(each.key) + ")";
  }
  raise_value_error("algorithms: unknown list '" + name + "'; there are: " + known);
}

transport::Proposal with_lists(transport::Proposal proposal, nb::handle lists) {
  std::vector<const transport::AlgorithmKind*> given;
  for (const auto& [key, value] : items_of(lists, "algorithms")) {
    const auto& kind = kind_argument(key);
    if (std::ranges::find(given, &kind) != given.end()) {
      raise_value_error("algorithms: " + std::string(kind.option) + " is given twice");
    }
    given.push_back(&kind);
    Report report;
    auto names = transport::read_algorithm_list(engine(), kind, list_argument(value), report);
    if (!names) raise_value_error(report.text);
    proposal.*kind.list = *std::move(names);
  }
  return proposal;
}

Legacy legacy_of(const nb::args& names) {
  Legacy legacy;
  for (nb::handle name : names) legacy.names.push_back(text_argument(name, "a name"));
  with_legacy(transport::default_proposal(engine()), legacy);  // for its errors
  return legacy;
}

std::string repr_of(const Legacy& legacy) {
  std::string text;
  for (const auto& name : legacy.names) text += (text.empty() ? "'" : ", '") + name + "'";
  return "Legacy(" + text + ")";
}

std::vector<SupportedAlgorithm> supported_algorithms() {
  std::vector<SupportedAlgorithm> all;
  for (const auto& kind : transport::algorithm_kinds()) {
    for (const auto& row : transport::algorithms_of(engine(), kind)) {
      all.push_back({std::string(kind.option), std::string(row.name), std::string(row.defined_in),
                     row.standing == crypto::Standing::by_default, row.is_legacy(),
                     transport::is_provided(engine(), kind, row.name)});
    }
  }
  return all;
}

}  // namespace

transport::Proposal proposal_from(nb::handle algorithms, bool compression) {
  transport::Proposal proposal = transport::default_proposal(engine());
  if (compression) proposal.compression = transport::wanted_compression();
  if (algorithms.is_none()) return proposal;
  if (nb::isinstance<Legacy>(algorithms)) {
    return with_legacy(std::move(proposal), nb::cast<Legacy>(algorithms));
  }
  if (nb::isinstance<nb::str>(algorithms)) {
    const std::string word = text_argument(algorithms, "algorithms");
    if (word == "legacy") return with_legacy(std::move(proposal), Legacy{});
    raise_value_error("algorithms: '" + word + "' is neither 'legacy' nor a mapping of lists");
  }
  return with_lists(std::move(proposal), algorithms);
}

unsigned required_rsa_bits_from(nb::handle value, nb::handle algorithms) {
  if (!value.is_none()) {
    return static_cast<unsigned>(
        integer_argument(value, "required_rsa_size", {limits::kRsaBitsMin, limits::kRsaBitsMax}));
  }
  const bool takes_all_legacy =
      (nb::isinstance<Legacy>(algorithms) && nb::cast<Legacy>(algorithms).names.empty()) ||
      nb::isinstance<nb::str>(algorithms);
  return takes_all_legacy ? limits::kRsaBitsMin : limits::kRsaBitsRequired;
}

void warn_of(const std::vector<std::string>& weaknesses) {
  for (const auto& weakness : weaknesses) {
    if (PyErr_WarnEx(error_classes().security_warning, weakness.c_str(), 1) != 0) {
      throw nb::python_error();
    }
  }
}

void bind_algorithms(nb::module_& m) {
  nb::class_<Legacy>(m, "Legacy", nb::is_final(),
                     "Legacy algorithms to offer besides the others: those named, or all.")
      .def("__init__",
           [](Legacy* self, const nb::args& names) { new (self) Legacy(legacy_of(names)); })
      .def_prop_ro("names", [](Legacy& self) { return nb::tuple(nb::cast(self.names)); })
      .def("__repr__", [](Legacy& self) { return repr_of(self); });
  using Row = SupportedAlgorithm;
  nb::class_<Row>(m, "SupportedAlgorithm", nb::is_final())
      .def_prop_ro("kind", [](Row& self) { return self.kind; })
      .def_prop_ro("name", [](Row& self) { return self.name; })
      .def_prop_ro("defined_in", [](Row& self) { return self.defined_in; })
      .def_prop_ro("default", [](Row& self) { return self.is_default; })
      .def_prop_ro("legacy", [](Row& self) { return self.is_legacy; })
      .def_prop_ro("provided", [](Row& self) { return self.is_provided; })
      .def("__repr__",
           [](Row& self) { return "SupportedAlgorithm(" + self.kind + " " + self.name + ")"; });
  m.def("supported_algorithms", &supported_algorithms);
}

}  // namespace hawser::python
