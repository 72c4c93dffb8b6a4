#!/usr/bin/env bash
# Brings a machine that has git, bash and python3 to where Hawser builds: Debian packages, a venv in
# build/venv with the development requirements, and the project itself installed there. Does only
# what is missing, so that it may be called before every run.
#
#   tools/setup.sh [--lint] [--peers] [--bench] [--fuzz] [--no-install]
#
#   --lint         also the clang tools and pyright of tools/lint.sh
#   --peers        also the servers of tests/interop (tools/peers.sh makes some of them)
#   --bench        also the peers and tools of bench/run.sh
#   --fuzz         also the compiler of tests/fuzz/run.sh
#   --no-install   leave out the project itself
#   PYTHON=...     the interpreter of the venv (3.11 or later, with its headers)
#
# Without root and sudo it says what somebody who is root has to install, and goes on if the rest
# will do: without OpenSSH, tests and demo use asyncssh's server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(g++ cmake ninja-build pkg-config libssl-dev libargon2-dev zlib1g-dev libgtest-dev
          libgmock-dev nlohmann-json3-dev python3-dev python3-venv)
# Without these there is less to see and to test, but it works.
extra_packages=(openssh-client openssh-server openssh-sftp-server dropbear-bin tinysshd putty-tools
                ccache valgrind)
peer_packages=(proftpd-mod-crypto erlang-ssh libssh-dev)
bench_packages=(libssh-dev libssh2-1-dev libbenchmark-dev curl lftp strace binutils)
lint_packages=(clang-format-19 clang-tidy-19 clang-19)
requirements=(dev)
fuzz_packages=(clang-19 libclang-rt-19-dev llvm-19)
venv=build/venv
install=yes
peers=no

main() {
  for option in "$@"; do
    case $option in
      --lint) packages+=("${lint_packages[@]}"); requirements+=(lint) ;;
      --peers) peers=yes; extra_packages+=("${peer_packages[@]}") ;;
      --bench) extra_packages+=("${bench_packages[@]}") ;;
      --fuzz) packages+=("${fuzz_packages[@]}") ;;
      --no-install) install=no ;;
      *) die "unknown option $option (known: --lint, --peers, --bench, --fuzz, --no-install)" ;;
    esac
  done
  install_packages
  make_venv
  install_requirements
  [ "$peers" = no ] || bash tools/peers.sh
  [ "$install" = no ] || install_project
}

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# ---- Debian packages -----------------------------------------------------------------------------

install_packages() {
  local missing extra
  mapfile -t missing < <(missing_of "${packages[@]}")
  mapfile -t extra < <(missing_of "${extra_packages[@]}")
  [ $((${#missing[@]} + ${#extra[@]})) -gt 0 ] || return 0
  if ! can_install; then
    [ ${#missing[@]} -eq 0 ] || die "$(cannot_install) ${missing[*]} ${extra[*]}"
    say "going on without ${extra[*]}: $(cannot_install) ${extra[*]}"
    return 0
  fi
  say "installing ${missing[*]} ${extra[*]}"
  as_root apt-get update -qq || say "apt-get update failed: trying with what apt knows"
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}" ||
    die "apt could not install ${missing[*]} (Debian 12 or later has them all)"
  [ ${#extra[@]} -eq 0 ] || apt_install "${extra[@]}" || install_one_by_one "${extra[@]}"
}

install_one_by_one() {
  local package
  for package in "$@"; do
    apt_install "$package" || say "going on without $package: apt could not install it"
  done
}

missing_of() {
  local package
  for package in "$@"; do
    is_installed "$package" || echo "$package"
  done
}

can_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }
}

cannot_install() {
  if command -v apt-get >/dev/null; then
    echo "this takes root or sudo, and here is neither; let somebody who is root run: apt-get install"
  else
    echo "this is no Debian; install what corresponds to"
  fi
}

apt_install() {
  (without_starting_services as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@")
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Debian starts what it installs, also at the next boot; the test servers are to do neither.
# Call it in a subshell: the trap takes the policy away again.
without_starting_services() {
  local policy=/usr/sbin/policy-rc.d unit status=0 fresh=()
  is_installed openssh-server || fresh+=(ssh.service)
  is_installed tinysshd || fresh+=(tinysshd.socket)
  is_installed proftpd-core || fresh+=(proftpd.service)
  is_installed erlang-base || fresh+=(epmd.service epmd.socket)
  if [ ! -e $policy ]; then
    trap "as_root rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
  fi
  "$@" || status=$?
  for unit in "${fresh[@]}"; do
    ! command -v systemctl >/dev/null || as_root systemctl disable --quiet "$unit" 2>/dev/null || true
  done
  return $status
}

# ---- Python --------------------------------------------------------------------------------------

make_venv() {
  if [ -x $venv/bin/python ] && usable $venv/bin/python; then
    return 0
  fi
  local candidate python=
  for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
    if command -v "$candidate" >/dev/null && usable "$candidate" && "$candidate" -c 'import ensurepip' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || die "no python3 of version 3.11 or later with its headers and venv; name one by PYTHON="
  say "making $venv with $("$python" --version)"
  rm -rf $venv
  "$python" -m venv $venv
}

usable() {
  "$1" - <<'END' 2>/dev/null
import os, sys, sysconfig
headers = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(not (sys.version_info >= (3, 11) and os.path.exists(headers)))
END
}

install_requirements() {
  local name stamp file
  for name in "${requirements[@]}"; do
    stamp=$venv/.requirements-$name file=tools/requirements-$name.txt
    cmp -s "$file" "$stamp" && continue
    say "installing $file"
    pip install -r "$file"
    cp "$file" "$stamp"
  done
}

install_project() {
  say "building and installing the project"
  pip install --no-build-isolation --no-deps \
    --config-settings=cmake.define.CMAKE_COMPILE_WARNING_AS_ERROR=ON .
}

pip() {
  $venv/bin/python -m pip --quiet --disable-pip-version-check --no-input "$@"
}

main "$@"
