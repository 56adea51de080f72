#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whose server a query reaches, before it has answered: restarted on the same port, several on one port, sockets from another
namespace, MPTCP."""
import ctypes
import os
import socket
import struct
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Child, Dnsmon, EndToEndCase, HAS_IPV6, HOOKS, PATIENCE, RELEASE, loopback4, main, wire  # noqa: E402

IPPROTO_MPTCP, CLONE_NEWNET = 262, 0x40000000
NAME = "www.example.test"
SECONDS = 20 * PATIENCE


def leave_namespace():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def family_of(address):
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


def set_v6_only(s, v6_only):
    if s.family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6_only)


def udp_server(address, reuse=False, v6_only=False):
    """work() for a Child: b"bind" binds, anything else answers one query; b"close" lets go of the socket."""
    state = {}

    def work(order):
        if order == b"bind":
            state["s"] = wire.udp_socket(family_of(address), seconds=SECONDS)
            set_v6_only(state["s"], v6_only)
            if reuse:
                state["s"].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            state["s"].bind(address)
        elif order == b"close":
            state.pop("s").close()
        else:
            message, client = state["s"].recvfrom(4096)
            state["s"].sendto(wire.answer_to(message, "192.0.2.1"), client)
    return work


def tcp_server(address, protocol=0, v6_only=False):
    """work() for a Child: b"bind" listens, anything else accepts one connection and answers its one query."""
    state = {}

    def work(order):
        if order == b"bind":
            state["s"] = socket.socket(family_of(address), socket.SOCK_STREAM, protocol)
            state["s"].settimeout(SECONDS)
            set_v6_only(state["s"], v6_only)
            state["s"].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            state["s"].bind(address)
            state["s"].listen()
        else:
            connection, _ = state["s"].accept()
            with connection:
                connection.settimeout(SECONDS)
                connection.sendall(wire.prefixed(wire.answer_to(wire.read_prefixed(connection), "192.0.2.1")))
    return work


# Where the socket behind an outgoing packet cannot be looked at (docs/adr/0001).
HOOKS_SEE_NO_SOCKET = HOOKS == "cgroup" and RELEASE < (6, 2)


class ServerCase(EndToEndCase):
    """What the cases have in common. A subclass has `dnsmon`."""
    ident = 20000

    def child(self, work):
        child = Child(work)
        self.addCleanup(child.end)
        return child

    def serve(self, work):
        child = self.child(work)
        child.tell(b"bind")
        return child

    def query(self):
        ServerCase.ident += 1
        return ServerCase.ident, wire.query(NAME, ident=ServerCase.ident)

    def client(self, address=None):
        s = wire.udp_socket(family_of(address) if address else socket.AF_INET, seconds=SECONDS)
        self.addCleanup(s.close)
        s.bind((address or (loopback4(),))[:1] + (0,))
        return s

    def check_query(self, ident, server_pid):
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(event, process__pid=os.getpid(), dnsmon__server_process__pid=server_pid)

    def check_answer(self, ident, server_pid):
        event = self.dnsmon.wait_event(event__action="response", dns__id=str(ident))
        self.assert_fields(event, process__pid=os.getpid(), dnsmon__server_process__pid=server_pid)

    def ask(self, s, address, server):
        """One query on `s` that `server` answers, both events checked."""
        ident, message = self.query()
        s.sendto(message, address)
        self.check_query(ident, server.pid)
        server.tell(b"answer")
        s.recv(4096)
        self.check_answer(ident, server.pid)

    def ask_tcp(self, address, server):
        """The same over a new connection."""
        ident, message = self.query()
        with socket.create_connection(address, SECONDS) as s:
            s.sendall(wire.prefixed(message))
            self.check_query(ident, server.pid)
            server.tell(b"answer")
            wire.read_prefixed(s)
            self.check_answer(ident, server.pid)


V4, V6 = ("127.0.0.1", 53), ("::1", 53)
ANY_V4, ANY_V6 = ("0.0.0.0", 53), ("::", 53)


@unittest.skipUnless(HAS_IPV6, "no IPv6 here")
class OneServerForEachFamily(ServerCase):
    """0.0.0.0 and :: are two sockets' addresses, where the second takes IPv6 alone."""

    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon())

    def check_both(self, v4, v6, ask):
        for _ in range(2):
            ask(V4, v4)
            ask(V6, v6)

    def ask_udp(self, address, server):
        self.ask(self.client(address), address, server)

    def test_each_is_named_where_the_daemon_starts_later(self):
        udp = self.serve(udp_server(ANY_V4)), self.serve(udp_server(ANY_V6, v6_only=True))
        tcp = self.serve(tcp_server(ANY_V4)), self.serve(tcp_server(ANY_V6, v6_only=True))
        self.dnsmon = self.enterContext(Dnsmon())
        self.check_both(*udp, self.ask_udp)
        self.check_both(*tcp, self.ask_tcp)

    def test_each_is_named_over_udp_whoever_came_first(self):
        v4 = self.serve(udp_server(ANY_V4))
        v6 = self.serve(udp_server(ANY_V6, v6_only=True))
        self.check_both(v4, v6, self.ask_udp)
        v4.tell(b"close")
        self.check_both(self.serve(udp_server(ANY_V4)), v6, self.ask_udp)

    def test_each_is_named_over_tcp(self):
        v4 = self.serve(tcp_server(ANY_V4))
        v6 = self.serve(tcp_server(ANY_V6, v6_only=True))
        self.check_both(v4, v6, self.ask_tcp)

    def test_one_that_ends_leaves_the_other_known(self):
        for ends, stays, asked in ((ANY_V4, ANY_V6, V6), (ANY_V6, ANY_V4, V4)):
            server = self.serve(udp_server(stays, v6_only=True))
            other = self.serve(udp_server(ends, v6_only=True))
            other.tell(b"close")
            self.ask_udp(asked, server)
            server.tell(b"close")

    def test_a_server_that_takes_both_is_named_on_both(self):
        server = self.serve(udp_server(ANY_V6))
        self.check_both(server, server, self.ask_udp)
        server.tell(b"close")
        server = self.serve(tcp_server(ANY_V6))
        self.check_both(server, server, self.ask_tcp)

    def test_one_on_ipv4_alone_takes_ipv4_from_one_that_takes_both(self):
        both = self.serve(udp_server(ANY_V6, reuse=True))
        v4 = self.serve(udp_server(ANY_V4, reuse=True))
        self.check_both(v4, both, self.ask_udp)


