#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one command in a fresh virtual machine: the command's standard output is ours, its standard error and the
# kernel's console go to build/vm/logs (removed when all was well), its exit code is ours. 124: the guest did not
# finish in time; 125: it ended without saying how.
#   usage: tests/vm/run_guest.sh [-t SECONDS] [-a KERNEL_ARGUMENTS] [-s SUITE] [-d DISK] [-e UNIT] [-p SOURCE[=NAME]]… KERNEL COMMAND [ARGUMENT…]
#   -p puts a file or folder into the guest's /payload, which is the command's directory. -s boots SUITE with systemd.
#   -d FILE stands for what the disk keeps over a reboot: unpacked over the root when it is there, and written from what
#   the command sends to /dev/ttyS2 (a compressed cpio archive). -e enables a unit of tests/vm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../build/vm
limit=180 append='' payload=() suite='' disk=/dev/null unit=''

usage() { sed -n 's/^#   usage: /usage: /p' "$0" >&2; exit 64; }

while getopts t:a:s:d:e:p: option; do
    case $option in
        t) limit=$OPTARG ;;
        a) append=$OPTARG ;;
        s) suite=$OPTARG ;;
        d) disk=$OPTARG ;;
        e) unit=$OPTARG ;;
        p) payload+=("$OPTARG") ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
(($# >= 2)) || usage
kernel=$1; shift

"$here/images.sh" "$kernel" ${suite:+"systemd-$suite"}
work=$(mktemp -d "$cache/guest.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/payload" "$cache/logs"
log=$cache/logs/$kernel-$(date +%H%M%S)-$$.log

if [[ $suite ]]; then
    root=$cache/root-systemd-$suite.cpio.gz
    append+=' rdinit=/usr/lib/systemd/systemd systemd.show_status=0 systemd.journald.forward_to_console=0'
    mkdir -p "$work/root/etc/systemd/system/multi-user.target.wants"
    cp "$here/guest.service" "$work/root/etc/systemd/system/"
    ln -s ../guest.service "$work/root/etc/systemd/system/multi-user.target.wants/"
    if [[ $unit ]]; then
        cp "$here/$unit" "$work/root/etc/systemd/system/"
        ln -s "../$unit" "$work/root/etc/systemd/system/multi-user.target.wants/"
    fi
    install -m 755 "$here/guest_command" "$work/root/payload/guest_command"
else
    root=$cache/root-$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}").cpio.gz
    install -m 755 "$here/init" "$work/root/init"
fi
for item in ${payload[@]+"${payload[@]}"}; do
    source=${item%%=*} name=$(basename "${item%%=*}")
    [[ $item == *=* ]] && name=${item#*=}
    mkdir -p "$(dirname "$work/root/payload/$name")"
    cp -rL "$source" "$work/root/payload/$name"
done
{ echo '#!/bin/bash'; printf 'exec'; printf ' %q' "$@"; echo; } > "$work/root/payload/command"
chmod 755 "$work/root/payload/command"
(cd "$work/root" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1) > "$work/payload.cpio.gz"

# The kernel unpacks archives one after the other: the big root stays as it was made.
touch "$work/disk"
[[ ! -s $disk ]] || cp "$disk" "$work/disk"
cat "$root" "$cache/$kernel/modules.cpio.gz" "$work/disk" "$work/payload.cpio.gz" > "$work/initramfs"

# TCG, not KVM: the same everywhere, also where nested virtualisation is broken. panic=-1 with -no-reboot ends QEMU.
status=0
timeout --kill-after=5 "$limit" qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -cpu max -m 2G -no-reboot -nographic \
    -nodefaults -display none -net none -kernel "$cache/$kernel/vmlinuz" -initrd "$work/initramfs" \
    -append "console=ttyS0 panic=-1 loglevel=4 random.trust_cpu=on mitigations=off $append" \
    -serial "file:$log" -serial "file:$work/output" -serial "file:$work/new_disk" < /dev/null 2> "$work/qemu.err" || status=$?
cat "$work/qemu.err" >> "$log"
[[ $disk == /dev/null || ! -s $work/new_disk ]] || cp "$work/new_disk" "$disk"

result=$(tail -n 1 "$work/output" 2>/dev/null || true)
if ((status == 0)) && [[ $result =~ ^guest-exit\ ([0-9]+)$ ]]; then
    head -n -1 "$work/output"
    status=${BASH_REMATCH[1]}
else
    cat "$work/output" 2>/dev/null || true
    ((status == 124 || status == 137)) && status=124 || status=125
fi
if ((status)); then
    printf 'guest %s: exit %d; console log: %s\n' "$kernel" "$status" "$(realpath --relative-to="$PWD" "$log")" >&2
else
    rm -f "$log"
fi
exit "$status"
