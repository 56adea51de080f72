# SPDX-License-Identifier: Apache-2.0
"""Base of the end-to-end test cases, and the main() that gives ctest its exit code (77: skipped)."""
import importlib.util
import json
import os
import sys
import unittest

from .daemon import DNSMON, pick
from .network import enter_private_namespaces

_ECS_CHECK = os.path.realpath(os.path.join(os.path.dirname(__file__), *[".."] * 4, "shared", "tools", "ecs_check.py"))


class SkipCell(unittest.SkipTest):
    """This kernel or these hooks cannot do what the case needs; the reason is the text."""


class EndToEndCase(unittest.TestCase):
    longMessage = True
    maxDiff = None

    def assert_fields(self, event, **wanted):
        """Each path ("__" for a dot) has its value; None: the key is not there."""
        got = {path: pick(event, path.replace("__", ".")) for path in wanted}
        self.assertEqual(got, wanted, f"in {json.dumps(event)}")

    def assert_ecs(self, lines):
        """Every line passes the ECS checker that lies beside the repository; without it the case is skipped."""
        if not os.path.exists(_ECS_CHECK):
            self.skipTest("../shared/tools/ecs_check.py is not here")
        spec = importlib.util.spec_from_file_location("ecs_check", _ECS_CHECK)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        fields = os.path.join(os.path.dirname(_ECS_CHECK), "..", "ecs", "fields.csv")
        checker = module.Checker(module.load(fields))
        problems = [(p, line) for line in lines
                    for p in checker.event(line.rstrip("\n").encode("utf-8", "surrogateescape"))]
        self.assertFalse(problems[:5])
        self.assertTrue(lines, "no line to check")


class _Result(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.stream.writeln(f"SKIPPED {test.id().removeprefix('__main__.')}: {reason}")


def main():
    """Runs the cases of the calling program in namespaces of their own."""
    for needed, reason in ((os.geteuid() == 0, "needs root"), (os.access(DNSMON, os.X_OK), f"{DNSMON} is not built")):
        if not needed:
            print(f"SKIPPED {os.path.basename(sys.argv[0])}: {reason}")
            sys.exit(77)
    enter_private_namespaces()
    program = unittest.main(module="__main__", exit=False, verbosity=2,
                            testRunner=unittest.TextTestRunner(stream=sys.stdout, resultclass=_Result, verbosity=2))
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped and not result.passed else 0)
