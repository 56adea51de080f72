#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one command in a fresh virtual machine: the command's standard output is ours, its standard error and the
# kernel's console go to build/vm/logs (removed when all was well), its exit code is ours. 124: the guest did not
# finish in time; 125: it ended without saying how.
#   usage: tests/vm/run_guest.sh [-i] [-t SECONDS] [-a KERNEL_ARGUMENTS] [-s SUITE] [-d DISK] [-p SOURCE[=NAME]]… KERNEL COMMAND [ARGUMENT…]
#   -i boots with systemd as PID 1. -s is the Debian on the disk: bookworm (default) or trixie. What is written to the disk
#   is forgotten; -d FILE keeps it, so that the next run with FILE is the next boot. -p puts a file or folder into the
#   guest's /payload, which is the command's directory.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../build/vm
limit=180 append='' payload=() suite=bookworm disk='' init=/payload/init

usage() { sed -n 's/^#   usage: /usage: /p' "$0" >&2; exit 64; }

while getopts it:a:s:d:p: option; do
    case $option in
        i) init=/usr/lib/systemd/systemd ;;
        t) limit=$OPTARG ;;
        a) append=$OPTARG ;;
        s) suite=$OPTARG ;;
        d) disk=$OPTARG ;;
        p) payload+=("$OPTARG") ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
(($# >= 2)) || usage
kernel=$1; shift

"$here/images.sh" "$kernel" "$suite"
work=$(mktemp -d "$cache/guest.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/payload/units/multi-user.target.wants" "$cache/logs"
log=$cache/logs/$kernel-$(date +%H%M%S)-$$.log

install -m 755 "$here/guest_command" "$here/init" "$work/root/payload/"
cp "$here/guest.service" "$work/root/payload/units/"
ln -s ../guest.service "$work/root/payload/units/multi-user.target.wants/"
for item in ${payload[@]+"${payload[@]}"}; do
    source=${item%%=*} name=$(basename "${item%%=*}")
    [[ $item == *=* ]] && name=${item#*=}
    mkdir -p "$(dirname "$work/root/payload/$name")"
    cp -rL "$source" "$work/root/payload/$name"
done
{ echo '#!/bin/bash'; printf 'exec'; printf ' %q' "$@"; echo; } > "$work/root/payload/command"
chmod 755 "$work/root/payload/command"
# The kernel unpacks archives one after the other.
{ cat "$cache/$kernel/initramfs"
  (cd "$work/root" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1); } > "$work/initramfs"
keep=on
if [[ $disk ]]; then
    keep=off append+=' guest.keep'
    [[ -s $disk ]] || cp --sparse=always "$cache/$suite.ext4" "$disk"
fi

# TCG, not KVM: the same everywhere, also where nested virtualisation is broken. panic=-1 with -no-reboot ends QEMU;
# no_timer_check: on a busy host the timer comes late, which is no reason to panic; tsc=reliable: the emulator's counters are
# the host's, and to read the hpet, which the kernel would take instead, is to leave it. One thread has both processors in turn:
# kernels patch their own code, and with a thread for each one may run what the other is patching (QEMU 7.2: "Oops: int3" on
# 6.12 and 7, a processor that hangs on 6.1). It takes no more CPU. -la57: a page table less to walk through.
status=0
TMPDIR=$work timeout --kill-after=5 "$limit" qemu-system-x86_64 -accel tcg,thread=single -smp 2 -cpu max,-la57 -m 2G -no-reboot -nographic \
    -nodefaults -display none -net none -kernel "$cache/$kernel/vmlinuz" -initrd "$work/initramfs" \
    -append "console=ttyS0 no_timer_check tsc=reliable panic=-1 loglevel=4 random.trust_cpu=on mitigations=off systemd.show_status=0 guest.init=$init $append" \
    -drive "file=${disk:-$cache/$suite.ext4},if=virtio,format=raw,cache=unsafe,snapshot=$keep" \
    -serial "file:$log" -serial "file:$work/output" < /dev/null 2> "$work/qemu.err" || status=$?
cat "$work/qemu.err" >> "$log"

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
