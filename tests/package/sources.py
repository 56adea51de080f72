#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the package holds beside the program, each by the tool that will meet it: manual pages, shell scripts, bash
completion, logrotate's example, the unit. The package itself: packaging/check-deb.sh."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
MAX_EXPOSURE = 2.0  # docs/security.md


def run(*command, **more):
    return subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


# The words that bash offers for the line $1: bash-completion finds dnsmon's by its name and calls it as readline would.
OFFERS = """
. /usr/share/bash-completion/bash_completion
_completion_loader dnsmon 2> /dev/null || _comp_load dnsmon
complete -p dnsmon > /dev/null || exit
read -ra COMP_WORDS <<< "$1"
[[ $1 != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
_dnsmon 2> /dev/null  # compopt has no completion to change here
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Sources(unittest.TestCase):
    maxDiff = None

    def test_manual_pages_are_clean(self):
        for page in ("docs/man/dnsmon.8", "docs/man/dnsmon.yaml.5"):
            lint = run("mandoc", "-T", "lint", "-W", "warning", page)
            self.assertEqual((lint.returncode, lint.stdout), (0, ""))
            shown = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page, env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""})
            self.assertEqual(shown.returncode, 0, shown.stdout)
            self.assertNotRegex(shown.stdout, r"(?m)^(troff|groff|mdoc|<standard input>)[:.].*")

    def test_scripts_pass_shellcheck(self):
        scripts = [s for s in run("git", "ls-files", "*.sh", "packaging/debian/dnsmon.*", "packaging/completion/*", ".ci/run").stdout.split()
                   if not s.startswith("tests/vm/")]
        self.assertIn("packaging/build-deb.sh", scripts)
        self.assertIn("packaging/debian/dnsmon.postrm", scripts)
        checked = run("shellcheck", "--severity=warning", "--shell=bash", *scripts)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))
        self.assertEqual(run("shellcheck", "--severity=style", "packaging/debian/dnsmon.postrm").stdout, "")

    def test_bash_completes(self):
        with tempfile.TemporaryDirectory(prefix="dnsmon-completion-") as folder:
            completions = os.path.join(folder, "bash-completion", "completions")
            os.makedirs(completions)
            shutil.copy(os.path.join(ROOT, "packaging/completion/dnsmon.bash"), os.path.join(completions, "dnsmon"))
            with open(os.path.join(folder, "capture.pcapng"), "w"):
                pass
            for line, words in (("dnsmon ", "--help --version check-config doctor read run"), ("dnsmon rea", "read"),
                                ("dnsmon run --std", "--stdout"), ("dnsmon check-config --c", "--config"),
                                ("dnsmon doctor --j", "--json"), ("dnsmon read --format ", "ecs flat text"),
                                ("dnsmon read cap", "capture.pcapng"), ("dnsmon run -c cap", "capture.pcapng")):
                offered = subprocess.run(["bash", "-c", OFFERS, "bash", line], cwd=folder, check=True, text=True, stdout=subprocess.PIPE,
                                         env={**os.environ, "XDG_DATA_DIRS": folder, "LC_ALL": "C.UTF-8"}).stdout
                self.assertEqual(sorted(offered.split()), words.split(), line)

    def test_logrotate_takes_the_example(self):
        with tempfile.TemporaryDirectory(prefix="dnsmon-logrotate-") as folder:
            log = os.path.join(folder, "events.json")
            with open(log, "w") as f:
                f.write("{}\n")
            example = os.path.join(folder, "logrotate")
            with open(example, "w") as f:
                f.write(read("packaging/examples/logrotate").replace("/var/log/dnsmon/events.json", log)
                        .replace("su dnsmon dnsmon", "su root root"))  # the user is the package's
            os.chmod(example, 0o644)
            done = run("logrotate", "--debug", "--force", "--state", os.path.join(folder, "state"), example)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertNotRegex(done.stdout, "(?i)error|warning: (?!.*debug)")
            self.assertIn(f"renaming {log} to {log}.1", done.stdout)

    def test_unit_is_valid_and_scores_what_is_promised(self):
        with tempfile.TemporaryDirectory(prefix="dnsmon-unit-") as folder:
            unit = os.path.join(folder, "dnsmon.service")
            with open(unit, "w") as f:
                f.write(read("systemd/dnsmon.service").replace("/usr/sbin/dnsmon", "/bin/true"))
            verified = run("systemd-analyze", "verify", "--man=no", unit)
            self.assertNotIn("dnsmon.service", verified.stdout)
            score = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
        exposure = re.search(r"exposure level for dnsmon.service: ([0-9.]+)", score.stdout)
        self.assertIsNotNone(exposure, score.stdout)
        self.assertLessEqual(float(exposure[1]), MAX_EXPOSURE)

    def test_drop_ins_are_of_keys_that_systemd_knows(self):
        drop_ins = glob.glob(os.path.join(ROOT, "packaging/examples/*.conf"))
        units = [d for d in drop_ins if "\n[Service]\n" in read(d)]
        self.assertGreaterEqual(len(units), 2)
        for drop_in in units:
            with self.subTest(drop_in=os.path.basename(drop_in)), tempfile.TemporaryDirectory(prefix="dnsmon-unit-") as folder:
                unit = os.path.join(folder, "dnsmon.service")
                with open(unit, "w") as f:
                    f.write(read("systemd/dnsmon.service").replace("/usr/sbin/dnsmon", "/bin/true"))
                os.mkdir(unit + ".d")
                shutil.copy(drop_in, unit + ".d")
                verified = run("systemd-analyze", "verify", "--man=no", unit)
                self.assertNotIn("dnsmon.service", verified.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2, testRunner=unittest.TextTestRunner(stream=sys.stdout, verbosity=2))
