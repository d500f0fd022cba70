#!/usr/bin/env bash
# Installs the pinned schemathesis into TOOLS/schemathesis, unless it is there already.
#   tests/setup/schemathesis.sh TOOLS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$1/schemathesis

cmp -s "$here/schemathesis.txt" "$venv/installed.txt" && exit 0
echo "Installing schemathesis"
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/schemathesis.txt"
cp "$here/schemathesis.txt" "$venv/installed.txt"
