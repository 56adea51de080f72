#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest (and natively): what doctor says, then the end-to-end tests that depend on who sends how, with each flavour of hooks. With
# systemd as PID 1 the package is installed first and its program tested, beside a real systemd-resolved and real
# containers.   usage: hooks.sh FLAVOUR…
# Prints "CASE flavour.file passed: how|FAILED: what" lines, and what a failed file said.
export DNSMON=${DNSMON:-/payload/dnsmon} DNSMON_TEST_PATIENCE=${DNSMON_TEST_PATIENCE:-3} DNSMON_TEST_ODD_CLIENT=${CLIENTS:-/payload/clients}/e2e_odd_client PYTHONDONTWRITEBYTECODE=1
IFS=" " read -ra files <<< "${FILES:-lookups attribution server_ends any_port streams containers namespaces recursion statistics}"
system_files=()
echo "KERNEL $(uname -r)"
if [[ -e /payload/dnsmon.deb ]]; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /payload/dnsmon.deb > /tmp/output 2>&1 ||
        { cat /tmp/output; echo "CASE install FAILED"; exit 1; }
    DNSMON=/usr/sbin/dnsmon
    system_files=(resolved real_containers)
fi
echo "DOCTOR $($DNSMON doctor --json | tr -d '\n')"

failed=0
run() { # FLAVOUR FILE PATH [TEST_CLASS…]
    local status=0
    DNSMON_TEST_HOOKS=$1 timeout 240 "${@:3}" > /tmp/output 2>&1 || status=$?
    sed -n "s/^SKIPPED \(.*\)/SKIPPED $1.$2.\1/p" /tmp/output
    if ((status == 0)); then
        echo "CASE $1.$2 passed: $(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} in \([0-9]*\).*/\1 tests in \2 s/p' /tmp/output)"
    elif ((status != 77)); then
        failed=1
        grep -E '^(ERROR|FAIL):|^[A-Za-z]*(Error|Exception)' /tmp/output | cut -c1-600
        tail -c 8000 /tmp/output
        echo "CASE $1.$2 FAILED: $(tail -n 1 /tmp/output | cut -c1-200)"
    fi
}

for flavour; do
    for file in "${files[@]}"; do
        # Other namespaces are watched by programs of their own; the others are of what comes after the hooks.
        if [[ $flavour.$file =~ ^kprobe\.(namespaces|streams|recursion|statistics)$ ]]; then
            echo "SKIPPED $flavour.$file: the same with kprobe as with fentry"
            continue
        fi
        classes=()
        if [[ $file == recursion ]]; then
            classes=(Recursion)
            echo "SKIPPED $flavour.$file.Precision: how many of twenty clients are named right is judged by clocks, which an emulated processor has not"
        fi
        run "$flavour" "$file" "tests/e2e/$file.py" ${classes[@]+"${classes[@]}"}
    done
    # These look at the guest's own services: no namespaces of their own. They take minutes: with the hooks that auto takes there.
    [[ $flavour == fentry ]] || continue
    for file in ${system_files[@]+"${system_files[@]}"}; do DNSMON_TEST_NAMESPACE=private run "$flavour" "$file" "tests/vm/cases/$file.py"; done
done
exit $failed
