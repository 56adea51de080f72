#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What each capability of the unit is for, measured: takes one away after the other and says what breaks, a line
# "CAPABILITY flavour name: what" each; "all" is the unit's own set.   usage: capabilities.sh FLAVOUR…
dnsmon=${DNSMON:-dnsmon}
all=(bpf perfmon net_admin net_raw sys_ptrace dac_read_search)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"

# what_breaks FLAVOUR CAPABILITY: of a process of another user that holds a socket from before, and of a lookup now.
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
        for name in 1 2; do dig +tries=1 +time=1 @127.0.0.1 measured.example > /dev/null 2>&1; done
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
        mapfile -t -O "${#lost[@]}" lost < <(sed -n 's/.*"message":"\(hook not attached[^"]*\|processes that end at once[^"]*\)".*"hook":"\([^"]*\)".*/\1 \2/p; s/.*"message":"\(processes that end at once[^"]*\)".*/\1/p' "$folder/all")
        if ((${#lost[@]})); then (IFS=';'; echo "lost: ${lost[*]}"); else echo works; fi
    fi
}

for flavour; do
    for capability in none "${all[@]}"; do echo "CAPABILITY $flavour $capability: $(what_breaks "$flavour" "$capability")"; done
done
