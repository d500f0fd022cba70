#!/usr/bin/env bash
# Installs the pinned moto, a server that speaks S3, into TOOLS/moto, unless it is there already.
#   tests/setup/moto.sh TOOLS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$1/moto

cmp -s "$here/moto.txt" "$venv/installed.txt" && exit 0
echo "Installing moto"
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/moto.txt"
cp "$here/moto.txt" "$venv/installed.txt"
