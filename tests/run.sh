#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the tests that this machine can run, says what was skipped and why, and ends with
# "N passed, N failed, N skipped". Installs the packages it needs (with sudo when not root, and says so).
#   usage: tests/run.sh [--preset dev|asan|tsan|fuzz] [LABEL…] [KERNEL…]
#   LABEL   unit bpf e2e fuzz conformance package bench ship vm; without one: all but bench, ship and vm
#   KERNEL  for vm: 5.10 6.1 6.12 7; without one: all four
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
. tests/harness/tally.sh

usage() { sed -n 's/^#   \(usage: .*\|LABEL .*\|KERNEL .*\)/\1/p' "$0" >&2; exit 64; }

preset=dev labels=() kernels=() vm='' bench='' ship=''
while (($#)); do
    case $1 in
        --preset) preset=${2:-}; shift ;;
        --preset=*) preset=${1#*=} ;;
        vm) vm=yes ;;
        bench) bench=yes labels+=(bench) ;;
        ship) ship=yes labels+=(ship) ;;
        unit | bpf | e2e | fuzz | conformance | package) labels+=("$1") ;;
        [0-9]*) kernels+=("$1") ;;
        *) usage ;;
    esac
    shift
done
[[ $preset =~ ^(dev|asan|tsan|fuzz)$ ]] || usage
[[ ! $vm && ${#kernels[@]} -gt 0 ]] && usage

build() {
    local name=$1 launcher=() tests=()
    [[ $name == release ]] || tests=(-DDNSMON_TESTS=ON)
    # What is compiled here is the same in another clone (packaging/check-deb.sh makes one).
    export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=yes
    if command -v ccache > /dev/null; then launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
    echo "building preset $name"
    mkdir -p "build/$name"
    if ! { cmake --preset "$name" "${tests[@]}" "${launcher[@]}" && cmake --build --preset "$name"; } > "build/$name/build.log" 2>&1; then
        grep -E -A 20 'error|Error|FAILED' "build/$name/build.log" | head -n 80 || tail -n 40 "build/$name/build.log"
        echo "FAILED build of preset $name (build/$name/build.log)"
        return 1
    fi
}

# ctest_part CTEST_SELECTION…: runs the tests chosen, ends with the tally.
ctest_part() {
    local result=$top/build/$preset/results.xml
    rm -f "$result"
    # Tests that skip give their reason on their last lines: keep the tail of every test's output.
    ctest --test-dir "build/$preset" "$@" --output-on-failure --output-junit "$result" --timeout 300 \
        --test-output-size-passed 65536 --test-output-truncation head -j "$(nproc)" || true
    [[ -s $result ]] || return 1
    /usr/bin/python3 tests/harness/summary.py "$result"
}

# Labels that no test of this tree carries are said, not passed over.
known_labels() {
    local label all
    all=$(ctest --test-dir "build/$preset" --print-labels 2>/dev/null | sed 's/^ *//')
    for label; do
        if grep -qx "$label" <<< "$all"; then echo "$label"
        elif [[ $label != bench ]]; then echo "SKIPPED $label: no test carries this label" >&2; fi
    done
}

# What is known of others' libraries.
[[ $preset != tsan ]] || export TSAN_OPTIONS="suppressions=$top/tests/tsan.supp ${TSAN_OPTIONS:-}"

sections=(build test)
[[ ! $vm ]] || sections+=(vm)
[[ ! $bench ]] || sections+=(bench)
[[ ! $ship ]] || sections+=(ship)
packaging/install-dependencies.sh "${sections[@]}"

if ((${#labels[@]})) || [[ ! $vm ]]; then
    if build "$preset"; then
        if ((${#labels[@]})); then
            mapfile -t present < <(known_labels "${labels[@]}")
            if ((${#present[@]})); then tally ctest_part -L "^($(IFS='|'; echo "${present[*]}"))\$"; fi
            absent=$((${#labels[@]} - ${#present[@]}))
            if [[ $bench && ! " ${present[*]-} " == *" bench "* ]]; then ((absent -= 1)) || true; fi
            tally_add 0 0 "$absent"
        else
            tally ctest_part -LE '^(vm|bench|ship)$'
        fi
    else
        tally_add 0 1 0
    fi
fi
if [[ $bench ]]; then
    if build release; then tally tests/bench/run.py --rounds 3; tally tests/bench/rates.py; tally tests/bench/flood.py; else tally_add 0 1 0; fi
fi
if [[ $vm ]]; then
    if build release; then tally tests/vm/matrix.sh ${kernels[@]+"${kernels[@]}"}; else tally_add 0 1 0; fi
fi
tally_end
