#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Guest images, cached under build/vm: one root (a Debian of this host's suite, as a gzip'd cpio for an initramfs),
# the roots that have systemd, and one kernel with the modules that tests need for each name asked for. Changes nothing
# outside build/vm.
#   usage: tests/vm/images.sh [IMAGE…]        IMAGE: 5.10 6.1 6.12 7 systemd-bookworm systemd-trixie (default: the kernels)
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
cache=$top/build/vm
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}

say() { printf 'images: %s\n' "$*" >&2; }

# Which suite has the kernel that is called so here.
suite_of() {
    case $1 in
        5.10) echo bullseye ;;
        6.1) echo bookworm ;;
        6.12) echo trixie ;;
        7) echo sid ;;
        *) say "unknown kernel '$1' (known: 5.10 6.1 6.12 7)"; return 64 ;;
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

cpio_gz() { (cd "$1" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1); }

# The modules that network tests may want, a few MB of hundreds, with a modules.dep of their own.
pack_modules() {
    local tree=$1 release=$2 work=$3 part
    mkdir -p "$work/depmod/lib/modules/$release/kernel" "$work/modules/usr"
    cp "$tree"/modules.{order,builtin,builtin.modinfo} "$work/depmod/lib/modules/$release/"
    (cd "$tree/kernel" && for part in net lib crypto arch/x86/crypto drivers/net/{veth,dummy,tun,wireguard,net_failover}; do
        find . \( -path "./$part/*" -o -path "./$part.ko*" \) -type f
    done | tar -cf - -T -) | tar -C "$work/depmod/lib/modules/$release/kernel" -xf -
    depmod -b "$work/depmod" "$release"
    # /lib is a link in the root: an archive with a real lib directory would replace it.
    mv "$work/depmod/lib" "$work/modules/usr/lib"
    cpio_gz "$work/modules"
}

# KERNEL -> build/vm/KERNEL/{vmlinuz,modules.cpio.gz,release}
make_kernel() {
    local name=$1 suite out package release
    suite=$(suite_of "$name")
    out=$cache/$name
    [[ -s $out/vmlinuz && -s $out/modules.cpio.gz ]] && return 0
    say "kernel $name: linux-image-cloud-amd64 of $suite"
    work=$(mktemp -d "$cache/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    private_apt "$suite" apt-get update
    # The meta package names the real one (linux-image-6.1.0-49-cloud-amd64) as its only image dependency.
    package=$(private_apt "$suite" apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    # APT 2.6's sandbox user cannot write into a private directory of root.
    (cd "$work" && private_apt "$suite" apt-get -o APT::Sandbox::User=root download "$package" \
        $(private_apt "$suite" apt-cache depends "$package" | sed -n 's/^ *Depends: \(linux-\(modules\|binary\|base\)-[0-9].*\)/\1/p'))
    mkdir "$work/root"
    for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
    release=$(find "$work/root" -maxdepth 4 -type d -path '*/lib/modules/*' -printf '%f\n' | head -n 1)
    mkdir -p "$out"
    find "$work/root" \( -name "vmlinuz-$release" -o -path "*/modules/$release/vmlinuz" \) -type f -exec cp {} "$out/vmlinuz" \;
    pack_modules "$(find "$work/root" -type d -path "*/lib/modules/$release")" "$release" "$work" > "$work/modules.cpio.gz"
    mv "$work/modules.cpio.gz" "$out/"
    echo "$release" > "$out/release"
    rm -rf "$work"
    say "kernel $name: $release"
}

# build/vm/root-SUITE.cpio.gz: what the daemon and the guest's tests need, and nothing that boots.
make_root() {
    local list; list=$("$top/packaging/install-dependencies.sh" --list guest | paste -sd,)
    bootstrap "$1" "$cache/root-$1.cpio.gz" "usr-is-merged,$list"
}

# build/vm/root-systemd-SUITE.cpio.gz: a small Debian that boots with systemd, without dnsmon and without what it needs
# but for its libraries: the guest has no network to take them from.
make_systemd_root() {
    local suite=$1 libraries
    case $suite in
        bookworm) libraries=libbpf1,libpsl5,libspdlog1.10,libsystemd0,libyaml-cpp0.7,zlib1g,libelf1 ;;
        trixie) libraries=libbpf1,libpsl5t64,libspdlog1.15,libsystemd0,libyaml-cpp0.8,zlib1g,libelf1t64 ;;
    esac
    bootstrap "$suite" "$cache/root-systemd-$suite.cpio.gz" \
        "systemd,systemd-sysv,apt,bind9-dnsutils,bpftool,cpio,iproute2,kmod,procps,util-linux,$libraries"
}

# bootstrap SUITE FILE PACKAGES
bootstrap() {
    local suite=$1 out=$2 packages=$3
    [[ -s $out && $out -nt $top/packaging/dependencies ]] && return 0
    say "$(basename "$out"): $suite, by mmdebstrap"
    mmdebstrap --quiet --variant=minbase --include="$packages" --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
        --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/boot' \
        --customize-hook='echo 0123456789abcdef0123456789abcdef > "$1/etc/machine-id"' \
        --format=tar "$suite" - "$mirror" > "$cache/root.tar" 2> "$cache/root.log" || { tail -n 40 "$cache/root.log" >&2; return 1; }
    work=$(mktemp -d "$cache/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    tar -C "$work" --exclude='./dev/*' -xf "$cache/root.tar"
    cpio_gz "$work" > "$out.part"
    mv "$out.part" "$out"
    rm -rf "$work" "$cache/root.tar"
    say "$(basename "$out"): $(du -h "$out" | cut -f1)"
}

host_suite() { (. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}"); }

work='' # the temporary folder in use
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9
(($#)) || set -- 5.10 6.1 6.12 7
for name; do [[ $name =~ ^systemd-(bookworm|trixie)$ ]] || suite_of "$name" > /dev/null; done
for name; do
    case $name in
        systemd-*) make_systemd_root "${name#systemd-}" ;;
        *) make_root "$(host_suite)"; make_kernel "$name" ;;
    esac
done
