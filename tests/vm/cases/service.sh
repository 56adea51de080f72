#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest with systemd: the package's life with the README's commands, up to the next boot. Prints "CASE name
# passed|FAILED" and the score of the sandbox.   usage: service.sh FLAVOUR…
. ./service_lib.sh

new_main_pid() { local pid; pid=$(main_pid); running && ((pid != 0 && pid != $1)); }

installed() { apt-get install -y --no-install-recommends /payload/dnsmon.deb && command -v dnsmon; }
enabled() { systemctl enable --now dnsmon && running && systemctl is-enabled dnsmon; }
hooks_attached() {
    local kind
    echo "$attached"
    for kind in program map link 'packet socket'; do grep -q "^ [0-9]* $kind" <<< "$attached" || return 1; done
    [[ $attached != "$before" ]]
}
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

gave_up() { [[ $(show ActiveState) == failed ]]; } # "activating" while another try is to come

# As RestartPreventExitStatus= wants it: told once, not tried again.
broken_start() {
    echo 'captrue: {}' >> /etc/dnsmon.yaml
    ! systemctl restart dnsmon && until_true 20 gave_up && ! running && [[ $(show ExecMainStatus) == 78 && $(show NRestarts) == 0 ]] &&
        systemctl status dnsmon -n 20 | tee /dev/stderr | grep -q '/etc/dnsmon.yaml:[0-9]*:[0-9]*: captrue' && [[ $(bpf_objects) == "$before" ]]
    local done=$?
    cp /root/dnsmon.yaml /etc/dnsmon.yaml
    systemctl start dnsmon && running && [[ $(bpf_objects) == "$attached" ]] && return $done
}

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
tried_again() { (($(show NRestarts) >= $1)); }
# The other way round: the service is refused, each time it is tried.
refused_beside_another() {
    local other
    systemctl stop dnsmon
    dnsmon run 2> /tmp/other &
    other=$!
    until_true 60 grep -q '"capturing"' /tmp/other && ! systemctl start dnsmon && until_true 60 tried_again 3 && ! running && said "process $other holds /run/dnsmon/lock"
    local done=$?
    kill $other && wait $other || done=1
    systemctl reset-failed dnsmon
    systemctl start dnsmon && running && [[ $(bpf_objects) == "$attached" ]] && return $done
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
scraped() {
    local answer
    exec 3<> /dev/tcp/127.0.0.1/9153 && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && answer=$(cat <&3)
    exec 3>&-
    grep '^dnsmon_build_info' <<< "$answer"
}
# The unit has no network sockets; the example's drop-in has this one.
metrics() {
    sed -i 's/^  listen: .*/  listen: 127.0.0.1:9153/' /etc/dnsmon.yaml
    systemctl reload dnsmon && until_true 20 said 'the unit allows no network sockets' || return 1
    install -D /payload/metrics.conf /run/systemd/system/dnsmon.service.d/metrics.conf
    systemctl daemon-reload && systemctl restart dnsmon && scraped
    local done=$?
    sed -i 's/^  listen: .*/  listen: off/' /etc/dnsmon.yaml
    rm -r /run/systemd/system/dnsmon.service.d
    systemctl daemon-reload && systemctl restart dnsmon && return $done
}
upgraded() {
    apt-get install -y -o Dpkg::Options::=--force-confdef /payload/dnsmon-next.deb &&
        grep -q '^  interval: 1s' /etc/dnsmon.yaml && until_true 20 running && logged upgraded.example
}
flavour() {
    sed -i "s/^  mode: .*/  mode: $1/" /etc/dnsmon.yaml
    # Without CONFIG_FPROBE a kprobe is a perf event, which Debian's kernels leave to CAP_SYS_ADMIN.
    if [[ $1 == kprobe && $(uname -r) =~ ^(5\.10|6\.1)\. ]]; then
        install -D /payload/kprobe.conf /run/systemd/system/dnsmon.service.d/kprobe.conf
    else
        rm -rf /run/systemd/system/dnsmon.service.d
    fi
    systemctl daemon-reload
    systemctl restart dnsmon && logged "$1.example" && status_has "$1"
}

# The service and the first lookup of the next boot, ordered as whatever brings the network up.
prepared() {
    sed -i 's/^  mode: .*/  mode: auto/' /etc/dnsmon.yaml
    rm -rf /run/systemd/system/dnsmon.service.d
    cp /payload/early_lookup.service /etc/systemd/system/
    systemctl daemon-reload && systemctl enable early_lookup && systemctl restart dnsmon && running
}

echo "KERNEL $(uname -r)"
before=$(bpf_objects)
echo "$before" > /root/before
case_of install installed
case_of enable enabled
attached=$(bpf_objects)
echo "DOCTOR $(dnsmon doctor --json | tr -d '\n')"
echo "SCORE $(systemd-analyze security dnsmon | sed -n 's/.*level for dnsmon.service: \([0-9.]*\).*/\1/p')"
case_of hooks_attached hooks_attached
case_of journal_json journal_json
case_of status until_true 30 status_has 'hooks .* messages, .* lost, .* messages/s$'
case_of few_capabilities few_capabilities
case_of reload good_reload
case_of broken_reload broken_reload
case_of broken_hangup broken_hangup
case_of broken_start broken_start
case_of restart_under_load restart_under_load
case_of killed killed
case_of watchdog watchdog
case_of second_refused second_refused
case_of refused_beside_another refused_beside_another
case_of no_capabilities no_capabilities
case_of metrics metrics
case_of upgrade upgraded
for flavour; do case_of "$flavour" flavour "$flavour"; done
systemctl stop dnsmon
flavours=(fentry cgroup)
[[ $(uname -r) =~ ^(5\.10|6\.1)\. ]] || flavours+=(kprobe) # there the unit's set does not do: flavour()
/payload/capabilities.sh "${flavours[@]}" || failed=1
case_of prepared prepared
exit $failed
