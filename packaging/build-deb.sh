#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian package of what is committed: build/deb/SUITE/dnsmon_*.deb. This machine's own release is built as
# it is, another one in a clean root made by mmdebstrap (as root or with sudo). The same commit gives the same bytes.
#   usage: packaging/build-deb.sh [bookworm|trixie]
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
host=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
suite=${1:-$host}
[[ $suite =~ ^(bookworm|trixie)$ && $# -le 1 ]] || { sed -n 's/^#   usage: /usage: /p' "$0" >&2; exit 64; }

# Times inside the package are the commit's; paths of the tree do not get into it. So many digits of the revision, for
# git's own choice depends on the clone.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
DNSMON_REVISION=$(git rev-parse --short=12 HEAD)
export SOURCE_DATE_EPOCH DNSMON_REVISION
out=$top/build/deb/$suite
rm -rf "$out"
mkdir -p "$out"

# unpack FOLDER: the committed tree, as dpkg-buildpackage wants it. The suite stands in the version: both packages may
# lie in one archive, and the release upgrade of a host takes the later one.
unpack() {
    mkdir -p "$1"
    git archive HEAD | tar -x -C "$1"
    mv "$1/packaging/debian" "$1/debian"
    local number; number=$([[ $suite == bookworm ]] && echo 12 || echo 13)
    sed -i "1s/(\([^)]*\))/(\1~deb${number}u1)/; 1s/unstable/$suite/" "$1/debian/changelog"
}

build_here() {
    packaging/install-dependencies.sh build deb
    unpack "$out/work/dnsmon"
    (cd "$out/work/dnsmon" && dpkg-buildpackage --build=binary --no-sign)
    mv "$out"/work/dnsmon_*.deb "$out"/work/dnsmon_*.changes "$out"/work/*.buildinfo "$out"/work/*-dbgsym_*.deb "$out"/
}

# The root with the compilers is kept: it is made again when the build's dependencies change.
make_root() {
    local root=$top/build/deb/root-$suite.tar
    [[ -s $root && $root -nt packaging/debian/control ]] && return
    local packages; packages=$(sed -n '/^Build-Depends:/,/^[A-Z][a-z]*-/{s/^Build-Depends://;/^ \|^$/p}' packaging/debian/control |
        tr -d ' \n' | sed 's/debhelper-compat(=13)/debhelper/; s/([^)]*)//g')
    mmdebstrap --quiet --variant=buildd --include="$packages" --aptopt='Acquire::Languages "none"' --format=tar "$suite" "$root.part" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
    mv "$root.part" "$root"
}

build_in_root() {
    command -v mmdebstrap > /dev/null || packaging/install-dependencies.sh vm
    make_root
    local root=$out/work/root
    mkdir -p "$root"
    as_root tar -C "$root" --exclude='./dev/*' -xf "$top/build/deb/root-$suite.tar"
    # At the same place as outside: that the place does not matter can then be seen here, too.
    unpack "$out/work/tree"
    as_root mkdir -p "$root$out"
    as_root cp -r "$out/work/tree" "$root$out/dnsmon"
    as_root unshare --mount --net --pid --fork bash -euc '
        mount -t proc proc "$1/proc"
        for device in null zero urandom; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
        ln -sf /proc/self/fd "$1/dev/fd"
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
            DNSMON_REVISION="$DNSMON_REVISION" sh -c "cd \"\$0\" && dpkg-buildpackage --build=binary --no-sign" "$2"' build "$root" "$out/dnsmon"
    cp "$root$out"/*.deb "$root$out"/*.changes "$root$out"/*.buildinfo "$out"/
}

as_root() { if ((EUID)); then sudo --preserve-env=SOURCE_DATE_EPOCH,DNSMON_REVISION "$@"; else "$@"; fi; }

if [[ $suite == "$host" ]]; then how=build_here; else how=build_in_root; fi
# Not as a condition: bash would switch errexit off inside.
set +e
(set -e; "$how") > "$out/build.log" 2>&1
status=$?
set -e
if ((status)); then
    tail -n 40 "$out/build.log" >&2
    exit 1
fi
as_root rm -rf "$out/work"
ls "$out"/dnsmon_*.deb
