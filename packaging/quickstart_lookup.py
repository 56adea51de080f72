#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program that speaks DNS itself, over a socket that it never connects: usage: quickstart_lookup.py SERVER NAME"""
import socket
import struct
import sys

server, name = sys.argv[1:]
labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
query = struct.pack("!6H", 4711, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!B2H", 0, 1, 1)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(10)
    s.sendto(query, (server, 53))
    s.recv(65535)
