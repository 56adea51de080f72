# SPDX-License-Identifier: Apache-2.0
"""The message around a record's data: one question, and one answer that has the question's name."""
import struct

QUESTION = b"\x03www\x07Example\x03com\x00"
QUESTION_OFFSET = 12


def message(rdtype, rdclass, rdata):
    head = struct.pack("!HHHHHH", 1, 0x8180, 1, 1, 0, 0) + QUESTION + struct.pack("!HH", 1, 1)
    return head + struct.pack("!HHHIH", 0xC000 | QUESTION_OFFSET, rdtype, rdclass, 300, len(rdata)) + rdata
