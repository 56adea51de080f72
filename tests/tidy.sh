#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy with the checks of .clang-tidy over daemon/; needs a configured build/dev and the package clang-tidy. Minutes.
#   usage: tests/tidy.sh [FILE…]      without one: all of daemon/
set -euo pipefail
cd "$(dirname "$0")/.."
command -v clang-tidy > /dev/null || { echo "SKIPPED tidy: clang-tidy is not installed"; exit 77; }
if (($# == 0)); then mapfile -t files < <(find daemon -name '*.cpp' | sort); set -- "${files[@]}"; fi
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 1 clang-tidy -p build/dev --quiet
