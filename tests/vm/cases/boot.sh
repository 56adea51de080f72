#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest that boots again with the service enabled: early_lookup.service, which is ordered as whatever brings the
# network up, has made the first lookup of the boot; it must be in the journal.
for _ in $(seq 30); do
    if journalctl -b -u dnsmon -o cat | grep -F '"early.example"' | grep -q '"name":"dig"'; then
        echo "CASE boot passed"
        exit 0
    fi
    timeout 1 journalctl -f -n 0 > /dev/null 2>&1
done
echo "CASE boot FAILED"
systemctl status dnsmon early_lookup --no-pager -n 12 2>&1 | cut -c1-300
exit 1
