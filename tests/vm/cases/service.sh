#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest with systemd: the package's whole life with the README's commands. Prints "CASE name passed|FAILED", the
# score of the sandbox and "CELL flavour …" as lookups.sh does.   usage: service.sh FLAVOUR…
export DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER=cat
failed=0

# case_of NAME COMMAND…
case_of() {
    local name=$1; shift
    if "$@" > /tmp/output 2>&1; then
        echo "CASE $name passed"
    else
        failed=1
        echo "CASE $name FAILED"
        tail -n 20 /tmp/output
        systemctl show dnsmon -P ActiveState -P MainPID -P StatusText -P Result
        journalctl -u dnsmon -o cat -n 30 | grep -v '"stats"' | cut -c1-300
        echo "bpf objects: before $before, attached ${attached:-?}, now $(bpf_objects)"
    fi
}

# until_true SECONDS COMMAND…: waits on the journal's next lines, not on time alone.
until_true() {
    local end=$((SECONDS + $1)); shift
    while ! "$@" > /dev/null 2>&1; do
        ((SECONDS < end)) || return 1
        timeout 1 journalctl -f -n 0 > /dev/null 2>&1
    done
    return 0 # and not the loop's own: that of its last wait
}

# What of BPF is there beside systemd's own programs: "programs maps links".
bpf_objects() {
    echo "$(bpftool prog show | grep -E '^[0-9]+:' | grep -vc ' name sd_')" \
        "$(bpftool map show | grep -E '^[0-9]+:' | grep -vcE ' name sd_|libbpf')" \
        "$(bpftool link show | grep -cE '^[0-9]+:')"
}
show() { systemctl show -P "$1" dnsmon; }
running() { [[ $(show ActiveState) == active ]]; }
main_pid() { show MainPID; }
lookup() { dig +tries=1 +time=1 @127.0.0.1 "$1" > /dev/null 2>&1 || true; }
in_journal() { journalctl -u dnsmon -o cat | grep -F "\"$1\"" | grep -q '"name":"dig"'; }
logged() { lookup "$1"; until_true 20 in_journal "$1"; }
said() { journalctl -u dnsmon -o cat | grep -qF "$1"; }
new_main_pid() { local pid; pid=$(main_pid); running && ((pid != 0 && pid != $1)); }

installed() { apt-get install -y --no-install-recommends /payload/dnsmon.deb && command -v dnsmon; }
enabled() { systemctl enable --now dnsmon && running && systemctl is-enabled dnsmon; }
journal_json() { logged first.example && journalctl -u dnsmon -o json | grep -q '"DNS_NAME":"first.example'; }

good_reload() {
    local pid; pid=$(main_pid)
    sed -i 's/^  interval: .*/  interval: 1s/' /etc/dnsmon.yaml
    systemctl reload dnsmon && until_true 20 said 'configuration taken' && [[ $(main_pid) == "$pid" ]] && logged reloaded.example
}
broken_reload() {
    local pid; pid=$(main_pid)
    cp /etc/dnsmon.yaml /root/dnsmon.yaml
    echo 'captrue: {}' >> /etc/dnsmon.yaml
    ! systemctl reload dnsmon && [[ $(main_pid) == "$pid" ]] && logged still.example &&
        systemctl status dnsmon -n 20 | tee /dev/stderr | grep -q '/etc/dnsmon.yaml:[0-9]*:[0-9]*: captrue'
}
# Whoever sends the signal past systemctl is told by STATUS=.
broken_hangup() {
    kill -HUP "$(main_pid)" && until_true 20 status_has 'reload failed' && running
    local done=$?
    cp /root/dnsmon.yaml /etc/dnsmon.yaml
    systemctl reload dnsmon && return $done
}
status_has() { show StatusText | grep -q "$1"; }

