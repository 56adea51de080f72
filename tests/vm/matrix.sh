#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same lookups on every kernel with every flavour of hooks, in virtual machines. Writes the table of the run to
# build/vm/matrix.md; --docs puts it into docs/kernel-support.md.   usage: tests/vm/matrix.sh [--docs] [KERNEL…]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
dnsmon=${DNSMON:-$top/build/release/dnsmon}
flavours=(kprobe fentry cgroup)

docs=''
[[ ${1:-} == --docs ]] && { docs=yes; shift; }
(($#)) || set -- 5.10 6.1 6.12 7
mkdir -p "$top/build/vm"
table=$top/build/vm/matrix.md
passed=0 failed=0 skipped=0

# One guest: prints what it says, adds a row to the table.
run_kernel() {
    local kernel=$1 output release row flavour cell
    output=$(mktemp)
    "$here/run_guest.sh" -t 420 -p "$dnsmon" -p "$top/tests/harness=tests/harness" -p "$top/tests/e2e=tests/e2e" \
        -p "$here/cases=cases" "$kernel" cases/lookups.sh "${flavours[@]}" > "$output" || true
    release=$(cat "$top/build/vm/$kernel/release")
    row="| $release |"
    for flavour in "${flavours[@]}"; do
        cell=$(sed -n "s/^CELL $flavour //p" "$output")
        row+=" ${cell:-no result} |"
        if [[ $cell == passed* ]]; then ((++passed)); else ((++failed)); fi
        echo "vm.$kernel.$flavour: ${cell:-FAILED without a result}"
    done
    row+=" $(sed -n 's/^DOCTOR //p' "$output" | python3 -c 'import json, sys
print(json.load(sys.stdin).get("plan", {}).get("flavour", "none"))' 2>/dev/null || echo unknown) |"
    echo "$row" >> "$table"
    if grep '^SKIPPED' "$output"; then ((skipped += $(grep -c '^SKIPPED' "$output"))); fi
    if grep -q '^CELL .*FAILED' "$output" || ! grep -q '^CELL' "$output"; then grep -v '^DOCTOR' "$output" || true; fi
    rm -f "$output"
}

{ echo "| kernel |$(printf ' %s |' "${flavours[@]}") auto chooses |"; echo '|---|---|---|---|---|'; } > "$table"
for kernel; do run_kernel "$kernel"; done
cat "$table"
if [[ $docs ]]; then
    sed -i -e "/<!-- matrix -->/,/<!-- end of matrix -->/{/<!-- matrix -->/r $table" -e '/^|/d}' "$top/docs/kernel-support.md"
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
