#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dnsmon read: capture files of every kind and condition, as they come, without root."""
import gzip
import json
import os
import pty
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import DNSMON, EndToEndCase, PATIENCE, main, pick, run_dnsmon, wire  # noqa: E402
from dnsmon_e2e.waiting import LineCollector  # noqa: E402

CLIENT, SERVER = b"\xc0\0\2\7", b"\xc6\x33\x64\x35"
ETHERNET, RAW_IP = 1, 101
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, RAW_IP)
NOBODY = 65534


def datagram(message, ports=(40000, 53), ends=(CLIENT, SERVER)):
    udp = struct.pack("!4H", *ports, 8 + len(message), 0) + message
    return struct.pack("!2B3H2BH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, *ends) + udp


def reply(message):
    return datagram(message, (53, 40000), (SERVER, CLIENT))


def record(frame, seconds=1000, microseconds=0):
    return struct.pack("<4I", seconds, microseconds, len(frame), len(frame)) + frame


def lookup(ident, name="www.example.test", seconds=1000):
    query = wire.query(name, ident=ident)
    return (record(datagram(query), seconds)
            + record(reply(wire.answer_to(query, "192.0.2.1")), seconds, 250_000))


class Read(EndToEndCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="dnsmon-test-"))
        os.chmod(self.directory, 0o755)

    def file(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as f:
            f.write(content)
        return path

    def read(self, *arguments, code=0, **options):
        done = run_dnsmon("read", *arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_times_and_durations_are_the_captures(self):
        events, _ = self.read(self.file("a.pcap", PCAP_HEADER + lookup(1)))
        self.assertEqual([e["@timestamp"] for e in events],
                         ["1970-01-01T00:16:40.000000000Z", "1970-01-01T00:16:40.250000000Z"])
        self.assert_fields(events[1], event__duration=250_000_000, dns__resolved_ip=["192.0.2.1"])

    def test_timeouts_go_by_the_captures_time(self):
        asked = record(datagram(wire.query("lost.example.test", ident=1)), 1000)
        events, _ = self.read(self.file("a.pcap", PCAP_HEADER + asked + lookup(2, seconds=1010)))
        lost = [e for e in events if pick(e, "event.action") == "timeout"]
        self.assertEqual([e["@timestamp"] for e in lost], ["1970-01-01T00:16:45.000000000Z"])
        self.assert_fields(lost[0], dns__question__name="lost.example.test")

    def test_timeouts_are_the_same_however_the_file_comes(self):
        query = wire.query("late.example.test", ident=1)
        late = PCAP_HEADER + (record(datagram(query), 1000) + record(datagram(wire.query("b.example.test", ident=2)), 1005, 500_000)
                              + record(reply(wire.answer_to(query, "192.0.2.1")), 1008))
        older = PCAP_HEADER + lookup(1, seconds=2000) + lookup(2, seconds=1000)  # as two captures in one file are
        for content, expected in (
                (late, [("query", "1", None), ("timeout", "1", 5_000_000_000), ("query", "2", None), ("response", "1", None)]),
                (older, [(action, ident, time) for ident in "12" for action, time in (("query", None), ("response", 250_000_000))])):
            path = self.file("a.pcap", content)
            packed = self.file("a.pcap.gz", gzip.compress(content))
            from_pipe = subprocess.run([DNSMON, "read", "-"], input=content, capture_output=True, check=True,
                                       timeout=30 * PATIENCE)
            piped = [json.loads(line) for line in from_pipe.stdout.splitlines()]
            for events in (self.read(path)[0], self.read(packed)[0], piped):
                seen = [(pick(e, "event.action"), pick(e, "dns.id"), pick(e, "event.duration")) for e in events]
                self.assertEqual(seen[:len(expected)], expected)

    def test_an_edns_option_that_runs_out_is_told_with_all_else(self):
        query = (wire.header(1, 0x0100, additionals=1) + wire.name("opt.example.test") + struct.pack("!2H", 1, 1)
                 + b"\0" + struct.pack("!2HIH", 41, 1232, 0, 12) + struct.pack("!2H", 3, 2) + b"id"
                 + struct.pack("!2H", 3, 40) + b"ab")
        events, _ = self.read(self.file("a.pcap", PCAP_HEADER + record(datagram(query))))
        self.assert_fields(events[0], dns__question__name="opt.example.test",
                           dnsmon__decode_error="truncated option", dnsmon__decode_error_offset=len(query) - 6)
        self.assertEqual([option["data"] for option in pick(events[0], "dnsmon.edns")], ["id"])

    def test_several_files_gzip_among_them(self):
        plain = self.file("a.pcap", PCAP_HEADER + lookup(1))
        packed = self.file("b.pcap.gz", gzip.compress(PCAP_HEADER + lookup(2)))
        events, _ = self.read(plain, packed)
        self.assertEqual([pick(e, "dns.id") for e in events], ["1", "1", "2", "2"])

    def test_a_damaged_file_gives_what_can_be_read_and_exit_1(self):
        content = PCAP_HEADER + lookup(1)
        bad = self.file("bad.pcap", content + b"\xff" * 40)
        good = self.file("good.pcap", PCAP_HEADER + lookup(2))
        events, errors = self.read(bad, good, code=1)
        self.assertEqual([pick(e, "dns.id") for e in events], ["1", "1", "2", "2"])
        self.assertIn(f"{bad}: at byte {len(content)}:", errors)

    def test_output_that_takes_nothing_is_said_and_exit_1(self):
        path = self.file("a.pcap", PCAP_HEADER + b"".join(lookup(i) for i in range(1000)))
        for redirection, why in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
                                 (">&- <&-", "Bad file descriptor")):
            with self.subTest(redirection):
                done = subprocess.run(["sh", "-c", f'exec "$0" read "$1" {redirection}', DNSMON, path],
                                      stderr=subprocess.PIPE, text=True, check=False, timeout=30 * PATIENCE)
                self.assertEqual((done.returncode, done.stderr), (1, f"dnsmon: standard output: {why}\n"))

    def test_standard_input_that_is_closed_is_called_so(self):
        done = subprocess.run(["sh", "-c", 'exec "$0" read - <&-', DNSMON], capture_output=True, text=True, check=False,
                              timeout=30 * PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (1, "dnsmon: standard input: reading: Bad file descriptor\n"))

    def test_output_that_ends_inside_the_last_event_is_said_and_exit_1(self):
        path = self.file("a.pcap", PCAP_HEADER + lookup(1))
        whole = run_dnsmon("read", path).stdout.encode()
        with open(os.path.join(self.directory, "out"), "wb") as out:
            done = subprocess.run([DNSMON, "read", path], stdout=out, stderr=subprocess.PIPE, text=True, check=False,
                                  timeout=30 * PATIENCE, preexec_fn=lambda: resource.setrlimit(
                                      resource.RLIMIT_FSIZE, (len(whole) - 10, len(whole) - 10)))
        self.assertEqual((done.returncode, done.stderr), (1, "dnsmon: standard output: File too large\n"))

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        path = self.file("a.pcap", PCAP_HEADER + b"".join(lookup(i) for i in range(1000)))
        done = subprocess.run(["bash", "-c", '"$0" read "$1" | head -n 1; exit ${PIPESTATUS[0]}', DNSMON, path],
                              capture_output=True, text=True, check=False, timeout=30 * PATIENCE)
        self.assertEqual((done.returncode, done.stderr, len(done.stdout.splitlines())), (0, "", 1))

    def test_a_file_cut_short(self):
        content = PCAP_HEADER + lookup(1)
        path = self.file("cut.pcap", content + lookup(2)[:30])
        events, errors = self.read(path, code=1)
        self.assertEqual(len(events), 2)
        self.assertIn(f"{path}: at byte {len(content)}:", errors)

    def test_link_types_that_are_not_read_are_told(self):
        user0 = PCAP_HEADER[:-4] + struct.pack("<I", 147)
        path = self.file("user0.pcap", user0 + lookup(1))
        events, errors = self.read(path, code=1)
        self.assertEqual((events, errors), ([], f"dnsmon: {path}: packets of link type 147 are not read\n"))
        both = self.file("both.pcapng", b"".join(self.blocks()))
        events, errors = self.read(both)
        self.assertEqual((len(events), errors), (1, f"dnsmon: {both}: packets of link type 147 are not read\n"))

    def blocks(self):
        """A pcapng file with an interface that is read and one that is not, and a packet on each."""
        def block(kind, body):
            size = 12 + len(body)
            return struct.pack("<II", kind, size) + body + struct.pack("<I", size)
        frame = datagram(wire.query("www.example.test", ident=1))
        packet = struct.pack("<II", len(frame), len(frame)) + frame + bytes(-len(frame) % 4)
        yield block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        for linktype in (RAW_IP, 147):
            yield block(1, struct.pack("<HHI", linktype, 0, 0))
        for interface in (0, 1):
            yield block(6, struct.pack("<III", interface, 0, 0) + packet)

    def test_not_a_capture_and_no_file(self):
        path = self.file("text", b"hello, world\n")
        events, errors = self.read(path, os.path.join(self.directory, "none"), code=1)
        self.assertEqual(events, [])
        self.assertIn(f"{path}: is not a capture file", errors)
        self.assertIn("No such file or directory", errors)

    def test_a_live_pipe_gives_events_while_it_is_open(self):
        process = subprocess.Popen([DNSMON, "read", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False)
        lines = LineCollector(open(process.stdout.fileno(), encoding="utf-8", closefd=False))
        process.stdin.write(PCAP_HEADER + lookup(1))
        process.stdin.flush()
        self.assertTrue(lines.wait(lambda seen: len(seen) >= 2, 15), "no events while the pipe was open")
        process.stdin.write(lookup(2))
        process.stdin.close()
        self.assertEqual(process.wait(20 * PATIENCE), 0)
        lines.finish()
        process.stdout.close()
        self.assertEqual([pick(json.loads(line), "dns.id") for line in lines.lines], ["1", "1", "2", "2"])

    def test_an_ordinary_user(self):
        path = self.file("a.pcap", PCAP_HEADER + lookup(1))
        # A copy: the folder that was built in may be root's alone.
        program = shutil.copy(DNSMON, os.path.join(self.directory, "dnsmon"))
        done = subprocess.run([program, "read", path], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/",
                              capture_output=True, text=True, check=True, timeout=30 * PATIENCE)
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_dns_on_other_ports_is_found_by_content(self):
        query = wire.query("odd.example.test", ident=9)
        quic = bytes.fromhex("c3ff00001d0888") + bytes(range(200))
        path = self.file("odd.pcap", PCAP_HEADER + record(datagram(query, (40000, 8053)))
                         + record(datagram(quic, (40000, 443))))
        events, _ = self.read(path)
        self.assertEqual([pick(e, "dnsmon.detected") for e in events], ["heuristic"])
        events, _ = self.read("--port", "8053", path)
        self.assertEqual([pick(e, "dnsmon.detected") for e in events], ["port"])

    def test_pcapng_names_the_interface_and_the_direction(self):
        def block(kind, body):
            body += b"\0" * (-len(body) % 4)
            return struct.pack("<2I", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))

        def packet(frame, way):
            padded = frame + b"\0" * (-len(frame) % 4)
            return block(6, struct.pack("<5I", 0, 0, 1_000_000, len(frame), len(frame)) + padded
                         + struct.pack("<2HI", 2, 4, way) + struct.pack("<2H", 0, 0))
        query = wire.query("ng.example.test", ident=1)
        path = self.file("a.pcapng", block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
                         + block(1, struct.pack("<2HI2H", RAW_IP, 0, 0, 2, 4) + b"eth7" + struct.pack("<2H", 0, 0))
                         + packet(datagram(query), 2) + packet(reply(wire.answer_to(query, "192.0.2.1")), 1))
        events, _ = self.read(path)
        self.assert_fields(events[0], network__direction="egress", observer__egress__interface__name="eth7")
        self.assert_fields(events[1], network__direction="ingress", observer__ingress__interface__name="eth7")

    def test_a_damaged_pcapng_packet_is_told_and_what_follows_is_read(self):
        def block(kind, body):
            body += b"\0" * (-len(body) % 4)
            return struct.pack("<2I", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))

        def packet(ident, interface=0):
            frame = datagram(wire.query("ng.example.test", ident=ident))
            return block(6, struct.pack("<5I", interface, 0, 1_000_000, len(frame), len(frame)) + frame)
        begin = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<2HI", RAW_IP, 0, 0))
        path = self.file("a.pcapng", begin + packet(1) + b"".join(packet(2, interface) for interface in range(1, 9)) + packet(3))
        events, errors = self.read(path, code=1)
        self.assertEqual([pick(e, "dns.id") for e in events], ["1", "3"])
        places = [len(begin) + n * len(packet(1)) for n in (1, 8)]
        self.assertEqual(errors, f"dnsmon: {path}: at byte {places[0]}: a packet of interface 1, which was never described\n"
                                 f"dnsmon: {path}: at byte {places[1]}: a packet of interface 8, which was never described\n")

    def test_progress_of_a_large_file_on_a_terminal_only(self):
        filler = record(datagram(b"\xff" * 60_000, (40000, 443)))
        path = self.file("large.pcap", PCAP_HEADER + filler * 400 + lookup(1))
        _, errors = self.read(path)
        self.assertEqual(errors, "")
        ours, theirs = pty.openpty()
        with open(os.devnull, "wb") as nowhere:
            process = subprocess.Popen([DNSMON, "read", path], stdout=nowhere, stderr=theirs)
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 4096):
                shown += data
        except OSError:
            pass  # EIO: the program has ended
        os.close(ours)
        self.assertEqual(process.wait(20 * PATIENCE), 0)
        self.assertRegex(shown.decode(), r"^\rdnsmon: \d+ %")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)


if __name__ == "__main__":
    main()
