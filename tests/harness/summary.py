#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Says what became of a ctest run: usage: summary.py JUNIT_XML

A skipped test gives its reason on the last line of its output. Cases that a test file left out, while others of it
ran, stand there as lines "SKIPPED name: reason". Prints both and the tally that tests/run.sh adds up.
"""
import sys
import xml.etree.ElementTree as ET


def last_line(text):
    lines = [line for line in (text or "").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"


def main(path):
    passed = failed = skipped = 0
    for case in ET.parse(path).getroot().iter("testcase"):
        name, output = case.get("name"), case.findtext("system-out")
        inner = [line for line in (output or "").splitlines() if line.startswith("SKIPPED ")]
        if case.find("failure") is not None or case.get("status") == "fail":
            failed += 1
            print(f"FAILED {name}")
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += max(1, len(inner))
            print("\n".join(inner) if inner else f"SKIPPED {name}: {last_line(output)}")
        else:
            passed += 1
            skipped += len(inner)
            for line in inner:
                print(line)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
