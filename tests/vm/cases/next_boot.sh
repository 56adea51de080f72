#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest that service.sh left, booted again from its disk: the first lookup of the boot is in the journal, the edited
# configuration is still there; then stop and purge. Prints "CASE name passed|FAILED".
. ./service_lib.sh

before=$(cat /root/before)
nothing() { [[ $(bpf_objects) == "$before" ]]; }
first_lookup() {
    until_true 60 in_this_boot early.example && [[ $(journalctl -u dnsmon --boot=-1 -o cat | grep -c early.example) == 0 ]]
}
in_this_boot() { journalctl -b -u dnsmon -o cat | grep -F "\"$1\"" | grep -q '"name":"dig"'; }
# Shutting down stopped the service in order.
stopped_in_order() { journalctl -b -1 -u dnsmon -o cat | tail -n 5 | tee /dev/stderr | grep -q "Deactivated successfully"; }
kept() { running && grep -q '^  interval: 1s' /etc/dnsmon.yaml && logged again.example; }
stopped() { systemctl stop dnsmon && nothing; }
purged() {
    systemctl start dnsmon && apt-get purge -y dnsmon && nothing && ! running || return 1
    local left; left=$(find /etc /usr /var/lib /var/log /run -name '*dnsmon*' ! -path '/var/lib/dpkg/info/*' ! -path '/run/systemd/*')
    echo "left: $left"
    [[ -z $left ]]
}

echo "KERNEL $(uname -r)"
case_of first_lookup_of_the_boot first_lookup
case_of stopped_in_order stopped_in_order
case_of configuration_kept kept
case_of stop stopped
case_of purge purged
exit $failed
