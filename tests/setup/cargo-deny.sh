#!/usr/bin/env bash
# Builds the pinned cargo-deny into TOOLS/bin, unless `cargo deny` is that version already.
#   tests/setup/cargo-deny.sh TOOLS
set -euo pipefail
version=0.20.2
tools=$1

[[ $(cargo deny --version 2>/dev/null) != "cargo-deny $version" ]] || exit 0
echo "Building cargo-deny $version"
# Without optimization that takes about a minute instead of several, and it runs for a second.
env CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --quiet --locked --version "=$version" --root "$tools" --target-dir "$tools/build" cargo-deny
rm -rf "$tools/build"
