# SPDX-License-Identifier: Apache-2.0
"""What a measurement was held against: lines of PASSED, FAILED, SKIPPED and the tally that tests/run.sh adds up."""
import os

_WORDS = {True: "PASSED", False: "FAILED", None: "SKIPPED"}


def cannot_run(name, program):
    """Says so and returns True without root or the program."""
    if os.geteuid() == 0 and os.access(program, os.X_OK):
        return False
    print(f"SKIPPED {name}: needs root and {program}\n0 passed, 0 failed, 1 skipped")
    return True


def report(judged):
    """`judged` yields (what, held); held is None where it could not be measured. Returns the exit code."""
    tally = {True: 0, False: 0, None: 0}
    for what, held in judged:
        tally[held] += 1
        print(_WORDS[held], what, flush=True)
    print(f"{tally[True]} passed, {tally[False]} failed, {tally[None]} skipped")
    return 1 if tally[False] else 0
