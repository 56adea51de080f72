# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/run.sh and .ci/run. Every part of the tests ends its output with "N passed, N failed, N skipped";
# tally runs a part, shows it, and adds those up; tally_end prints the sum as the last line and says whether all is well.

tally_passed=0 tally_failed=0 tally_skipped=0

tally() {
    local status=0 output line
    output=$(mktemp)
    "$@" 2>&1 | tee "$output" || status=${PIPESTATUS[0]}
    line=$(tail -n 1 "$output")
    rm -f "$output"
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        tally_add "${BASH_REMATCH[@]:1}"
        ((status == 0 || BASH_REMATCH[2] > 0)) || { echo "FAILED: $* (exit $status)"; tally_add 0 1 0; }
    else
        echo "FAILED: $* ended without saying what passed (exit $status)"
        tally_add 0 1 0
    fi
}

tally_add() { ((tally_passed += $1, tally_failed += $2, tally_skipped += $3)) || true; }

tally_end() {
    echo "$tally_passed passed, $tally_failed failed, $tally_skipped skipped"
    ((tally_failed == 0))
}
