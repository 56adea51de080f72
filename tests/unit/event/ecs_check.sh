#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ecs_check.sh CORPUS CHECKER: every event that the corpus program prints is valid ECS. Exit 77 (skipped) without the
# checker, which lies beside the repository.
set -eu
if [ ! -f "$2" ]; then
    echo "skipped: no $2"
    exit 77
fi
events=$(mktemp)
trap 'rm -f "$events"' EXIT
"$1" >"$events"
python3 "$2" "$events"
