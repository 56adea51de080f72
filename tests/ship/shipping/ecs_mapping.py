# SPDX-License-Identifier: Apache-2.0
"""The strictest index: ECS's own field list as a mapping, in which nothing is dynamic but `dnsmon`.

What packetbeat has and ECS lacks (dns.*_count, dns.authorities …) is declared as the packaged template declares it. The
bare server has no wildcard, match_only_text or constant_keyword; text and keyword stand for them.
"""
import csv
import json
import os
import unittest

from .shippers import EXAMPLES

ECS_FIELDS = os.path.realpath(os.path.join(EXAMPLES, *[".."] * 3, "shared", "ecs", "fields.csv"))
TEMPLATE = os.path.join(EXAMPLES, "elasticsearch", "index-template.json")
_KINDS = {"wildcard": "keyword", "constant_keyword": "keyword", "match_only_text": "text", "scaled_float": "float"}


def packaged_template():
    with open(TEMPLATE) as f:
        return json.load(f)


def ecs_fields():
    """{path: type} of ECS; the test is skipped where its list does not lie beside the repository."""
    if not os.path.exists(ECS_FIELDS):
        raise unittest.SkipTest("../shared/ecs/fields.csv is not here")
    with open(ECS_FIELDS, newline="") as f:
        return {row["Field"]: row["Type"] for row in csv.DictReader(f)}


def flatten(properties, prefix=""):
    """{path: leaf's mapping} of a mapping's properties."""
    leaves = {}
    for name, spec in properties.items():
        leaves |= flatten(spec["properties"], f"{prefix}{name}.") if "properties" in spec else {prefix + name: spec}
    return leaves


def strict_mapping():
    ours = flatten(packaged_template()["template"]["mappings"]["properties"])
    ecs = ecs_fields()
    parents = {path[:n] for path in ecs for n, c in enumerate(path) if c == "."}
    properties = {}
    for path, kind in (ecs | {p: m["type"] for p, m in ours.items() if p.startswith("dns.") and p not in ecs}).items():
        # A multi-field's parent (process.name of process.name.text) is the field; objects are made of their members.
        if any(path.startswith(leaf + ".") for leaf, k in ecs.items() if k not in ("object", "nested") and leaf in parents):
            continue
        if path in parents and kind in ("object", "nested", "flattened"):
            continue
        node = properties
        *above, last = path.split(".")
        for name in above:
            node = node.setdefault(name, {"properties": {}})["properties"]
        node[last] = {"type": _KINDS.get(kind, kind)} | ({"ignore_above": 1024} if kind in ("keyword", "wildcard") else {})
    properties["dnsmon"] = {"type": "object", "dynamic": True}
    return {"settings": {"index.mapping.total_fields.limit": 4000}, "mappings": {"dynamic": "strict", "properties": properties}}
