#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the guests said, as lines, tables and a sum. A result is a file of lines, named KERNEL.PART:
KERNEL release, DOCTOR json, CASE name passed|FAILED[: what], SKIPPED name: why, SCORE n, EXIT status, SECONDS n; all
others are what a failed case printed.

usage: table.py --guest FILE | --tables FOLDER NAME… | --tally FOLDER NAME…"""
import json
import os
import re
import sys

FLAVOURS = ("kprobe", "fentry", "cgroup")
_CASE = re.compile(r"CASE (\S+) (passed|FAILED)(?:: (.*))?$")


class Guest:
    """One result file; `cases`: (name, passed, what)."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        self.kernel, self.part = self.name.rsplit(".", 1)
        with open(path, encoding="utf-8", errors="replace") as f:
            self.lines = f.read().splitlines()
        self.cases = [(m[1], m[2] == "passed", m[3] or "") for m in map(_CASE.match, self.lines) if m]
        if not self.cases or (self.word("EXIT") and all(passed for _, passed, _ in self.cases)):
            self.cases.append(("ended", False, f"without saying how (exit {self.word('EXIT') or 0})"))
        self.skipped = [line.removeprefix("SKIPPED ") for line in self.lines if line.startswith("SKIPPED ")]
        doctor = self.word("DOCTOR")
        self.doctor = json.loads(doctor) if doctor else {}
        self.release = self.word("KERNEL") or self.doctor.get("kernel", self.kernel)

    def word(self, key):
        return next((line[len(key) + 1:] for line in self.lines if line.startswith(key + " ")), "")

    def all_passed(self):
        return all(passed for _, passed, _ in self.cases)


def print_guest(guest):
    for name, passed, what in guest.cases:
        print(f"vm.{guest.name}.{name}: {'passed' if passed else 'FAILED'}{': ' * bool(what)}{what}")
    for line in guest.skipped:
        print(f"SKIPPED vm.{guest.name}.{line}")
    if not guest.all_passed():
        print("\n".join(line for line in guest.lines if not line.startswith("DOCTOR ")))
    print(f"vm.{guest.name}: {guest.word('SECONDS')} s", flush=True)


def row(*cells):
    texts = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(text if len(text) <= 120 else text[:119] + "…" for text in texts) + " |"


def hooks_cell(guest, flavour):
    cases = [case for case in guest.cases if case[0].startswith(flavour + ".")]
    failed = [name.removeprefix(flavour + ".") for name, passed, _ in cases if not passed]
    if failed:
        return "FAILED: " + ", ".join(failed)
    count = sum(int(what.split()[0]) for _, _, what in cases if what[:1].isdigit())
    skipped = sum(line.startswith(flavour + ".") for line in guest.skipped)
    return f"{count - skipped} tests passed" + f", {skipped} skipped" * bool(skipped) if cases else "–"


def part_cell(guests, kernel, parts):
    found = [g for g in guests if g.kernel == kernel and g.part in parts]
    if not found:
        return "–"
    failed = [name for g in found for name, passed, _ in g.cases if not passed]
    return "FAILED: " + ", ".join(failed) if failed else f"{sum(len(g.cases) for g in found)} cases passed"


def print_tables(guests):
    hooks = [g for g in guests if g.part == "hooks"]
    print(row("kernel", *FLAVOURS, "service", "auto chooses"), row(*["---"] * 6), sep="\n")
    for guest in hooks:
        print(row(guest.release + " (native)" * (guest.kernel == "native"), *(hooks_cell(guest, f) for f in FLAVOURS),
                  part_cell(guests, guest.kernel, ("service", "boot")), guest.doctor.get("plan", {}).get("flavour", "none")))
    reasons = [(guest, line) for guest in hooks for line in guest.doctor.get("plan", {}).get("passed_over", [])]
    if reasons:
        print("\nWhy not the others, in `dnsmon doctor`'s words:\n")
        print("\n".join(f"- {guest.release}: {line}" for guest, line in reasons))
    skipped = sorted({(re.sub(r"^(\w+)\.\w+\.(?:\w+\.)?(test_\w+)", r"\1 \2", line), guest.release)
                      for guest in hooks for line in guest.skipped})
    if skipped:
        print("\nSkipped:\n")
        print("\n".join(f"- {release}: {line}" for line, release in skipped))
    others = [g for g in guests if g.part not in ("hooks",)]
    if others:
        print("\n" + row("kernel", "guest", "case", "result"), row(*["---"] * 4), sep="\n")
    for guest in others:
        for name, passed, what in guest.cases:
            print(row(guest.release, guest.part, name, ("passed" if passed else "FAILED") + ": " * bool(what) + what))
        for line in guest.lines:
            if line.startswith("SCORE "):
                print(row(guest.release, guest.part, "systemd-analyze security", line.removeprefix("SCORE ")))


def in_order(name):
    kernel, part = name.rsplit(".", 1)
    return ([int(n) for n in kernel.split(".")] if kernel[0].isdigit() else [99], part)


def main():
    how, where, *names = sys.argv[1:]
    if how == "--guest":
        print_guest(Guest(where))
        return 0
    missing = [name for name in names if not os.path.exists(os.path.join(where, name))]
    guests = [Guest(os.path.join(where, name)) for name in sorted(names, key=in_order) if name not in missing]
    if how == "--tables":
        print_tables(guests)
        return 0
    passed = sum(ok for g in guests for _, ok, _ in g.cases)
    failed = sum(not ok for g in guests for _, ok, _ in g.cases) + len(missing)
    for name in missing:
        print(f"vm.{name}: FAILED: no result")
    print(f"{passed} passed, {failed} failed, {sum(len(g.skipped) for g in guests)} skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
