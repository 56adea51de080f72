#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The right process, every time: sockets that are shared, passed, inherited, reused, older than the daemon. Each
sender's own getpid() is the truth that its event is compared with."""
import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import (Child, Dnsmon, EndToEndCase, HOOKS_BY_COOKIE, HOOKS_KNOW_FLOWS, PATIENCE, SkipCell, Veth, in_child,  # noqa: E402
                        loopback4, main, pick, wire)

NAME = "www.example.test"
UDP_CORK, IP_PKTINFO, MSG_FASTOPEN, TCP_FASTOPEN, PR_SET_NAME = 1, 8, 0x20000000, 23, 15
ODD_CLIENT = os.environ.get("DNSMON_TEST_ODD_CLIENT", "")


class AttributionCase(EndToEndCase):
    ident = 2000

    @classmethod
    def next_ident(cls):
        AttributionCase.ident += 1
        return AttributionCase.ident

    def child(self, work):
        child = Child(work)
        self.addCleanup(child.end)
        return child

    def udp(self, bind=None, reuse=False):
        s = wire.udp_socket(seconds=20 * PATIENCE)
        self.addCleanup(s.close)
        if reuse:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if bind:
            s.bind(bind)
        return s

    def query(self):
        ident = self.next_ident()
        return ident, wire.query(NAME, ident=ident)

    def check_query(self, ident, pid, **more):
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(event, process__pid=pid, **more)
        return event


def control_group(name):
    """Made below the root, as systemd and container runtimes do; its path."""
    with open("/proc/self/mountinfo") as f:
        roots = [line.split()[4] for line in f if " - cgroup2 " in line]
    if not roots:
        raise SkipCell("no cgroup2 here")
    path = os.path.join(roots[0], name)
    os.mkdir(path)
    return path


