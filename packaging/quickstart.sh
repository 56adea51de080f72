#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a clone to events on the screen: installs what is missing, builds the release, runs the monitor in the
# foreground, makes a few lookups itself so that there is something to see, and goes on until Ctrl-C.
# Standard output carries events and nothing else; all explanations are on standard error.
#   usage: packaging/quickstart.sh [--demo]      --demo: stop after the lookups; exit 1 when an event did not come
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

say() { printf 'quickstart: %s\n' "$*" >&2; }

case "${1:-}" in
    '' | --demo) ;;
    *) sed -n 's/^#   usage: /usage: /p' "$0" >&2; exit 64 ;;
esac

packaging/install-dependencies.sh build demo >&2

log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "building build/release/dnsmon"
if ! { cmake --preset release && cmake --build --preset release; } > "$log" 2>&1; then
    tail -n 40 "$log" >&2
    say "the build failed"
    exit 1
fi
rm -f "$log"
trap - EXIT

root=()
if ((EUID)); then
    say "using sudo: capturing packets and loading eBPF programs takes root"
    root=(sudo)
fi
exec "${root[@]}" /usr/bin/python3 -B packaging/quickstart_demo.py "$top/build/release/dnsmon" "$@"
