#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The packaged index template takes every field that docs/event-schema.md lists: it is strict, so a field that it does not
know costs the event."""
import json
import os
import re
import unittest

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
TEMPLATE = "packaging/examples/elasticsearch/index-template.json"
STANDS_FOR = {"wildcard": "keyword"}  # a server without X-Pack has no wildcard


def types_of(properties, prefix=""):
    types = {}
    for name, spec in properties.items():
        types |= types_of(spec["properties"], f"{prefix}{name}.") if "properties" in spec else {prefix + name: spec["type"]}
    return types


class IndexTemplate(unittest.TestCase):
    def test_every_documented_field_has_its_type(self):
        with open(os.path.join(TOP, TEMPLATE)) as f:
            mappings = json.load(f)["template"]["mappings"]
        self.assertEqual(mappings["dynamic"], "strict")
        known = types_of(mappings["properties"])
        with open(os.path.join(TOP, "docs", "event-schema.md")) as f:
            listed = re.findall(r"^\| `([@a-z][a-z_.]*)` \| (\w+)(?:\[\])? \|", f.read(), re.MULTILINE)
        listed = [(path, kind) for path, kind in listed if not path.startswith(("dnsmon.", "counters."))]
        self.assertGreater(len(listed), 60)
        for path, kind in listed:
            with self.subTest(path):
                self.assertEqual(known.get(path), STANDS_FOR.get(kind, kind), f"{path} in {TEMPLATE}")


if __name__ == "__main__":
    unittest.main()
