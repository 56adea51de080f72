#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: what a host may lack or forbid. Each case either works, attributed, or says what is missing and leaves nothing
# attached. Prints "CASE name passed how|FAILED".   usage: conditions.sh
. ./service_lib.sh
dnsmon=/payload/dnsmon
lockdown=$(sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/security/lockdown 2>/dev/null)
folder=/tmp/conditions
mkdir -p $folder

before=$(bpf_objects)
# What is closed goes after a grace period: asked some times.
nothing_left() {
    for _ in {1..20}; do [[ $(bpf_objects) != "$before" ]] || return 0; done
    return 1
}

result() { # NAME PROBLEM HOW
    if [[ -z $2 ]] && nothing_left; then
        echo "CASE $1 passed: $3"
    else
        failed=1
        echo "CASE $1 FAILED: ${2:-left attached: $(bpf_objects), before: $before}"
        tail -n 6 $folder/log | cut -c1-600
    fi
}

# watch MODE [COMMAND…]: runs dnsmon until it has seen a lookup; sets status, hooks and seen.
watch() {
    local mode=$1 daemon report; shift
    printf 'hooks: {mode: %s}\noutput: {journald: false}\n' "$mode" > $folder/dnsmon.yaml
    rm -f $folder/pipe; mkfifo $folder/pipe
    : > $folder/events
    "$@" $dnsmon run --stdout -c $folder/dnsmon.yaml > $folder/events 2> $folder/pipe &
    daemon=$!
    exec 4< <(tee $folder/log < $folder/pipe)
    report=$(grep -m 1 -E '"capturing"|"cannot start"' <&4)
    hooks=$(sed -n 's/.*"hooks":"\([a-z]*\)".*/\1/p' <<< "$report")
    [[ -z $hooks ]] || { dig +tries=1 +time=1 @127.0.0.1 condition.example > /dev/null 2>&1; kill -TERM $daemon; }
    status=0
    wait $daemon || status=$?
    exec 4<&-
    seen=$(grep '"condition.example"' $folder/events | grep -c '"name":"dig"')
}

reason() { grep '"cannot start"' $folder/log | sed -n 's/.*"reason":"\(\([^"\\]\|\\.\)*\)".*/\1/p' | tail -n 1 | cut -c1-400; }

works() { # NAME MODE WANTED_HOOKS
    local problem=''
    watch "$2"
    ((status == 0)) || problem="exit $status"
    [[ $hooks =~ ^($3)$ ]] || problem+=" hooks '$hooks', not $3"
    ((seen)) || problem+=' no attributed event'
    result "$1" "$problem" "$hooks"
}

refused() { # NAME MODE STATUS TEXT [COMMAND…]
    local name=$1 mode=$2 wanted=$3 text=$4 problem=''; shift 4
    watch "$mode" "$@"
    ((status == wanted)) || problem="exit $status, not $wanted"
    grep -q "$text" $folder/log || problem+=" the log lacks '$text'"
    result "$name" "$problem" "$(reason)"
}

# The service's own configuration: only the first may run with it.
second_refused() {
    local first status=0 problem=''
    printf 'output: {journald: false, stdout: true}\n' > /etc/dnsmon.yaml
    rm -f $folder/pipe; mkfifo $folder/pipe
    $dnsmon run > $folder/events 2> $folder/pipe &
    first=$!
    exec 4< $folder/pipe
    grep -q -m 1 '"capturing"' <&4 || problem='the first does not start'
    $dnsmon run > $folder/log 2>&1 || status=$?
    ((status == 1)) || problem+=" exit $status, not 1"
    grep -q "process $first holds /run/dnsmon/lock" $folder/log || problem+=' the log does not say who holds the lock'
    kill -TERM $first
    wait $first || problem+=" the first ends with $?"
    exec 4<&-
    result second_refused "$problem" "$(reason)"
}

# doctor_says FLAVOUR WORD…: the plan, and why not what comes before it.
doctor_says() {
    local name=$1 flavour=$2 problem='' report; shift 2
    report=$($dnsmon doctor --json | tr -d '\n')
    for word in "\"flavour\": \"$flavour\"" "$@"; do
        grep -q "$word" <<< "$report" || problem+=" doctor does not say '$word'"
    done
    echo "$report" > $folder/log
    result "$name" "$problem" "$(grep -o '"passed_over": *\[[^]]*\]' <<< "$report" | cut -c1-300)"
}

echo "KERNEL $(uname -r)"
echo "DOCTOR $($dnsmon doctor --json | tr -d '\n')"
case $lockdown in
    confidentiality)
        works "lockdown_$lockdown" auto cgroup
        chosen=$hooks
        doctor_says doctor_on_lockdown cgroup '"fentry: [^"]*the kernel is locked down' '"kprobe: [^"]*the kernel is locked down'
        for flavour in fentry kprobe; do refused "lockdown_forced_$flavour" $flavour 1 'the kernel is locked down (confidentiality)'; done
        ;;
    *)
        works "lockdown_${lockdown:-unknown}" auto 'fentry|kprobe'
        chosen=$hooks
        ;;
esac
# Nobody here loads the first on demand, and without either the test of quota would only be skipped.
modprobe -a loop quota_v2 || { failed=1; echo "CASE quota_modules FAILED"; }
# The table of lookups with what auto has chosen, without IPv6 that part of it is skipped; a disk quota.
DNSMON=$dnsmon FILES="lookups server_ends quota" tests/vm/cases/hooks.sh "$chosen" > $folder/hooks || failed=1
grep -vE '^(KERNEL|DOCTOR) ' $folder/hooks
if grep -q ipv6.disable=1 /proc/cmdline; then works ipv6_disabled auto 'fentry|kprobe|cgroup'; fi
second_refused
refused no_capabilities auto 77 CAP_BPF setpriv --bounding-set=-all --inh-caps=-all
if [[ $(uname -r) == 5.10.* ]]; then
    refused memlock_limit auto 1 RLIMIT_MEMLOCK prlimit --memlock=65536:65536 setpriv --bounding-set=-sys_resource
fi

mount -t tmpfs none /sys/kernel/btf
works no_btf auto 'kprobe|cgroup'
doctor_says doctor_without_btf '[a-z]*' '"fentry: [^"]*no /sys/kernel/btf/vmlinux'
umount /sys/kernel/btf

umount /sys/fs/cgroup
# As systemd makes it with systemd.unified_cgroup_hierarchy=no: cgroup2 beside the controllers of the first version.
mount -t tmpfs none /sys/fs/cgroup
mkdir /sys/fs/cgroup/{unified,systemd}
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
works hybrid_cgroups cgroup cgroup
umount -R /sys/fs/cgroup

if [[ $lockdown == confidentiality ]]; then
    watch auto
    problem=''
    [[ $status == 0 && $hooks == none ]] || problem="exit $status, hooks '$hooks'"
    grep -q '"condition.example"' $folder/events || problem+=' no event'
    grep -q cgroup2 $folder/log || problem+=' the log does not say that cgroup2 is missing'
    result no_cgroup2 "$problem" "unattributed, said"
else
    works no_cgroup2 auto 'fentry|kprobe'
fi
refused no_cgroup2_forced cgroup 1 cgroup2
exit $failed