class ServerEnds(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon())

    def test_a_server_that_took_over_the_port_is_named_on_a_flow_of_its_predecessor(self):
        address, s = (loopback4(), 53), self.client()
        for _ in range(3):
            server = Child(udp_server(address))
            server.tell(b"bind")
            self.ask(s, address, server)
            self.ask(s, address, server)
            server.end()

    def test_a_server_on_any_address_took_over_from_one_on_this_address(self):
        address, s = ("127.0.0.1", 53), self.client()  # what a socket on 0.0.0.0 answers from
        before = Child(udp_server(address))
        before.tell(b"bind")
        self.ask(s, address, before)
        before.end()
        self.ask(s, address, self.serve(udp_server(("0.0.0.0", 53))))

    def test_servers_that_share_a_port_keep_their_flows_when_one_of_them_closes(self):
        address, s = (loopback4(), 53), self.client()
        first = self.serve(udp_server(address, reuse=True))
        self.ask(s, address, first)
        second = self.serve(udp_server(address, reuse=True))
        second.tell(b"close")
        self.ask(s, address, first)

    def test_a_tcp_server_that_took_over_the_port(self):
        address, source = (loopback4(), 53), (loopback4(), 0)
        for _ in range(3):
            server = Child(tcp_server(address))
            server.tell(b"bind")
            ident, message = self.query()
            with socket.socket() as s:
                s.settimeout(SECONDS)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(source)
                source = s.getsockname()
                s.connect(address)
                s.sendall(wire.prefixed(message))
                self.check_query(ident, server.pid)
                server.tell(b"answer")
                wire.read_prefixed(s)
                self.check_answer(ident, server.pid)
                # A reset: nobody's TIME_WAIT keeps the next connection from these ports.
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            server.end()

    def test_a_tcp_server_that_ended_with_a_connection_open_is_history(self):
        """Its last segment says nothing: the port is the next server's, though that one is bound to any address."""
        address, state = (loopback4(), 53), {}

        def ends(order):
            if order == b"bind":
                state["s"] = socket.create_server(address)
            elif order == b"accept":
                state["connection"], _ = state["s"].accept()
            else:
                state["s"].close()
                state["connection"].close()

        for _ in range(3):
            first = Child(ends)
            first.tell(b"bind")
            with socket.create_connection(address, SECONDS):
                first.tell(b"accept")
                first.tell(b"close")
                second = Child(tcp_server(("0.0.0.0", 53)))
                second.tell(b"bind")
                self.ask_tcp(address, second)
            second.end()
            first.end()

    def test_a_multipath_tcp_server_on_its_first_query(self):
        address = (loopback4(), 53)
        try:
            socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP).close()
        except OSError as e:
            self.skipTest(f"no MPTCP here: {e.strerror}")
        server = self.serve(tcp_server(address, IPPROTO_MPTCP))
        for protocol in (0, IPPROTO_MPTCP):
            ident, message = self.query()
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol) as s:
                s.settimeout(SECONDS)
                s.connect(address)
                s.sendall(wire.prefixed(message))
                self.check_query(ident, server.pid)
                server.tell(b"answer")
                wire.read_prefixed(s)
                self.check_answer(ident, server.pid)

    def test_a_server_in_another_namespace_with_a_socket_of_this_one(self):
        """Socket activation of a service with PrivateNetwork=yes."""
        if HOOKS_SEE_NO_SOCKET:
            self.skipTest("these hooks see the process's namespace, not the socket's")
        address, s = (loopback4(), 53), self.client()
        listener = wire.udp_socket(seconds=SECONDS)
        self.addCleanup(listener.close)
        listener.bind(address)

        def work(order):
            if order == b"leave":
                return leave_namespace()
            message, client = listener.recvfrom(4096)
            return listener.sendto(wire.answer_to(message, "192.0.2.1"), client)
        server = self.child(work)
        server.tell(b"leave")
        for _ in range(2):
            ident, message = self.query()
            s.sendto(message, address)
            server.tell(b"answer")
            self.check_answer(ident, server.pid)
        self.check_query(ident, server.pid)

    def test_a_client_in_another_namespace_with_a_socket_of_this_one(self):
        if HOOKS_SEE_NO_SOCKET:
            self.skipTest("these hooks see the process's namespace, not the socket's")
        address = (loopback4(), 53)
        listener = wire.udp_socket(seconds=SECONDS)
        self.addCleanup(listener.close)
        listener.bind(address)
        s = self.client()

        def work(order):
            if order == b"leave":
                return leave_namespace()
            return s.sendto(order, address)
        client = self.child(work)
        client.tell(b"leave")
        ident, message = self.query()
        client.tell(message)
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(event, process__pid=client.pid, dnsmon__attribution="exact",
                           dnsmon__server_process__pid=os.getpid())


if __name__ == "__main__":
    main()