class Sending(AttributionCase):
    """dnsmon runs first; nobody need answer."""

    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon({"pairing": {"timeout": "10m"}}))
        cls.server = (loopback4(), 53)
        cls.listener = cls.enterClassContext(wire.udp_socket(seconds=20 * PATIENCE))
        cls.listener.bind(cls.server)

    def odd(self, how):
        if not os.access(ODD_CLIENT, os.X_OK):
            self.skipTest("the client is not built")
        ident = self.next_ident()
        process = subprocess.Popen([ODD_CLIENT, how, self.server[0], str(ident)])
        if process.wait(20 * PATIENCE) == 77:
            self.skipTest(f"this kernel has no {how}")
        self.assertEqual(process.returncode, 0)
        return self.check_query(ident, process.pid, process__name="e2e_odd_client", user__id="0")

    @unittest.skipIf(HOOKS_BY_COOKIE, "these hooks know no control group")
    def test_a_process_that_moves_to_another_control_group(self):
        container = f"{os.getpid():064x}"
        groups = [control_group(f"{name}-{os.getpid()}.service") for name in ("dnsmon-one", "dnsmon-two")]
        groups.append(control_group(f"docker-{container}.scope"))
        for group in groups:
            self.addCleanup(os.rmdir, group)
        s = self.udp()

        def move_and_send(order):
            group, message = order.split(b" ", 1)
            with open(group + b"/cgroup.procs", "w") as f:
                f.write(str(os.getpid()))
            s.sendto(message, (loopback4(), 53))
        child = self.child(move_and_send)
        for group in groups[:2]:
            ident, message = self.query()
            child.tell(group.encode() + b" " + message)
            event = self.check_query(ident, child.pid)
            self.assertEqual(pick(event, "dnsmon.unit"), os.path.basename(group))
        ident, message = self.query()
        child.tell(groups[2].encode() + b" " + message)
        self.check_query(ident, child.pid, container__id=container, container__runtime="docker")

    def test_a_client_that_exits_the_instant_it_has_sent(self):
        event = self.odd("sendto")
        self.assertIn(pick(event, "process.executable"), (None, ODD_CLIENT))

    def test_sendmmsg(self):
        self.odd("sendmmsg")

    def test_io_uring_on_a_worker_thread(self):
        self.odd("io_uring")

    def test_corked_with_msg_more(self):
        ident, message = self.query()
        s = self.udp()
        s.sendto(message[:10], socket.MSG_MORE, self.server)
        s.sendto(message[10:], self.server)
        self.check_query(ident, os.getpid())

    def test_corked_with_udp_cork(self):
        ident, message = self.query()
        s = self.udp()
        s.connect(self.server)
        s.setsockopt(socket.IPPROTO_UDP, UDP_CORK, 1)
        s.send(message[:10])
        s.send(message[10:])
        s.setsockopt(socket.IPPROTO_UDP, UDP_CORK, 0)
        self.check_query(ident, os.getpid())

    def test_tcp_fast_open(self):
        ident, message = self.query()
        with socket.create_server((self.server[0], 53)) as server:
            server.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 5)

            def send():
                with socket.socket() as s:
                    s.sendto(wire.prefixed(message), MSG_FASTOPEN, server.getsockname())
            pid = in_child(send)
            self.check_query(ident, pid, network__transport="tcp", dnsmon__server_process__pid=os.getpid())

    def test_source_address_chosen_by_pktinfo(self):
        ident, message = self.query()
        source = loopback4()
        info = struct.pack("i4s4s", 0, socket.inet_aton(source), bytes(4))
        self.udp().sendmsg([message], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, self.server)
        self.check_query(ident, os.getpid(), source__ip=source, dnsmon__attribution="exact")

    def test_ipv6_socket_bound_to_a_mapped_address(self):
        ident, message = self.query()
        with wire.udp_socket(socket.AF_INET6) as s:
            s.bind(("::ffff:" + loopback4(), 0))
            s.sendto(message, ("::ffff:" + self.server[0], 53))
        self.check_query(ident, os.getpid(), network__type="ipv4")

    def test_an_inherited_socket_used_by_parent_and_child_in_turn(self):
        s = self.udp()
        s.connect(self.server)
        child = self.child(s.send)
        if HOOKS_BY_COOKIE:
            self.skipTest("these hooks see connect, not send")
        for _ in range(10):
            (mine, message), (its, its_message) = self.query(), self.query()
            s.send(message)
            child.tell(its_message)
            self.check_query(mine, os.getpid())
            self.check_query(its, child.pid)

    def test_an_inherited_socket_used_by_two_at_the_same_instant(self):
        if HOOKS_BY_COOKIE:
            self.skipTest("these hooks see connect, not send")
        if HOOKS_KNOW_FLOWS:
            self.skipTest("these hooks know the last sender of a flow, not each packet's: docs/attribution.md")
        s = self.udp()
        s.connect(self.server)
        first = self.next_ident()
        AttributionCase.ident += 2000

        def flood(order):
            start = int(order)
            for ident in range(start, start + 1000):
                s.send(wire.query(NAME, ident=ident))
        child = self.child(flood)
        child.here.send(str(first).encode())
        flood(str(first + 1000))
        child.here.recv(100)
        self.dnsmon.wait_event(dns__id=str(first + 1999))
        self.dnsmon.wait_event(dns__id=str(first + 999))
        wrong = [e for e in self.dnsmon.events(event__action="query")
                 if first <= int(e["dns"]["id"]) < first + 2000
                 and pick(e, "process.pid") != (child.pid if int(e["dns"]["id"]) < first + 1000 else os.getpid())]
        self.assertEqual(len(wrong), 0, wrong[:2])

    def test_a_socket_passed_over_a_unix_socket(self):
        here, there = socket.socketpair()

        def receive_and_send(order):
            _, fds, _, _ = socket.recv_fds(there, 1, 1)
            with socket.socket(fileno=fds[0]) as s:
                s.sendto(order, self.server)
        child = self.child(receive_and_send)
        s = self.udp()
        (mine, message), (its, its_message) = self.query(), self.query()
        s.sendto(message, self.server)
        socket.send_fds(here, [b"x"], [s.fileno()])
        child.tell(its_message)
        self.check_query(mine, os.getpid())
        self.check_query(its, child.pid)
        here.close()
        there.close()

    def test_a_port_taken_over_by_another_process(self):
        s = self.udp()
        s.bind((loopback4(), 0))
        address = s.getsockname()
        ident, message = self.query()
        s.sendto(message, self.server)
        s.close()

        def send(order):
            with wire.udp_socket() as other:
                other.bind(address)
                other.sendto(order, self.server)
        child = self.child(send)
        its, its_message = self.query()
        child.tell(its_message)
        self.check_query(ident, os.getpid())
        self.check_query(its, child.pid)

    def test_the_same_query_from_a_port_taken_over_is_answered_to_the_new_process(self):
        server, address = wire.udp_socket(seconds=20 * PATIENCE), (loopback4(), 53)
        self.addCleanup(server.close)
        server.bind(address)
        ident, message = self.query()
        s = self.udp()
        s.bind((loopback4(), 0))
        port = s.getsockname()
        s.sendto(message, address)
        s.close()
        server.recvfrom(65535)
        open_sockets = []

        def ask(order):
            open_sockets.append(wire.udp_socket())
            open_sockets[0].bind(port)
            open_sockets[0].sendto(order, address)
        child = self.child(ask)
        child.tell(message)
        _, peer = server.recvfrom(65535)
        server.sendto(wire.answer_to(message, "192.0.2.7"), peer)
        answer = self.dnsmon.wait_event(event__action="response", dns__id=str(ident))
        self.assert_fields(answer, process__pid=child.pid, dnsmon__retransmits=None)
        asked = self.dnsmon.events(event__action="query", dns__id=str(ident))
        self.assertEqual([(pick(e, "process.pid"), pick(e, "dnsmon.retransmits")) for e in asked],
                         [(os.getpid(), None), (child.pid, None)])

    def test_a_process_that_renames_itself_is_shown_as_it_was(self):
        s = self.udp()
        idents = {}
        libc = ctypes.CDLL(None)

        def rename_and_send(order):
            libc.prctl(PR_SET_NAME, order[:15])
            s.sendto(order[15:], self.server)
        child = self.child(rename_and_send)
        for name in ("alpha", "beta", "gamma"):
            idents[name], message = self.query()
            child.tell(name.encode().ljust(15, b"\0") + message)
        for name, ident in idents.items():
            self.check_query(ident, child.pid, process__name=name)

    def test_exec_with_the_socket_open_is_the_new_program_and_the_old_one_before(self):
        if HOOKS_BY_COOKIE:
            self.skipTest("these hooks see connect, not send")
        before, after = self.next_ident(), self.next_ident()
        s = self.udp()
        s.connect(self.server)
        os.set_inheritable(s.fileno(), True)
        code = ("import os, sys; sys.path.insert(0, sys.argv[1]); from dnsmon_e2e import wire; "
                f"os.write(int(sys.argv[2]), wire.query('{NAME}', ident=int(sys.argv[3])))")
        harness = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness")
        argv = [sys.executable, "-c", code, harness, str(s.fileno()), str(after)]
        script = f"exec {sys.executable} -c \"$1\" \"$2\" \"$3\" \"$4\""
        escaped = "".join(f"\\x{b:02x}" for b in wire.query(NAME, ident=before))
        old = ["/bin/bash", "-c", f"printf '{escaped}' >&{s.fileno()}; {script}", "-", *argv[2:]]
        process = subprocess.Popen(old, pass_fds=[s.fileno()])
        self.assertEqual(process.wait(20 * PATIENCE), 0)
        event = self.check_query(before, process.pid, process__name="bash")
        self.assertIn(pick(event, "process.executable"), (None, os.path.realpath("/bin/bash")))
        self.assertIn(pick(event, "process.command_line"), (None, " ".join(old)))
        event = self.check_query(after, process.pid, process__name=os.path.basename(sys.executable))
        self.assertIn(pick(event, "process.executable"), (None, os.path.realpath(sys.executable)))
        self.assertIn(pick(event, "process.command_line"), (None, " ".join(argv)))

    def test_a_login_session_goes_with_what_was_started_in_it(self):
        """As behind sudo: the user is root, the session is the one of who logged in."""
        def log_in_and_send(message):
            with open("/proc/self/loginuid", "w") as f:
                f.write("1234")
            self.udp().sendto(message, self.server)
            with open("/proc/self/sessionid") as f:
                return f.read()
        if not os.path.exists("/proc/self/loginuid"):
            raise SkipCell("this kernel has no audit system")
        ident, message = self.query()
        child = self.child(log_in_and_send)
        session = child.tell(message).decode().strip("'")
        self.assertTrue(session.isdigit(), session)
        self.check_query(ident, child.pid, user__id="0", dnsmon__session__id=session, dnsmon__session__user__id="1234")

    def test_a_thread_is_its_process(self):
        ident, message = self.query()
        tid = []

        def send():
            ctypes.CDLL(None).prctl(PR_SET_NAME, b"a-thread")
            tid.append(threading.get_native_id())
            self.udp().sendto(message, self.server)
        thread = threading.Thread(target=send)
        thread.start()
        thread.join()
        with open("/proc/self/comm") as f:
            name = f.read().strip()
        self.check_query(ident, os.getpid(), process__name=name, process__thread__name="a-thread",
                         process__thread__id=tid[0])


