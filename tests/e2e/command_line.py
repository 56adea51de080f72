#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line: exit codes, messages, help that fits a screen."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import DNSMON, EndToEndCase, PATIENCE, main, run_dnsmon  # noqa: E402

UNPRIVILEGED = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]


class CommandLine(EndToEndCase):
    def config(self, text):
        f = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".yaml", prefix="dnsmon-"))
        f.write(text)
        f.flush()
        os.chmod(f.name, 0o644)
        return f.name

    def test_version(self):
        result = run_dnsmon("--version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^dnsmon \d+\.\d+\.\d+")

    def test_help_fits_a_screen(self):
        for words in ([], ["run"], ["check-config"], ["doctor"]):
            result = run_dnsmon(*words, "--help")
            self.assertEqual(result.returncode, 0)
            lines = result.stdout.splitlines()
            self.assertTrue(0 < len(lines) <= 40, len(lines))
            self.assertLessEqual(max(map(len, lines)), 100)

    def test_what_cannot_be_printed_is_said_and_is_1(self):
        good = self.config("output: {format: flat}\n")
        for words in (["--version"], ["run", "--help"], ["check-config", "-c", good], ["doctor"], ["doctor", "--json"]):
            with self.subTest(words=words), open("/dev/full", "w", encoding="ascii") as full:
                result = subprocess.run([DNSMON, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                                        timeout=30 * PATIENCE)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertRegex(result.stderr, "dnsmon: standard output: (No space left on device|Input/output error)\n$")

    def test_usage_errors_are_64(self):
        for words in ([], ["dance"], ["run", "--nonsense"], ["check-config", "-c"]):
            with self.subTest(words=words):
                result = run_dnsmon(*words)
                self.assertEqual(result.returncode, 64, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertTrue(result.stderr)

    def test_good_configuration(self):
        result = run_dnsmon("check-config", "-c", self.config("output: {format: flat}\n"))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_bad_configuration_is_78_with_every_place_named(self):
        path = self.config("capture:\n  ports: [53, 99999]\noutput:\n  formt: ecs\nstats:\n  interval: soon\n")
        for command in ("check-config", "run"):
            result = run_dnsmon(command, "-c", path)
            self.assertEqual(result.returncode, 78, result.stderr)
            for place in (f"{path}:2:15: capture.ports", f"{path}:4:3: output.formt", f"{path}:6:13: stats.interval"):
                self.assertIn(place, result.stderr + result.stdout)

    def test_missing_configuration_is_78(self):
        for command in ("check-config", "run"):
            result = run_dnsmon(command, "-c", "/nonexistent/dnsmon.yaml")
            self.assertEqual(result.returncode, 78)
            self.assertIn("/nonexistent/dnsmon.yaml", result.stderr + result.stdout)

    def test_key_file_that_others_may_read_is_78(self):
        with tempfile.NamedTemporaryFile("w") as key:
            key.write("00112233445566778899aabbccddeeff\n")
            key.flush()
            os.chmod(key.name, 0o644)
            path = self.config(f"privacy:\n  command_line: hash\n  key_file: {key.name}\n")
            result = run_dnsmon("check-config", "-c", path)
            self.assertEqual(result.returncode, 78)
            self.assertIn(f"{path}:3:13: privacy.key_file: {key.name} may be read by others", result.stderr)
            os.chmod(key.name, 0o600)
            self.assertEqual(run_dnsmon("check-config", "-c", path).returncode, 0)

    def test_no_permission_is_77_and_names_the_capability(self):
        result = run_dnsmon("run", "--stdout", "-c", self.config("output: {journald: false}\n"), prefix=UNPRIVILEGED)
        self.assertEqual(result.returncode, 77, result.stderr)
        self.assertRegex(result.stderr, "CAP_(BPF|NET_RAW|NET_ADMIN|SYS_ADMIN|PERFMON)")
        self.assertEqual(result.stdout, "")

    def test_doctor_names_kernel_and_hooks(self):
        result = run_dnsmon("doctor")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(os.uname().release, result.stdout)
        for word in ("cgroup", "kprobe", "fentry"):
            self.assertIn(word, result.stdout.lower())

    def test_doctor_goes_by_the_configuration(self):
        none = run_dnsmon("doctor", "-c", self.config("hooks: {mode: none}\n"))
        self.assertEqual(none.returncode, 0, none.stderr)
        self.assertIn("dnsmon run would use: hooks: none", none.stdout)
        path = self.config("hooks: {mode: nonesuch}\n")
        wrong = run_dnsmon("doctor", "-c", path)
        self.assertEqual(wrong.returncode, 78, wrong.stderr)
        self.assertIn(f"dnsmon run would fail: {path}:1:15: hooks.mode", wrong.stdout)
        report = json.loads(run_dnsmon("doctor", "--json", "-c", path).stdout)
        self.assertIn("hooks.mode", report["problem"])


if __name__ == "__main__":
    main()
