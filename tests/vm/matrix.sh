#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every kernel with every flavour of hooks, in virtual machines, two at a time: the end-to-end tests that depend on who
# sends how, what a host may lack, and where there is a Debian with systemd for the kernel its package's life over a
# reboot. "native" is this machine's own kernel. Results stay in build/vm/results, their tables in build/vm/matrix.md; --docs
# puts those into docs/kernel-support.md. DNSMON_VM_PARTS, a pattern, chooses among the guests: "hooks", "6.1.service".
# DNSMON_VM_PACKAGES=kept takes the packages that are there.
#   usage: tests/vm/matrix.sh [--docs] [KERNEL…]        KERNEL: 5.10 6.1 6.12 7 native (default: all)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
dnsmon=$top/build/vm/dnsmon
results=$top/build/vm/results
clients=$top/build/vm/clients
flavours=(kprobe fentry cgroup)
tests=(-p "$top/tests/harness=tests/harness" -p "$top/tests/e2e=tests/e2e" -p "$here/cases=tests/vm/cases" -p "$clients=clients")

docs=''
[[ ${1:-} == --docs ]] && { docs=yes; shift; }
(($#)) || set -- 5.10 6.1 6.12 7 native
mkdir -p "$results" "$clients"
strip -o "$dnsmon" "${DNSMON:-$top/build/release/dnsmon}" # every guest unpacks it

# guest NAME RUN_GUEST'S-ARGUMENT…: what it says becomes build/vm/results/NAME.
guest() {
    local name=$1 status=0; shift
    nice "$here/run_guest.sh" "$@" > "$results/$name.part" || status=$?
    ((status == 0)) || echo "EXIT $status" >> "$results/$name.part"
    echo "SECONDS $SECONDS" >> "$results/$name.part"
    mv "$results/$name.part" "$results/$name"
    "$here/table.py" --guest "$results/$name"
}

# One more at a time than there are processors: each has two of its own and waits a good deal.
names=()
chosen() { [[ $1 =~ ${DNSMON_VM_PARTS:-.} ]]; }
start() { # NAME COMMAND…
    local name=$1; shift
    chosen "$name" || return 0
    while (($(jobs -rp | wc -l) > $(nproc))); do wait -n || true; done
    names+=("$name")
    [[ $name != *.service ]] || names+=("${name%.service}.boot")
    rm -f "$results/$name"
    (SECONDS=0; "$@") &
}

deb_of() { ls "$top/build/deb/$1"/dnsmon_*.deb; }

# The package, and a later version of it with another default for the upgrade.
make_package() {
    local suite=$1 next=$top/build/vm/next-$1
    # Made again from the same sources it takes seconds, where there is ccache.
    if [[ ${DNSMON_VM_PACKAGES:-} != kept ]] || ! deb_of "$suite" > /dev/null 2>&1; then
        PATH=/usr/lib/ccache:$PATH "$top/packaging/build-deb.sh" "$suite" > /dev/null || { echo "the package for $suite does not build"; return 1; }
    fi
    rm -rf "$next"
    dpkg-deb -R "$(deb_of "$suite")" "$next"
    sed -i 's/^Version: .*/Version: 99-1/' "$next/DEBIAN/control"
    echo '# another default' >> "$next/etc/dnsmon.yaml"
    dpkg-deb --root-owner-group -Zgzip -b "$next" "$next.deb" > /dev/null
    rm -rf "$next"
}

hooks_without_systemd() {
    guest "$1.hooks" -t 1200 -p "$dnsmon" "${tests[@]}" "$1" tests/vm/cases/hooks.sh "${flavours[@]}"
}

hooks_with_package() {
    guest "$1.hooks" -i -t 1200 -s "$2" -p "$(deb_of "$2")=dnsmon.deb" "${tests[@]}" "$1" tests/vm/cases/hooks.sh "${flavours[@]}"
}

# The package's life, then the next boot from the same disk.
service() {
    local kernel=$1 suite=$2 work
    work=$(mktemp -d "$top/build/vm/disk.XXXXXX")
    guest "$kernel.service" -i -t 900 -s "$suite" -d "$work/disk" -p "$(deb_of "$suite")=dnsmon.deb" \
        -p "$top/build/vm/next-$suite.deb=dnsmon-next.deb" -p "$top/packaging/examples/kprobe.conf" \
        -p "$top/packaging/examples/metrics.conf" \
        -p "$here/cases/early_lookup.service" -p "$here/cases/capabilities.sh" -p "$here/cases/service_lib.sh" \
        -p "$here/cases/service.sh" "$kernel" ./service.sh "${flavours[@]}"
    guest "$kernel.boot" -i -t 300 -s "$suite" -d "$work/disk" -p "$here/cases/service_lib.sh" -p "$here/cases/next_boot.sh" \
        "$kernel" ./next_boot.sh
    rm -rf "$work"
}

conditions() { # KERNEL NAME KERNEL_ARGUMENTS
    guest "$1.$2" -t 400 -a "$3" -p "$dnsmon" "${tests[@]}" -p "$here/cases/service_lib.sh" -p "$here/cases/conditions.sh" \
        "$1" ./conditions.sh
}

native() {
    local flavour=cgroup
    mkdir -p "$top/build/vm/native"
    ln -sfn "$top/tests" "$top/build/vm/native/tests"
    { (cd "$top/build/vm/native" && DNSMON=$dnsmon CLIENTS=$clients DNSMON_TEST_PATIENCE=1 "$here/cases/hooks.sh" $flavour) || echo "EXIT $?"
      echo "SECONDS $SECONDS"; } > "$results/native.hooks"
    "$here/table.py" --guest "$results/native.hooks"
}

for source in "$top"/tests/e2e/clients/*.cpp; do
    # Static: each Debian has its own libraries.
    client=$clients/e2e_$(basename "$source" .cpp)
    [[ $client -nt $source ]] || c++ -std=c++20 -O2 -static -o "$client" "$source"
done
for kernel; do
    case $kernel in
        5.10 | 6.1) images=("$kernel" bookworm) ;;
        6.12) images=("$kernel" trixie) ;;
        7) images=("$kernel" bookworm) ;;
        native) continue ;;
        *) echo "unknown kernel '$kernel'" >&2; exit 64 ;;
    esac
    "$here/images.sh" "${images[@]}"
done
# Guests that need no package run while the packages are made, behind these: the longest of all waits for one.
for kernel; do
    case $kernel in 6.1 | 6.12 | native) ;; *) start "$kernel.hooks" hooks_without_systemd "$kernel" ;; esac
done
packaged=()
for kernel in 6.12 6.1; do if [[ " $* " == *" $kernel "* ]]; then packaged+=("$kernel"); fi; done
suite_of() { if [[ $1 == 6.12 ]]; then echo trixie; else echo bookworm; fi; }
for kernel in ${packaged[@]+"${packaged[@]}"}; do
    if chosen "$kernel.hooks" || chosen "$kernel.service"; then make_package "$(suite_of "$kernel")"; fi
    start "$kernel.hooks" hooks_with_package "$kernel" "$(suite_of "$kernel")"
done
for kernel in ${packaged[@]+"${packaged[@]}"}; do start "$kernel.service" service "$kernel" "$(suite_of "$kernel")"; done
for kernel; do
    [[ $kernel != native ]] || continue
    start "$kernel.integrity" conditions "$kernel" integrity 'lsm=lockdown lockdown=integrity ipv6.disable=1'
    start "$kernel.confidentiality" conditions "$kernel" confidentiality 'lsm=lockdown lockdown=confidentiality'
done
wait
# Alone: its hooks see the whole host.
if [[ " $* " == *' native '* ]]; then names+=(native.hooks); native; fi

"$here/table.py" --tables "$results" "${names[@]}" > "$top/build/vm/matrix.md"
cat "$top/build/vm/matrix.md"
if [[ $docs ]]; then
    sed -i -e "/<!-- matrix -->/,/<!-- end of matrix -->/{/<!-- matrix -->/r $top/build/vm/matrix.md" -e '/^<!--/!d}' "$top/docs/kernel-support.md"
fi
"$here/table.py" --tally "$results" "${names[@]}"
