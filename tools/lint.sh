#!/usr/bin/env bash
# Format, static analysis and types, C++ and Python. Needs tools/setup.sh --lint; goes on after a
# failure, so that one run shows everything.
#
#   tools/lint.sh [cpp|python]     one half only
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/build/venv/bin:$PATH"
failed=()

main() {
  case ${1:-all} in
    cpp) lint_cpp ;;
    python) lint_python ;;
    all) lint_cpp; lint_python ;;
    *) echo "lint: unknown part $1 (known: cpp, python)" >&2; exit 2 ;;
  esac
  [ ${#failed[@]} -eq 0 ] || { echo "lint: failed: ${failed[*]}" >&2; exit 1; }
}

check() {
  local name=$1
  shift
  "$@" || failed+=("$name")
}

lint_cpp() {
  local files
  mapfile -t files < <(find src bindings tests bench -name '*.cpp' -o -name '*.h' -o -name '*.c' | sort)
  [ ${#files[@]} -gt 0 ] || return 0
  check clang-format clang-format-19 --dry-run -Werror "${files[@]}"
  check clang-tidy tidy
}

# The preset dev has the tests, the Python build the bindings: both databases, one after the other.
tidy() {
  local status=0
  [ -f build/dev/compile_commands.json ] || cmake --preset dev >/dev/null || return
  run_tidy build/dev "$PWD/src/.*(?<!_test)\.cpp\$" || status=1
  local wheel
  wheel=$(find build/wheel -name compile_commands.json -print -quit 2>/dev/null)
  [ -z "$wheel" ] || run_tidy "$(dirname "$wheel")" "$PWD/bindings/python/.*" || status=1
  return $status
}

# Prints the findings alone: run-clang-tidy lists every command and counts what it suppressed.
run_tidy() {
  run-clang-tidy-19 -quiet -j 2 -p "$1" "$2" 2>/dev/null |
    grep -v -E '^(\[[ 0-9/]+\]|clang-tidy-19 |Running clang-tidy |[0-9]+ warnings)|^$'
  return "${PIPESTATUS[0]}"
}

# For who uses it: what mypy takes, pyright may not. It brings its own node.
pyright() {
  if ! command -v basedpyright >/dev/null; then
    echo "lint: without pyright: tools/setup.sh --lint installs it"
    return 0
  fi
  basedpyright --level error | grep -v '^0 errors'
  return "${PIPESTATUS[0]}"
}

lint_python() {
  check ruff ruff check --quiet .
  check ruff-format ruff format --check --quiet .
  check mypy mypy --strict python/_ssh.pyi python/hawser tools tests/python
  check mypy-bench mypy --strict -p bench
  check mypy-interop mypy --strict tests/interop  # apart: there are several files conftest.py
  check mypy-hostile env MYPYPATH=tests/hostile mypy --strict tests/hostile
  check pyright pyright
  check stubtest env MYPYPATH=python python -m mypy.stubtest _ssh --allowlist tools/stubtest-allow.txt
}

main "$@"
