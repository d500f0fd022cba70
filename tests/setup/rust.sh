#!/usr/bin/env bash
# Completes Rust with rustfmt and clippy.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install it with rustup, see https://rustup.rs" >&2
    exit 1
fi
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
