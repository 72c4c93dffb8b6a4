#!/usr/bin/env bash
# Checks that our own cryptography (src/hawser/crypto/native/) takes its time and its memory accesses
# by nothing secret: builds it as it is released and runs it under valgrind with the secrets marked as
# undefined (tests/constant_time/check.cpp). Takes some ten seconds.
#
#   tools/check_constant_time.sh             with the compiler that CMake finds
#   CXX=clang++-19 tools/check_constant_time.sh
#
# Needs Debian's valgrind. Another compiler or another version of it may make branches of masks: this
# says what one build does, not what all do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=build/constant-time-$(basename "${CXX:-default}")
command -v valgrind >/dev/null || { echo "check_constant_time: valgrind is not installed" >&2; exit 2; }

cmake --preset constant-time -B "$build" >/dev/null
cmake --build "$build" --target hawser_constant_time_check
check=$build/tests/constant_time/hawser_constant_time_check

under_valgrind() {
  valgrind --quiet --error-exitcode=99 --track-origins=no "$check" "$@"
}

status=0
under_valgrind --leak >/dev/null 2>&1 || status=$?
[ $status -eq 99 ] || { echo "check_constant_time: a leak on purpose was not found" >&2; exit 1; }
under_valgrind
