#!/usr/bin/env bash
# Builds iomigrate and shows its main job on the shipped backend: scan, the whole change as a diff, the report.
# Changes nothing but the build folder. Expects Rust and a C compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

backend=fixtures/isp-desk/before
iomigrate="${CARGO_TARGET_DIR:-target}/release/iomigrate"

step() { printf '\n== %s\n' "$*" >&2; }

step "cargo build --release"
cargo build --release

step "iomigrate scan $backend"
"$iomigrate" scan "$backend"

step "iomigrate apply --dry-run --unsafe-fixes $backend"
"$iomigrate" apply --dry-run --unsafe-fixes "$backend"

step "iomigrate report $backend"
status=0
"$iomigrate" report "$backend" || status=$?

# A backend that is not migrated is not ready: 1 is the answer that is right here.
if [ "$status" -ne 1 ]; then
  echo "the report ended with $status instead of 1" >&2
  exit 1
fi
