#!/usr/bin/env bash
# The test command: installs what the tests need, then runs every one of them. Can be repeated.
# Expects Rust, node and npm on a Debian-like machine; elsewhere, install what it names beforehand.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

has() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null; }

# apt would start what it installs as a service. This file forbids it meanwhile; one that is there already is left alone.
policy=/usr/sbin/policy-rc.d
without_services() {
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  trap 'as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod +x "$policy"
  "$@"
  as_root rm -f "$policy"
  trap - EXIT
}

install_system_packages() {
  local missing=()
  for tool in redis-server nginx git strace haproxy caddy; do has "$tool" || missing+=("$tool"); done
  has systemd-analyze || missing+=(systemd)
  python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
  has chromium || has google-chrome || missing+=(chromium)
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  if ! has apt-get; then
    echo "please install: ${missing[*]}" >&2
    exit 1
  fi
  as_root apt-get update -qq
  without_services as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Only when the lock file is newer than what was installed from it.
install_npm_packages() {
  local installed="$1/node_modules/.package-lock.json"
  if [ -e "$installed" ] && [ ! "$1/package-lock.json" -nt "$installed" ]; then return; fi
  npm ci --prefix "$1" --no-audit --no-fund
}

install_python_packages() {
  local wanted="$1/requirements.txt" installed="$1/packages"
  if [ -d "$installed" ] && [ ! "$wanted" -nt "$installed" ]; then return; fi
  python3 -m pip install --quiet --upgrade --target "$installed" -r "$wanted"
  touch "$installed"
}

# `script` is part of util-linux, which hardly any machine is without.
for tool in cargo node npm script; do
  has "$tool" || { echo "please install $tool first" >&2; exit 1; }
done

step "system packages (only what is missing)"
install_system_packages

step "npm packages of tests/runtime, tests/e2e and tests/reviewers (only if they changed)"
install_npm_packages tests/runtime
install_npm_packages tests/e2e
install_npm_packages tests/reviewers

step "Python packages of tests/manifests (only if they changed)"
install_python_packages tests/manifests

step "cargo fmt --check"
cargo fmt --check

step "cargo clippy"
cargo clippy --all-targets -- -D warnings

step "cargo doc"
RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps

step "cargo test: rules, command line, and the proof by running (tests/e2e)"
cargo test

step "npm test: the generated JavaScript (tests/runtime)"
npm test --prefix tests/runtime

step "everything passed"
