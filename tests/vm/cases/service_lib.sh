# SPDX-License-Identifier: Apache-2.0
# Sourced by service.sh, next_boot.sh and conditions.sh: what they ask of the service and of the kernel, and how a case is
# reported.
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
        printf 'before:\n%s\nattached:\n%s\nnow:\n%s\n' "${before:-?}" "${attached:-?}" "$(bpf_objects)"
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

# What of BPF is there beside systemd's own programs, and packet sockets: each kind and name with how many there are.
bpf_objects() {
    {
        bpftool prog show | sed -n 's/^[0-9]*: \(.*\)  tag .*/program \1/p'
        bpftool map show | sed -n 's/^[0-9]*: \(.*\)  flags .*/map \1/p'
        bpftool link show | sed -n 's/^[0-9]*: \([a-z_]*\).*/link \1/p'
        bpftool cgroup tree 2> /dev/null | sed -nE 's/^ *[0-9]+ +(.*)/attached to a cgroup: \1/p'
        sed 's/.*/packet socket/; 1d' /proc/net/packet
    } | grep -vE '[ :]sd_|libbpf' | sort | uniq -c | sed 's/ \+/ /g'
}
show() { systemctl show -P "$1" dnsmon; }
running() { [[ $(show ActiveState) == active ]]; }
main_pid() { show MainPID; }
lookup() { dig +tries=1 +time=1 @127.0.0.1 "$1" > /dev/null 2>&1 || true; }
in_journal() { journalctl -u dnsmon -o cat | grep -F "\"$1\"" | grep -q '"name":"dig"'; }
logged() { lookup "$1"; until_true 20 in_journal "$1"; }
said() { journalctl -u dnsmon -o cat | grep -qF "$1"; }
status_has() { show StatusText | grep -q "$1"; }
