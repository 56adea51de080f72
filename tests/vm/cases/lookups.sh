#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: what doctor says, then the lookup table with each flavour of hooks.   usage: lookups.sh FLAVOUR…
# Prints "CELL flavour passed|FAILED what" lines, and what a failed run said.
export DNSMON=/payload/dnsmon DNSMON_TEST_PATIENCE=6 PYTHONDONTWRITEBYTECODE=1
echo "DOCTOR $($DNSMON doctor --json | tr -d '\n')"
for flavour; do
    if DNSMON_TEST_HOOKS=$flavour tests/e2e/lookups.py > /tmp/output 2>&1; then
        grep '^SKIPPED' /tmp/output | sed "s/^SKIPPED/SKIPPED $flavour/"
        echo "CELL $flavour passed $(sed -n 's/^Ran \([0-9]*\) tests.*/\1/p' /tmp/output) lookups"
    else
        tail -c 12000 /tmp/output
        echo "CELL $flavour FAILED $(tail -n 1 /tmp/output)"
    fi
done
