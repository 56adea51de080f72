#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same lookups on every kernel with every flavour of hooks, in virtual machines; where there is a Debian with systemd
# for the kernel, its package's life; on 6.1 what a host may lack. DNSMON_VM_LOOKUPS=yes: the lookups alone. Writes the
# tables of the run to build/vm/matrix.md; --docs puts them into docs/kernel-support.md.
#   usage: tests/vm/matrix.sh [--docs] [KERNEL…]
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

# cases NAME [run_guest.sh's ARGUMENT…]: a guest that prints CASE lines; counts and tables them.
cases() {
    local name=$1 output line; shift
    output=$(mktemp)
    "$here/run_guest.sh" "$@" > "$output" || true
    while IFS= read -r line; do
        case $line in
            'CASE '*' passed'* | 'CELL '*' passed'*) ((++passed)) ;;
            'CASE '* | 'CELL '*) ((++failed)) ;;
            'CAPABILITY '* | 'SCORE '*) ;;
            *) continue ;;
        esac
        echo "vm.$name: $line"
        echo "| $name | $(sed 's/^CASE //; s/|/\\|/g; s/ passed/ \| passed/; s/ FAILED/ \| FAILED/; t; s/: / | /; t; s/^SCORE /systemd-analyze security | /' <<< "$line") |" >> "$table.cases"
    done < "$output"
    if ! grep -q '^CASE' "$output"; then ((++failed)); echo "vm.$name: FAILED without a result"; fi
    if grep -q FAILED "$output"; then grep -v '^DOCTOR' "$output"; fi
    rm -f "$output"
}

# The package as a host gets it, then the next boot of that host.
run_service() {
    local kernel=$1 suite=$2 work deb
    work=$(mktemp -d)
    if ! "$top/packaging/build-deb.sh" "$suite" > /dev/null; then
        ((++failed)); echo "vm.$kernel.service: FAILED: the package does not build"; return
    fi
    deb=$(ls "$top/build/deb/$suite"/dnsmon_*.deb)
    # A later version with another default, for the upgrade.
    dpkg-deb -R "$deb" "$work/next"
    sed -i 's/^Version: .*/Version: 99-1/' "$work/next/DEBIAN/control"
    echo '# another default' >> "$work/next/etc/dnsmon.yaml"
    dpkg-deb --root-owner-group -Zgzip -b "$work/next" "$work/dnsmon-next.deb" > /dev/null
    cases "$kernel.service" -t 600 -s "$suite" -d "$work/disk" -p "$deb=dnsmon.deb" -p "$work/dnsmon-next.deb" \
        -p "$top/packaging/examples/kprobe.conf" -p "$here/cases/capabilities.sh" -p "$here/cases/service.sh" \
        "$kernel" ./service.sh "${flavours[@]}"
    cases "$kernel.boot" -t 240 -s "$suite" -d "$work/disk" -e early_lookup.service -p "$here/cases/boot.sh" "$kernel" ./boot.sh
    rm -rf "$work"
}

run_conditions() {
    local level
    for level in integrity confidentiality; do
        cases "6.1.$level" -t 240 -a "lsm=lockdown lockdown=$level ipv6.disable=1" -p "$dnsmon" -p "$here/cases/conditions.sh" 6.1 ./conditions.sh
    done
}

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
: > "$table.cases"
for kernel; do
    run_kernel "$kernel"
    [[ ${DNSMON_VM_LOOKUPS:-} ]] && continue
    case $kernel in
        5.10) cases 5.10.conditions -t 240 -p "$dnsmon" -p "$here/cases/conditions.sh" 5.10 ./conditions.sh ;;
        6.1) run_conditions; run_service 6.1 bookworm ;;
        6.12) run_service 6.12 trixie ;;
    esac
done
if [[ -s $table.cases ]]; then
    { printf '\n| guest | case | result |\n|---|---|---|\n'; cat "$table.cases"; } >> "$table"
fi
rm -f "$table.cases"
cat "$table"
if [[ $docs ]]; then
    sed -i -e "/<!-- matrix -->/,/<!-- end of matrix -->/{/<!-- matrix -->/r $table" -e '/^|/d; /^$/d}' "$top/docs/kernel-support.md"
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
