#!/usr/bin/env bash
# Installs what judges the published catalog into TOOLS/published, pinned, unless it is there already.
#   tests/setup/published.sh TOOLS
set -euo pipefail
wanted=$(cd "$(dirname "$0")/../checks/published" && pwd)
into=$1/published

lists=(requirements.txt requirements-pyoai.txt package.json)
cat_all() { (cd "$1" && cat "${lists[@]}"); }
cmp -s <(cat_all "$wanted") "$into/installed.txt" && exit 0
echo "Installing what judges the published catalog"
rm -rf "$into"
mkdir -p "$into"
for venv in python:requirements.txt pyoai:requirements-pyoai.txt; do
    python3 -m venv "$into/${venv%:*}"
    "$into/${venv%:*}/bin/pip" install --quiet --disable-pip-version-check -r "$wanted/${venv#*:}"
done
cp "$wanted/package.json" "$into"
npm install --prefix "$into" --silent --no-audit --no-fund --no-package-lock --ignore-scripts
cat_all "$wanted" >"$into/installed.txt"
