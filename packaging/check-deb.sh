#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves the package of what is committed: built twice in different folders it is the same bytes; lintian has no warning
# for it; `cmake --install` has its layout; in a small root of the suite it is installed, upgraded over an edited
# configuration, removed and purged, and the unit's sandbox scores what docs/security.md says. Works under build/deb and
# in a temporary folder; wants root or sudo.
#   usage: packaging/check-deb.sh [bookworm|trixie]
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
. tests/harness/tally.sh
host=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
suite=${1:-$host}
[[ $suite =~ ^(bookworm|trixie)$ && $# -le 1 ]] || { sed -n 's/^#   usage: /usage: /p' "$0" >&2; exit 64; }
out=$top/build/deb/$suite
work=$(mktemp -d "${TMPDIR:-/tmp}/dnsmon-deb.XXXXXX")
trap 'as_root rm -rf "$work"' EXIT
clone=$work/elsewhere/dnsmon
git clone --quiet --no-local --no-checkout "file://$top" "$clone"
git -C "$clone" checkout --quiet --detach "$(git rev-parse HEAD)"

as_root() { if ((EUID)); then sudo "$@"; else "$@"; fi; }

# check NAME COMMAND…: a line and a place in the sum. errexit holds inside, so not as a condition.
check() {
    local name=$1 status began=$SECONDS; shift
    set +e
    (set -e; "$@") > "$work/output" 2>&1
    status=$?
    set -e
    if ((status)); then
        echo "deb.$suite.$name: FAILED"
        tail -n 30 "$work/output"
        tally_add 0 1 0
    else
        echo "deb.$suite.$name: passed ($((SECONDS - began)) s) $(tail -n 1 "$work/output")"
        tally_add 1 0 0
    fi
}

absent() { if grep "$@"; then return 1; fi; } # errexit passes over "! grep"

builds() { packaging/build-deb.sh "$suite" && du -h "$out"/dnsmon_*.deb; }

# Another folder, time zone, language and umask.
same_bytes() {
    mkdir -p "$clone/build/deb"
    [[ ! -s build/deb/root-$suite.tar ]] || cp --preserve=timestamps "build/deb/root-$suite.tar" "$clone/build/deb/"
    touch -d '1 hour ago' "$clone/packaging/debian/control" # or the root would be older
    (umask 027; TZ=Asia/Tokyo LC_ALL=C "$clone/packaging/build-deb.sh" "$suite")
    local package
    for package in "$out"/*.deb; do cmp "$package" "$clone/build/deb/$suite/${package##*/}"; done
    sha256sum "$out"/dnsmon_*.deb | cut -c1-64
}

no_traces() {
    dpkg-deb -x "$out"/dnsmon_*.deb "$work/unpacked"
    absent -rlF "$top" "$work/unpacked"
}

lintian_clean() { lintian --allow-root --fail-on error,warning,override --info --display-info "$out"/*.changes; }

# The static build serves both questions. Only the linking differs from the preset release, which ccache may have.
static_libbpf() {
    export CCACHE_BASEDIR=$clone CCACHE_NOHASHDIR=yes
    (cd "$clone" && cmake --preset release -DDNSMON_STATIC_LIBBPF=ON \
        -DCMAKE_C_COMPILER_LAUNCHER="$(command -v ccache || true)" -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" &&
        cmake --build --preset release)
    DESTDIR=$work/installed cmake --install "$clone/build/release"
    ldd "$work/installed/usr/sbin/dnsmon" > "$work/libraries"
    absent libbpf "$work/libraries"
    "$work/installed/usr/sbin/dnsmon" --version
    as_root "$work/installed/usr/sbin/dnsmon" doctor | grep -o 'dnsmon run would use'
}
# As both releases see it: /lib is /usr/lib. Debian's changelog and licence are debhelper's; it compresses manual pages.
layout() { (cd "$1" && find . -type f -printf '%P %m\n') | sed -E 's|^lib/|usr/lib/|; s|(/man/.*)\.gz |\1 |; \|/doc/dnsmon/[^/]* |d' | sort; }
same_layout() {
    diff <(layout "$work/unpacked") <(layout "$work/installed")
    layout "$work/installed" | wc -l
}

# What a host has: the suite with systemd and the package's libraries, kept until the package wants others.
life_root() {
    local tar=$top/build/deb/life-$suite.tar depends
    depends=$(dpkg-deb -f "$out"/dnsmon_*.deb Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/ //g')
    if [[ ! -s $tar || $(cat "$tar.depends" 2> /dev/null) != "$depends" ]]; then
        mmdebstrap --quiet --variant=minbase --include="$depends" --aptopt='Acquire::Languages "none"' --format=tar \
            --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' \
            "$suite" "$tar.part" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
        mv "$tar.part" "$tar"
        echo "$depends" > "$tar.depends"
    fi
    mkdir "$work/root"
    as_root tar -C "$work/root" --exclude='./dev/*' -xf "$tar"
    mkdir "$work/next"
    dpkg-deb -R "$out"/dnsmon_*.deb "$work/next/tree"
    sed -i 's/^Version: .*/Version: 99-1/' "$work/next/tree/DEBIAN/control"
    echo '# another default' >> "$work/next/tree/etc/dnsmon.yaml"
    dpkg-deb --root-owner-group -Zgzip -b "$work/next/tree" "$work/root/next.deb"
    cp "$out"/dnsmon_*.deb "$work/root/dnsmon.deb"
    cp "$clone/packaging/deb_life.sh" "$work/root/"
}
life() {
    as_root unshare --mount --net --pid --ipc --fork bash -euc '
        mount -t proc proc "$1/proc"
        mount -t tmpfs tmpfs "$1/run"
        for device in null zero urandom; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash /deb_life.sh' life "$work/root"
}

packaging/install-dependencies.sh build deb vm
check builds builds
check no_traces no_traces
check lintian lintian_clean
check same_bytes same_bytes
check static_libbpf static_libbpf
check same_layout same_layout
check root life_root
check life life
tally_end
