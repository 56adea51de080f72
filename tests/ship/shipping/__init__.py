# SPDX-License-Identifier: Apache-2.0
"""Real shippers and the real places they ship to, made by tests/ship/prepare.sh, in the test's own namespaces."""
