#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the guests boot, cached under build/vm: for each suite a disk with a small Debian (systemd, what the daemon needs,
# what the tests run; not dnsmon), for each kernel its image and a small initramfs with the modules that tests need.
# Changes nothing outside build/vm.
#   usage: tests/vm/images.sh [IMAGE…]        IMAGE: 5.10 6.1 6.12 7 bookworm trixie (default: all)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=$top/build/vm
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}

say() { printf 'images: %s\n' "$*" >&2; }

# An image is made again when what it is made from has changed: not when a checkout has touched it.
is_made() { [[ -s $1 && -s $1.from && $(cat "$1.from") == "$(sha256sum <<< "$2")" ]]; }
is_made_from() { sha256sum <<< "$2" > "$1.from"; }

# Which suite has the kernel that is called so here.
suite_of() {
    case $1 in
        5.10) echo bullseye ;;
        6.1) echo bookworm ;;
        6.12) echo trixie ;;
        7) echo sid ;;
        *) say "unknown image '$1' (known: 5.10 6.1 6.12 7 bookworm trixie)"; return 64 ;;
    esac
}

# apt with directories of its own: the host's lists and sources stay as they are.
private_apt() {
    local suite=$1 tool=$2; shift 2
    local dir=$cache/apt/$suite
    mkdir -p "$dir"/{lists/partial,cache/archives/partial,state}
    { echo "deb [signed-by=$keyring] $mirror $suite main"
      [[ $suite == sid ]] || echo "deb [signed-by=$keyring] $security $suite-security main"; } > "$dir/sources.list"
    touch "$dir/state/status"
    "$tool" -qq -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$dir/state" -o Dir::State::status="$dir/state/status" -o Dir::State::Lists="$dir/lists" \
        -o Dir::Cache="$dir/cache" -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# Of a kernel's hundreds of MB the modules that the guests may want, with a modules.dep of their own; a static shell that
# mounts the disk with them.
pack_initramfs() {
    local tree=$1 release=$2 root=$3 part kernel
    kernel=$root/lib/modules/$release/kernel
    mkdir -p "$kernel" "$root/bin" "$root/disk"
    cp "$tree"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$release/"
    (cd "$tree/kernel" && for part in net lib crypto arch/x86/crypto drivers/virtio drivers/block/{virtio_blk,loop} fs/ext4 fs/jbd2 fs/quota \
        fs/mbcache fs/overlayfs drivers/net/{veth,dummy,tun,wireguard,net_failover}; do
        find . \( -path "./$part/*" -o -path "./$part.ko*" \) -type f
    done | tar -cf - -T -) | tar -C "$kernel" -xf -
    find "$kernel" -name '*.ko.xz' -exec xz -d {} +
    depmod -b "$root" "$release"
    install /bin/busybox "$root/bin/busybox"
    install "$here/initramfs" "$root/init"
    (cd "$root" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1)
}

# KERNEL -> build/vm/KERNEL/{vmlinuz,initramfs,release}
make_kernel() {
    local name=$1 suite out package release
    suite=$(suite_of "$name")
    out=$cache/$name
    is_made "$out/initramfs" "$(cat "$here/initramfs" "$here/images.sh")" && return 0
    say "kernel $name: linux-image-cloud-amd64 of $suite"
    work=$(mktemp -d "$cache/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    private_apt "$suite" apt-get update
    # The meta package names the real one (linux-image-6.1.0-49-cloud-amd64) as its only image dependency.
    package=$(private_apt "$suite" apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    # APT 2.6's sandbox user cannot write into a private directory of root.
    (cd "$work" && private_apt "$suite" apt-get -o APT::Sandbox::User=root download "$package" \
        $(private_apt "$suite" apt-cache depends "$package" | sed -n 's/^ *Depends: \(linux-\(modules\|binary\|base\)-[0-9].*\)/\1/p'))
    mkdir "$work/root" "$work/initramfs.d"
    for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
    release=$(find "$work/root" -maxdepth 4 -type d -path '*/lib/modules/*' -printf '%f\n' | head -n 1)
    mkdir -p "$out"
    find "$work/root" \( -name "vmlinuz-$release" -o -path "*/modules/$release/vmlinuz" \) -type f -exec cp {} "$out/vmlinuz" \;
    pack_initramfs "$(find "$work/root" -type d -path "*/lib/modules/$release")" "$release" "$work/initramfs.d" > "$work/initramfs"
    echo "$release" > "$out/release"
    mv "$work/initramfs" "$out/"
    is_made_from "$out/initramfs" "$(cat "$here/initramfs" "$here/images.sh")"
    rm -rf "$work"
    say "kernel $name: $release"
}

# The section [guest] of packaging/dependencies as SUITE names it: "in Debian 12 | in Debian 13".
guest_packages() {
    awk -F ' *[|] *' -v field="$([[ $1 == bookworm ]] && echo 1 || echo 2)" '/^\[/ { inside = $0 == "[guest]"; next }
        inside && !/^#/ && NF { print $(NF < field ? NF : field) }' "$top/packaging/dependencies" | paste -sd,
}

# SUITE -> build/vm/SUITE.ext4, sparse
make_disk() {
    local suite=$1 out=$cache/$1.ext4
    is_made "$out" "$(guest_packages "$suite"; cat "$here/images.sh")" && return 0
    say "disk $suite, by mmdebstrap"
    work=$(mktemp -d "$cache/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    # Services stay off until a test wants them; the clock and the names are the guest's own.
    mmdebstrap --quiet --variant=minbase --include="$(guest_packages "$suite")" --aptopt='Acquire::Languages "none"' \
        --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
        --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/boot' \
        --customize-hook='echo 0123456789abcdef0123456789abcdef > "$1/etc/machine-id"; echo guest > "$1/etc/hostname"' \
        --customize-hook='for unit in "$1"/etc/systemd/system/*.wants/*; do
            case $unit in */systemd-*resolved*|*/sysinit.target.wants/*|*/sockets.target.wants/*) ;; *) rm "$unit" ;; esac; done' \
        --customize-hook='rm -f "$1"/etc/systemd/system/*/systemd-resolved.service "$1"/etc/systemd/system/dbus-*resolve1.service' \
        --customize-hook='mkdir -p "$1/payload" "$1/var/log/journal"; : > "$1/etc/resolv.conf.guest"; mv -f "$1/etc/resolv.conf.guest" "$1/etc/resolv.conf"' \
        --format=tar "$suite" - "$mirror" 2> "$cache/$suite.log" | tar -C "$work" --exclude='./dev/*' -xf - ||
        { tail -n 40 "$cache/$suite.log" >&2; return 1; }
    truncate -s 3G "$out.part"
    # Without what Linux 5.10 cannot mount.
    mkfs.ext4 -q -F -O ^orphan_file,^metadata_csum_seed -E lazy_itable_init=1,root_owner=0:0 -d "$work" "$out.part"
    mv "$out.part" "$out"
    is_made_from "$out" "$(guest_packages "$suite"; cat "$here/images.sh")"
    rm -rf "$work"
    say "disk $suite: $(du -h "$out" | cut -f1)"
}

work='' # the temporary folder in use
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9
(($#)) || set -- bookworm trixie 5.10 6.1 6.12 7
for name; do [[ $name =~ ^(bookworm|trixie)$ ]] || suite_of "$name" > /dev/null; done
for name; do
    case $name in
        bookworm | trixie) make_disk "$name" ;;
        *) make_kernel "$name" ;;
    esac
done
