#include "run_many.h"

#include "hawser/client/run_many.h"

#include "buffers.h"
#include "calls.h"
#include "results.h"
#include "session.h"

namespace hawser::python {

namespace {

using Results = std::vector<client::Outcome<client::CommandResult>>;

client::Job job_from(nb::handle pair) {
  if (!nb::isinstance<nb::tuple>(pair) || nb::len(pair) != 2 ||
      !nb::isinstance<PySession>(pair[0])) {
    PyErr_SetString(PyExc_TypeError, "jobs: each is a pair (Session, command)");
    throw nb::python_error();
  }
  return {nb::cast<PySession&>(pair[0]).connection, text_argument(pair[1], "command")};
}

nb::object to_python(client::Outcome<client::CommandResult>& result) {
  if (!result) return exception_of(std::move(result).error());
  return nb::cast(RunResult{python::to_python(result->output),
                            python::to_python(result->error_output), result->exit});
}

nb::list run_all(nb::handle jobs, nb::handle timeout) {
  std::vector<nb::object> sessions;  // held while their commands run
  std::vector<client::Job> list;
  for (nb::handle job : nb::iter(jobs)) {
    list.push_back(job_from(job));
    sessions.push_back(nb::borrow(job[0]));
  }
  const auto limit = seconds_argument(timeout, "timeout");
  auto results = without_gil([&](const client::Interrupt& interrupted) -> client::Outcome<Results> {
    bool is_interrupted = false;
    client::Interrupt look;
    if (interrupted) look = [&] { return is_interrupted = interrupted(); };
    Results all = client::run_many(std::move(list), limit, look);
    if (is_interrupted) {
      return std::unexpected(client::explain(Error{Errc::cancelled, 0, "run_all"}, Report{}));
    }
    return all;
  });
  nb::list found;
  for (auto& result : results) found.append(to_python(result));
  return found;
}

}  // namespace

void bind_run_many(nb::module_& m) {
  using namespace nb::literals;
  m.def("run_all", &run_all, "jobs"_a, nb::kw_only(), "timeout"_a = nb::none());
}

}  // namespace hawser::python
