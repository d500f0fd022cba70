#!/usr/bin/env bash
# Installs what the tests need besides Rust. Does nothing where everything is there; elsewhere than on Debian it only
# says what is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

missing=()
need() { # PACKAGES COMMAND...: the command fails where the packages are missing
    local packages=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$packages")
}
need "gcc libc6-dev" cc --version
need "curl ca-certificates" curl --version
need openssl openssl version
need "libssl-dev pkg-config" pkg-config --exists openssl
need postgresql "$here/postgres.sh" programs
need python3-venv python3 -c 'import ensurepip, venv'
need npm npm --version
need chromium chromium --version
[[ ${#missing[@]} -gt 0 ]] || exit 0

# shellcheck disable=SC1091 # a file of the system
if ! command -v apt-get >/dev/null || ! (. /etc/os-release && [[ " $ID ${ID_LIKE:-} " == *" debian "* ]]); then
    cat >&2 <<EOF
Missing here, in Debian's names: ${missing[*]}
Please install, with your system's own tool:
  - a C compiler, curl and pkg-config
  - the OpenSSL command and its headers (for TLS to PostgreSQL)
  - the PostgreSQL server, version 15 or later, with its contrib modules (btree_gist); where it is in an unusual
    place, set PACKHORSE_TEST_POSTGRES_PROGRAMS to the folder that has initdb and pg_ctl
  - Python 3 with venv
  - Node.js 18 or later with npm, and Chromium as the command chromium
EOF
    exit 1
fi

as_root=()
if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "Missing: ${missing[*]}. There is no sudo here; as root, run: tests/setup/packages.sh" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "Installing ${missing[*]}"
# Debian's PostgreSQL would make and start a cluster of its own; the tests bring their own, so ask for none.
no_cluster=/etc/postgresql-common/createcluster.d/packhorse-tests.conf
"${as_root[@]}" mkdir -p "${no_cluster%/*}"
echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_cluster" >/dev/null
trap '"${as_root[@]}" rm -f "$no_cluster"' EXIT
"${as_root[@]}" apt-get update -q
read -ra packages <<<"${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
"$here/postgres.sh" programs >/dev/null
