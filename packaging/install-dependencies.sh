#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the sections of packaging/dependencies that are named, and nothing when all is there already. Says when it
# uses sudo. Services that a package would start or enable are kept off: nothing listens afterwards that did not before.
#   usage: packaging/install-dependencies.sh SECTION…          build demo test bench ship vm
#          packaging/install-dependencies.sh --list SECTION…   prints the package names
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

say() { printf 'dependencies: %s\n' "$*" >&2; }

installed() { [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]; }
known() { apt-cache show --no-all-versions "$1" 2>/dev/null | grep -q '^Package:'; }

# The lines of one section, comments gone: "name" or "name | other name".
section() {
    awk -v want="[$1]" '/^\[/ { inside = ($0 == want); found = found || inside; next }
        inside { sub(/#.*/, ""); gsub(/^ +| +$/, ""); if ($0 != "") print }
        END { exit !found }' "$here/dependencies" || { say "no section '$1' in packaging/dependencies"; return 64; }
}

# Of "a | b": one that is installed, else the first that the distribution has.
choose() {
    local names name; IFS='|' read -ra names <<< "${1// /}"
    for name in "${names[@]}"; do installed "$name" && { echo "$name"; return; }; done
    for name in "${names[@]}"; do known "$name" && { echo "$name"; return; }; done
    echo "${names[0]}"
}

choose_all() { while IFS= read -r line; do choose "$line"; done | sort -u; }

sections() { local name; for name; do section "$name" || return; done; }

enabled_units() { command -v systemctl > /dev/null && systemctl --root=/ list-unit-files --state=enabled --no-legend 2>/dev/null | awk '{print $1}' | sort; }

as_root() { if ((EUID)); then sudo "$@"; else "$@"; fi; }

install_packages() {
    local policy=/usr/sbin/policy-rc.d made_policy='' before
    if ((EUID)); then say "using sudo to install packages"; fi
    # invoke-rc.d asks policy-rc.d before it starts anything; 101 is "do not" (Debian Policy 9.3.3.1).
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
        as_root chmod 755 "$policy"
        made_policy=yes
        trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    before=$(enabled_units || true)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 install --no-install-recommends --yes "$@" > /dev/null
    local unit
    for unit in $(comm -13 <(printf '%s\n' "$before") <(enabled_units || true)); do
        say "leaving $unit disabled"
        as_root systemctl --root=/ disable "$unit" > /dev/null 2>&1
    done
    [[ -z $made_policy ]] || { as_root rm -f "$policy"; trap - EXIT; }
}

main() {
    local list_only=''
    [[ ${1:-} == --list ]] && { list_only=yes; shift; }
    (($#)) || { sed -n 's/^#   usage: /usage: /p' "$0" >&2; return 64; }
    local lines; lines=$(sections "$@")
    if [[ $list_only ]]; then choose_all <<< "$lines"; return; fi

    local line missing=()
    while IFS= read -r line; do
        installed "$(choose "$line")" || missing+=("$line")
    done <<< "$lines"
    ((${#missing[@]})) || return 0
    say "apt-get update"
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update > /dev/null
    local names; mapfile -t names < <(printf '%s\n' "${missing[@]}" | choose_all)
    say "installing ${names[*]}"
    install_packages "${names[@]}"
}

main "$@"
