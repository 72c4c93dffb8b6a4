#!/usr/bin/env bash
# The module on every CPython from 3.12 that there is here: one wheel for all (the stable ABI), and on
# each a choice of the Python tests. The full suite runs on the Python of build/venv (tools/test.sh
# python). A version that is not here is skipped, and named.
#
#   tools/pythons.sh
#
# Looked for are pythonX.Y on the PATH and those of pyenv; PYTHONS="/path/to/python ..." names more.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=(3.12 3.13)
also=(3.14)             # without a word if it is not here
folder=build/pythons
tests=(test_contract test_channel test_client_connect test_client_files test_client_forward
       test_client_manners test_client_paths test_client_run test_client_sync test_config_files
       test_config_match test_keys test_prompts test_run test_stream_objects test_testing test_user_code)
status=0

main() {
  local version python found=()
  for version in "${wanted[@]}" "${also[@]}"; do
    if python=$(find_python "$version"); then
      make_venv "$version" "$python" && found+=("$version") || fail "$version: no venv by $python"
    elif [[ " ${wanted[*]} " == *" $version "* ]]; then
      say "SKIPPED: there is no usable Python $version here (its headers and venv are needed)"
    fi
  done
  [ ${#found[@]} -gt 0 ] || { say "nothing to do: no Python but that of build/venv"; exit $status; }
  build_wheel "${found[0]}" || { fail "the wheel"; exit 1; }
  for version in "${found[@]}"; do
    run_tests "$version" || fail "tests on Python $version"
  done
  exit $status
}

say() { printf 'pythons: %s\n' "$*"; }
fail() { printf 'pythons: FAILED: %s\n' "$*" >&2; status=1; }

find_python() {
  local candidate
  for candidate in ${PYTHONS:-} "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
    if usable "$candidate" "$1"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

usable() {
  "$1" - "$2" <<'END' 2>/dev/null
import ensurepip, os, sys, sysconfig
headers = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(not (sys.argv[1] == "%d.%d" % sys.version_info[:2] and os.path.exists(headers)))
END
}

# With what the tests need, and what builds; what lints is left out.
make_venv() {
  local venv=$folder/$1 requirements=$folder/requirements.txt
  [ -x "$venv/bin/python" ] && usable "$venv/bin/python" "$1" || {
    say "making $venv by $2"
    rm -rf "$venv"
    "$2" -m venv "$venv" || return
  }
  sed '/^# lint/,$d' tools/requirements-dev.txt >$requirements
  cmp -s $requirements "$venv/.requirements" && return
  pip "$1" install -r $requirements && cp $requirements "$venv/.requirements"
}

build_wheel() {
  say "building the wheel with Python $1"
  rm -f $folder/*.whl
  pip "$1" wheel --no-build-isolation --no-deps --wheel-dir $folder . && ls $folder/*-abi3-*.whl
}

run_tests() {
  local files=("${tests[@]/#/tests/python/}")
  files=("${files[@]/%/.py}")
  say "Python $1"
  pip "$1" install --no-deps --force-reinstall $folder/*-abi3-*.whl || return
  "$folder/$1/bin/python" -m pytest --quiet "${files[@]}"
}

pip() {
  local version=$1
  shift
  "$folder/$version/bin/python" -m pip --quiet --disable-pip-version-check --no-input "$@"
}

mkdir -p $folder
main
