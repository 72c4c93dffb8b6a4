#!/usr/bin/env bash
# Measures Hawser beside its peers and writes docs/performance.md: sets up what is missing, builds,
# runs. See bench/README.md.
#
#   bench/run.sh             everything, about three quarters of an hour
#   bench/run.sh --quick     less of everything, five minutes
#   bench/run.sh --help      and what else there is
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/bench
venv=$build/venv

main() {
  bash tools/setup.sh --bench
  make_venv
  install_project
  cmake --preset bench >"$build/cmake.log" || { cat "$build/cmake.log" >&2; exit 1; }
  cmake --build --preset bench -- --quiet
  PYTHONPATH=$PWD:$PWD/tests/python exec $venv/bin/python -m bench "$@"
}

make_venv() {
  mkdir -p $build
  [ -x $venv/bin/python ] || build/venv/bin/python -m venv $venv
  cmp -s bench/requirements.txt $venv/.requirements && return 0
  pip install -r bench/requirements.txt
  cp bench/requirements.txt $venv/.requirements
}

# The module that tools/setup.sh has just built, in a venv with nothing else in it.
install_project() {
  rm -rf $build/wheels
  build/venv/bin/python -m pip --quiet wheel --no-build-isolation --no-deps -w $build/wheels .
  pip install --force-reinstall --no-deps $build/wheels/*.whl
}

pip() {
  $venv/bin/python -m pip --quiet --disable-pip-version-check --no-input "$@"
}

main "$@"
