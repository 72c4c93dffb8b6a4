#!/usr/bin/env bash
# Fills build/peers with the servers of tests/interop that Debian 12 has no package of. Only
# downloads and unpacks: nothing is installed into the system. Does only what is missing; what cannot
# be had is said, and the tests skip it.
#
#   build/peers/libssh/ssh_server    libssh's sample server, compiled from the examples of libssh-doc
#   build/peers/debian13             OpenSSH 10.0 and Dropbear 2025.89 with the libraries they need
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
peers=$PWD/build/peers

main() {
  mkdir -p "$peers"
  make_once libssh libssh_server
  make_once debian13 debian13
}

say() { printf 'peers: %s\n' "$*"; }

# Fills build/peers/NAME by FUNCTION, all of it or nothing.
make_once() {
  local name=$1 function=$2 fresh=$peers/$1.part
  [ ! -e "$peers/$name" ] || return 0
  say "making build/peers/$name"
  rm -rf "$fresh"
  mkdir "$fresh"
  (cd "$fresh"; "$function") >"$peers/$name.log" 2>&1 &  # within `if` it would not end at failures
  if wait $!; then
    mv "$fresh" "$peers/$name"
  else
    say "going on without $name: $(tail -n 1 "$peers/$name.log") (build/peers/$name.log)"
    rm -rf "$fresh"
  fi
}

# ---- libssh --------------------------------------------------------------------------------------

libssh_server() {
  apt-get download libssh-doc
  dpkg-deb --extract libssh-doc_*.deb doc
  # What libssh's own build would find out about a Linux with glibc.
  printf '#define %s 1\n' HAVE_ARGP_H HAVE_PTY_H HAVE_UTMP_H WITH_SERVER WITH_FORK >config.h
  cc -O1 -D_GNU_SOURCE -I. -o ssh_server doc/usr/share/doc/libssh-dev/examples/ssh_server.c -lssh
  rm -r doc libssh-doc_*.deb config.h
}

# ---- Debian 13 -----------------------------------------------------------------------------------

debian13_packages=(
  openssh-server dropbear-bin
  libaudit1 libc6 libcap-ng0 libcom-err2 libcrypt1 libgcc-s1 libgmp10 libgssapi-krb5-2 libk5crypto3
  libkeyutils1 libkrb5-3 libkrb5support0 libnsl2 libpam0g libpcre2-8-0 libselinux1 libsqlite3-0
  libssl3t64 libtirpc3t64 libtomcrypt1 libtommath1 libwrap0 libwtmpdb0 libzstd1 zlib1g
)

debian13() {
  private_apt trixie
  apt-get update
  mkdir packages
  (cd packages; apt-get download "${debian13_packages[@]}")
  local package
  for package in packages/*.deb; do
    dpkg-deb --extract "$package" .
  done
  rm -r apt packages usr/share
  local libraries
  libraries=$(dirname usr/lib/*/libc.so.6)
  printf '#!/bin/sh\n# Runs a program of this folder: run usr/sbin/sshd ARGUMENT...\n' >run
  cat >>run <<END
here=\$(dirname "\$(readlink -f "\$0")")
program=\$1
shift
exec "\$here"/$libraries/ld-linux-*.so.* --library-path "\$here/$libraries" "\$here/\$program" "\$@"
END
  chmod 755 run
  ./run usr/sbin/sshd -V
  ./run usr/sbin/dropbear -V
}

# apt-get and apt-cache look at this release of Debian alone, and keep what they know in ./apt.
private_apt() {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
    grep '/debian/*$' | head -n 1)
  mkdir -p apt/lists/partial apt/archives/partial
  : >apt/status
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
    "${mirror:-http://deb.debian.org/debian} $1 main" >apt/sources.list
  cat >apt/apt.conf <<END
Dir::Etc::SourceList "$PWD/apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State "$PWD/apt";
Dir::State::Status "$PWD/apt/status";
Dir::Cache "$PWD/apt";
APT::Sandbox::User "";
Acquire::Languages "none";
END
  export APT_CONFIG=$PWD/apt/apt.conf
}

main "$@"
