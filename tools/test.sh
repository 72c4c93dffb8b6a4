#!/usr/bin/env bash
# Every test, from a bare clone: sets up what is missing, then runs the stages below and sums up.
#
#   tools/test.sh                                 all stages
#   tools/test.sh lint|cpp|asan|icount|python|pythons|interop    only these
#   tools/test.sh interop-all                     each combination of algorithms, not only each pair
#   tools/test.sh tsan                            the threaded C++ tests under ThreadSanitizer
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
all=(lint cpp asan icount python pythons interop)
known=("${all[@]}" interop-all tsan)
summary=()
status=0

main() {
  local stages=("$@") stage began=$SECONDS
  [ $# -gt 0 ] || stages=("${all[@]}")
  for stage in "${stages[@]}"; do
    [[ " ${known[*]} " == *" $stage "* ]] || { echo "test: unknown stage $stage (known: ${known[*]})" >&2; exit 2; }
  done

  local needs=()
  [[ " ${stages[*]} " != *" lint "* ]] || needs+=(--lint)
  [[ " ${stages[*]} " != *" interop"* ]] || needs+=(--peers)
  run setup bash tools/setup.sh "${needs[@]}"
  [ $status -eq 0 ] || finish
  for stage in "${stages[@]}"; do
    "stage_${stage/-/_}"
  done
  printf '\n== all stages: %ss\n' $((SECONDS - began))
  finish
}

stage_lint() {
  run layers build/venv/bin/python tools/check_layers.py
  run lint bash tools/lint.sh
}
stage_cpp() { run "C++ tests" preset dev; }
stage_asan() { run "C++ tests, ASan+UBSan" preset asan; }
stage_icount() { run "instruction counts" icount; }
stage_python() {
  run "Python tests" build/venv/bin/python -m pytest tests/python
  run "hostile peers" build/venv/bin/python -m pytest tests/hostile
}
stage_pythons() { run "other Pythons" bash tools/pythons.sh; }
stage_interop() { run "interop, every pair" build/venv/bin/python -m pytest tests/interop; }
stage_interop_all() {
  run "interop, every combination" build/venv/bin/python -m pytest tests/interop --all
}

stage_tsan() { run "threads, TSan" threads; }

threads() {
  cmake --preset tsan >build/cmake-tsan.log 2>&1 || { cat build/cmake-tsan.log; return 1; }
  cmake --build --preset tsan --target hawser_threads_test -- --quiet &&
    TSAN_OPTIONS=halt_on_error=1 build/tsan/tests/hawser_threads_test --gtest_brief=1
}

preset() {
  local vectors='import os, cryptography_vectors as it; print(os.path.dirname(it.__file__))'
  HAWSER_CRYPTOGRAPHY_VECTORS=$(build/venv/bin/python -c "$vectors") || return
  export HAWSER_CRYPTOGRAPHY_VECTORS
  cmake --preset "$1" >build/cmake-"$1".log 2>&1 || { cat build/cmake-"$1".log; return 1; }
  cmake --build --preset "$1" -- --quiet && ctest --preset "$1" --progress
}

icount() {
  cmake --preset bench >build/cmake-bench.log 2>&1 || { cat build/cmake-bench.log; return 1; }
  cmake --build --preset bench --target hawser_icount -- --quiet &&
    build/venv/bin/python bench/icount/count.py build/bench/cmake/bench/hawser_icount
}

run() {
  local name=$1 began=$SECONDS result=ok
  shift
  printf '\n== %s\n' "$name"
  "$@" || { result=FAILED; status=1; }
  summary+=("$(printf '%-6s %5ss  %s' $result $((SECONDS - began)) "$name")")
  printf '== %s: %s, %ss\n' "$name" $result $((SECONDS - began))
}

finish() {
  printf '\n'
  printf '%s\n' "${summary[@]}"
  exit $status
}

main "$@"