class Serving(AttributionCase):
    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon())

    @staticmethod
    def answer(s):
        def work(_):
            message, client = s.recvfrom(4096)
            return s.sendto(wire.answer_to(message, "192.0.2.1"), client)
        return work

    def lookup(self, server):
        ident, message = self.query()
        s = self.udp()
        s.sendto(message, server)
        return ident, s

    def check_answer(self, ident, server_pid):
        event = self.dnsmon.wait_event(event__action="response", dns__id=str(ident))
        self.assert_fields(event, process__pid=os.getpid(), dnsmon__server_process__pid=server_pid)

    def test_the_same_port_on_two_addresses(self):
        servers = []
        for _ in range(2):
            address = (loopback4(), 53)

            def serve(order, state={}):  # noqa: B006, each child has its own
                if order == b"bind":
                    state["s"] = wire.udp_socket()
                    return state["s"].bind(address)
                return self.answer(state["s"])(order)
            child = self.child(serve)
            child.tell(b"bind")
            servers.append((address, child))
        for _ in range(3):
            for address, child in servers:
                ident, _ = self.lookup(address)
                self.check_query(ident, os.getpid(), dnsmon__server_process__pid=child.pid)
                child.tell(b"answer")
                self.check_answer(ident, child.pid)

    def test_four_servers_share_a_port(self):
        address = (loopback4(), 53)
        sockets = [self.udp(address, reuse=True) for _ in range(4)]
        children = [self.child(self.answer(s)) for s in sockets]
        for child in children:
            child.here.send(b"answer")
        answered = set()
        for _ in range(24):
            ident, s = self.lookup(address)
            s.recv(4096)
            for child in children:
                with contextlib.suppress(BlockingIOError):
                    child.here.setblocking(False)
                    child.here.recv(100)
                    child.here.send(b"answer")
                    who = child.pid
                    break
                child.here.setblocking(True)
            else:
                # The answer is out, the report is not here yet: wait for any.
                import select
                ready, _, _ = select.select([c.here for c in children], [], [], 20 * PATIENCE)
                child = next(c for c in children if c.here in ready)
                child.here.recv(100)
                child.here.send(b"answer")
                who = child.pid
            answered.add(who)
            self.check_answer(ident, who)
        self.assertGreater(len(answered), 1)

    def test_a_server_that_was_handed_its_socket_at_exec(self):
        address = (loopback4(), 53)
        s = self.udp(address)
        code = ("import socket; s = socket.socket(fileno=3); m, a = s.recvfrom(512); "
                "s.sendto(m[:2] + bytes([0x81, 0x80]) + m[4:], a)")
        process = subprocess.Popen([sys.executable, "-c", code], preexec_fn=lambda: os.dup2(s.fileno(), 3),
                                   close_fds=False)
        self.addCleanup(process.wait)
        s.close()
        ident, client = self.lookup(address)
        client.recv(512)
        self.check_answer(ident, process.pid)

    def test_a_mapped_server(self):
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.settimeout(20 * PATIENCE)
            s.bind(("::", 53))
            child = self.child(self.answer(s))
            ident, client = self.lookup(("127.0.0.1", 53))
            self.check_query(ident, os.getpid(), dnsmon__server_process__pid=os.getpid())
            child.tell()
            client.recv(512)
            self.check_answer(ident, child.pid)