restart_under_load() {
    local load done=0
    (while :; do printf 'ab\1\0\0\1\0\0\0\0\0\0\4load\7example\0\0\1\0\1' > /dev/udp/127.0.0.1/53; done) 2> /dev/null &
    load=$!
    for _ in 1 2 3; do systemctl restart dnsmon && running || done=1; done
    kill $load
    wait $load 2> /dev/null
    [[ $done == 0 && $(bpf_objects) == "$attached" ]] && logged restarted.example
}
killed() {
    local pid; pid=$(main_pid)
    kill -9 "$pid" && until_true 90 new_main_pid "$pid" && logged killed.example && [[ $(bpf_objects) == "$attached" ]]
}
watchdog() {
    local pid done
    mkdir -p /run/systemd/system/dnsmon.service.d
    printf '[Service]\nWatchdogSec=4\nTimeoutAbortSec=4\n' > /run/systemd/system/dnsmon.service.d/soon.conf
    systemctl daemon-reload && systemctl restart dnsmon
    pid=$(main_pid)
    kill -STOP "$pid" && until_true 90 new_main_pid "$pid" && journalctl -u dnsmon -o cat | grep -q -i 'watchdog timeout'
    done=$?
    rm -r /run/systemd/system/dnsmon.service.d
    systemctl daemon-reload && systemctl restart dnsmon && return $done
}
second_refused() {
    local status=0
    timeout 20 dnsmon run > /tmp/second 2>&1 || status=$?
    cat /tmp/second
    [[ $status == 1 ]] && grep -q "process $(main_pid) holds" /tmp/second && [[ $(bpf_objects) == "$attached" ]]
}
no_capabilities() {
    local status=0
    timeout 20 setpriv --bounding-set=-all --inh-caps=-all dnsmon run --stdout > /tmp/bare 2>&1 || status=$?
    cat /tmp/bare
    [[ $status == 77 ]] && grep -q CAP_BPF /tmp/bare && [[ $(bpf_objects) == "$attached" ]]
}
few_capabilities() {
    local kept status
    for status in /proc/"$(main_pid)"/task/*/status; do
        kept=$((16#$(sed -n 's/^CapPrm:\t//p' "$status")))
        # SYS_PTRACE, DAC_READ_SEARCH; BPF before 5.19 only.
        ((kept & ~(1 << 19 | 1 << 2))) && { printf '%x\n' "$kept"; return 1; }
    done
    return 0
}
upgraded() {
    apt-get install -y -o Dpkg::Options::=--force-confdef /payload/dnsmon-next.deb &&
        grep -q '^  interval: 1s' /etc/dnsmon.yaml && until_true 20 running && logged upgraded.example
}
stopped() { systemctl stop dnsmon && [[ $(bpf_objects) == "$before" && ! -e /run/dnsmon ]]; }
purged() {
    systemctl start dnsmon && apt-get purge -y dnsmon && [[ $(bpf_objects) == "$before" ]] && ! running || return 1
    local left; left=$(find /etc /usr /var/lib /var/log /run -name '*dnsmon*' ! -path '/var/lib/dpkg/info/*' ! -path '/run/systemd/*' ! -path '/etc/systemd/system/early*')
    echo "left: $left"
    [[ -z $left ]]
}

flavour_cell() {
    sed -i "s/^  mode: .*/  mode: $1/" /etc/dnsmon.yaml
    # As its comment says: what Debian's kernels want for this one.
    rm -rf /run/systemd/system/dnsmon.service.d
    [[ $1 != kprobe ]] || install -D /payload/kprobe.conf /run/systemd/system/dnsmon.service.d/kprobe.conf
    systemctl daemon-reload
    if systemctl restart dnsmon && logged "$1.example" && status_has "$1"; then
        echo "CELL $1 passed under the unit"
    else
        failed=1
        echo "CELL $1 FAILED under the unit"
        journalctl -u dnsmon -o cat -n 12 | cut -c1-400
    fi
}

before=$(bpf_objects)
case_of install installed
case_of enable enabled
attached=$(bpf_objects)
echo "DOCTOR $(dnsmon doctor --json | tr -d '\n')"
echo "SCORE $(systemd-analyze security dnsmon | sed -n 's/.*level for dnsmon.service: \([0-9.]*\).*/\1/p')"
case_of journal_json journal_json
case_of few_capabilities few_capabilities
case_of reload good_reload
case_of broken_reload broken_reload
case_of broken_hangup broken_hangup
case_of restart_under_load restart_under_load
case_of killed killed
case_of watchdog watchdog
case_of second_refused second_refused
case_of no_capabilities no_capabilities
case_of upgrade upgraded
for flavour; do flavour_cell "$flavour"; done
sed -i 's/^  mode: .*/  mode: auto/' /etc/dnsmon.yaml
/payload/capabilities.sh "$@"
case_of stop stopped
# What the disk would keep, for the next boot.
{ dpkg -L dnsmon; find /etc/systemd/system -name 'dnsmon.service'; printf '%s\n' /etc/passwd /etc/group /etc/shadow; } |
    sort -u | cpio --quiet -o -H newc 2> /dev/null | gzip -1 > /dev/ttyS2
case_of purge purged
exit $failed
