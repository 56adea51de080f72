#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A root with Suricata 7 under build/bench, for the comparison only: Debian 12 has it in its backports. The host's
# packages and sources stay as they are.   usage: tests/bench/suricata_root.sh   (prints the root's path)
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
root=$top/build/bench/suricata
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

if [[ ! -x $root/usr/bin/suricata ]]; then
    mkdir -p "$top/build/bench"
    rm -rf "$root"
    # Backports have the lower priority; Suricata and its libraries come from there together.
    mmdebstrap --quiet --variant=apt --include=suricata --aptopt='APT::Default-Release "bookworm-backports"' --aptopt='Acquire::Languages "none"' \
        --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr bookworm "$root" \
        "deb [signed-by=$keyring] $mirror bookworm main" "deb [signed-by=$keyring] $mirror bookworm-backports main" \
        > "$top/build/bench/suricata.log" 2>&1 || { tail -n 20 "$top/build/bench/suricata.log" >&2; rm -rf "$root"; exit 1; }
fi
echo "$root"