class Groups(AttributionCase):
    """Multicast and broadcast: questions that arrive, and answers that come from other addresses than were asked."""

    MULTICAST, BROADCAST = "224.0.0.251", "255.255.255.255"

    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(Veth())
        cls.dnsmon = cls.enterClassContext(Dnsmon({"capture": {"ports": [53, 5353]}, "pairing": {"timeout": "10m"}}))

    def peer(self, there, port=0):
        """A child on this or the other host with one socket: it answers what comes, or asks, or goes on anew."""
        device = b"veth-there" if there else b"veth-here"
        address = self.host.there if there else self.host.here

        def work(order, state={}):  # noqa: B006, each child has its own
            what, _, rest = order.partition(b" ")
            if what == b"open":
                if there:
                    with open(f"/run/netns/{self.host.name}", "rb") as netns:
                        ctypes.CDLL(None).setns(netns.fileno(), 0x40000000)  # CLONE_NEWNET
                state["s"] = s = wire.udp_socket(seconds=20 * PATIENCE)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                s.bind(("0.0.0.0", port))
                if port:
                    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                 socket.inet_aton(self.MULTICAST) + socket.inet_aton(address))
                return s.getsockname()[1]
            if what == b"answer":
                state["message"], state["from"] = state["s"].recvfrom(4096)
            if what in (b"answer", b"again"):
                return state["s"].sendto(wire.answer_to(state["message"], "192.0.2.1"), state["from"])
            if what == b"ask":
                to, ident = rest.split()
                return state["s"].sendto(wire.query(NAME, ident=int(ident)), (to.decode(), 5353))
            return state["s"].close() if what == b"close" else state["s"].recv(4096)
        child = self.child(work)
        child.port = int(child.tell(b"open"))
        self.assertTrue(child.port)
        return child

    def ask(self, asker, responder, group):
        """Gives the events of the query and of its unicast answer."""
        ident = self.next_ident()
        self.assertNotEqual(asker.tell(f"ask {group} {ident}".encode()), b"")
        self.assertNotEqual(responder.tell(b"answer"), b"")
        self.assertNotEqual(asker.tell(b"receive"), b"")
        return [self.dnsmon.wait_event(event__action=action, dns__id=str(ident)) for action in ("query", "response")]

    def test_a_question_to_a_group_that_arrives_names_who_listens_on_the_port(self):
        responder, asker = self.peer(there=False, port=5353), self.peer(there=True)
        to_all = self.host.here.rpartition(".")[0] + ".255"
        for group in (self.MULTICAST, self.BROADCAST, to_all):
            with self.subTest(group=group):
                query, response = self.ask(asker, responder, group)
                self.assert_fields(query, process__pid=asker.pid, dnsmon__server_process__pid=responder.pid)
                self.assert_fields(response, process__pid=responder.pid)  # the asker's is another namespace

    def test_a_question_that_leaves_to_a_group_is_not_taken_for_its_sender_s_own(self):
        asker, responder = self.peer(there=False, port=5353), self.peer(there=True, port=5353)
        for group in (self.MULTICAST, self.BROADCAST):
            with self.subTest(group=group):
                query, _ = self.ask(asker, responder, group)
                self.assert_fields(query, process__pid=asker.pid)
                self.assertNotEqual(pick(query, "dnsmon.server_process.pid"), asker.pid)

    def test_a_unicast_answer_to_a_question_to_a_group_names_who_asked(self):
        asker, responder = self.peer(there=False), self.peer(there=True, port=5353)
        for group in (self.MULTICAST, self.BROADCAST):
            with self.subTest(group=group):
                query, response = self.ask(asker, responder, group)
                self.assert_fields(query, process__pid=asker.pid)
                self.assert_fields(response, process__pid=asker.pid, dnsmon__server_process__pid=responder.pid)

    def test_who_asked_a_group_and_closed_the_socket_is_named_no_more(self):
        asker, responder = self.peer(there=False), self.peer(there=True, port=5353)
        _, response = self.ask(asker, responder, self.MULTICAST)
        self.assert_fields(response, process__pid=asker.pid)
        asker.tell(b"close")
        s = self.udp(("0.0.0.0", asker.port))  # somebody else has the port now
        responder.tell(b"again")
        s.recv(4096)
        ident = pick(response, "dns.id")
        self.dnsmon.wait_line(lambda line: len(self.dnsmon.events(event__action="response", dns__id=ident)) > 1)
        later = self.dnsmon.events(event__action="response", dns__id=ident)[1]
        self.assert_fields(later, process__pid=responder.pid)


