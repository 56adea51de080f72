#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What each capability of the unit is for, measured: takes one away after the other and says what breaks, a line
# "CASE capability.flavour.name passed: what" each; with "none" taken away the unit's own set must do. One that nobody
# misses FAILED: the unit would have no reason to ask for it.   usage: capabilities.sh FLAVOUR…
dnsmon=${DNSMON:-dnsmon}
all=(bpf perfmon net_admin net_raw sys_ptrace dac_read_search)
folder=$(mktemp -d)
chmod 755 "$folder"

# A process of another user that holds its socket from before. It never answers: it is known by its socket or not at all.
echo 53 > /proc/sys/net/ipv4/ip_unprivileged_port_start
exec 5< <(exec setpriv --reuid=65533 --regid=65533 --clear-groups python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
print(flush=True)
while True: s.recv(512)')
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
read -r <&5 || exit 1 # the end of the file: it could not bind

# what_breaks FLAVOUR CAPABILITY: of the lookup of a client that is gone at once, and of that server.
what_breaks() {
    local set='-all' name report status=0
    for name in "${all[@]}"; do [[ $name == "$2" ]] || set+=",+$name"; done
    printf 'hooks: {mode: %s}\noutput: {journald: false}\n' "$1" > "$folder/$1.yaml"
    mkfifo "$folder/log"
    : > "$folder/events"
    setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set="$set" --inh-caps="$set" --ambient-caps="$set" \
        "$dnsmon" run --stdout -c "$folder/$1.yaml" > "$folder/events" 2> "$folder/log" &
    local daemon=$!
    report=$(grep -m 1 -E '"capturing"|"cannot start"' < <(tee "$folder/all" < "$folder/log"))
    if [[ $report == *'"capturing"'* ]]; then
        dig +tries=1 +time=1 @127.0.0.1 measured.example > /dev/null 2>&1
        kill "$daemon"
    fi
    wait "$daemon" || status=$?
    rm "$folder/log"
    if ((status)); then
        echo "does not start (exit $status): $(sed -n 's/.*"reason":"\([^"]*\)".*/\1/p' <<< "$report" | cut -c1-160)"
    elif ! grep -q '"measured.example"' "$folder/events"; then
        echo 'no events'
    else
        local lost=()
        grep -q '"name":"dig"' "$folder/events" || lost+=('process name')
        grep -q '"executable":"/usr/bin/dig"' "$folder/events" || lost+=('executable')
        grep -q "\"server_process\":{\"pid\":$server," "$folder/events" || lost+=("the server's process")
        mapfile -t -O "${#lost[@]}" lost < <(sed -n 's/.*"message":"\(hook not attached[^"]*\|processes that end at once[^"]*\)".*"hook":"\([^"]*\)".*/\1 \2/p; s/.*"message":"\(processes that end at once[^"]*\)".*/\1/p' "$folder/all")
        if ((${#lost[@]})); then (IFS=';'; echo "lost: ${lost[*]}"); else echo works; fi
    fi
}

failed=0
for flavour; do
    complete=$(what_breaks "$flavour" none)
    verdict=passed
    if [[ $complete =~ ^(does not start|no events)|executable|process ]]; then verdict=FAILED failed=1; fi
    echo "CASE capability.$flavour.none $verdict: $complete"
    for capability in "${all[@]}"; do
        broken=$(what_breaks "$flavour" "$capability")
        verdict=passed
        if [[ $broken == "$complete" || $broken == 'no events' ]]; then verdict=FAILED failed=1; fi
        echo "CASE capability.$flavour.$capability $verdict: $broken"
    done
done
exit $failed