class OlderThanTheDaemon(AttributionCase):
    def test_sockets_of_all_kinds_are_known_after_a_restart(self):
        address = (loopback4(), 53)
        server = self.udp(address)
        listener = socket.create_server(address)
        self.addCleanup(listener.close)
        opened = []

        def client(order):
            if order == b"open":
                unconnected, connected, stream = wire.udp_socket(), wire.udp_socket(), socket.create_connection(address)
                unconnected.bind((loopback4(), 0))
                connected.connect(address)
                opened.extend([unconnected, connected, stream])
                return None
            for s, ident in zip(opened, struct.unpack("!3H", order)):
                message = wire.query(NAME, ident=ident)
                if s.type == socket.SOCK_STREAM:
                    s.send(wire.prefixed(message))
                elif s is opened[0]:
                    s.sendto(message, address)
                else:
                    s.send(message)
            return None
        child = self.child(client)
        child.tell(b"open")
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        for _ in range(2):
            with Dnsmon() as self.dnsmon:
                idents = [self.next_ident() for _ in range(3)]
                child.tell(struct.pack("!3H", *idents))
                for ident in idents:
                    self.check_query(ident, child.pid, dnsmon__server_process__pid=os.getpid())
                for _ in range(2):
                    message, source = server.recvfrom(512)
                    server.sendto(wire.answer_to(message, "192.0.2.1"), source)
                connection.send(wire.prefixed(wire.answer_to(wire.read_prefixed(connection), "192.0.2.1")))
                for ident in idents:
                    event = self.dnsmon.wait_event(event__action="response", dns__id=str(ident))
                    self.assert_fields(event, process__pid=child.pid, dnsmon__server_process__pid=os.getpid())


if __name__ == "__main__":
    main()
