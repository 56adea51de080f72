#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random schedules of open, bind, connect, fork, pass, send, answer, close, exit over many processes, against a model:
no message is ever given to a process that did not send it. Each sender writes its own getpid() into the question.

    schedules.py [--seed N] [--sends N]     default: a new seed, printed; 10 000 sends (ctest -R bench.schedules: 100 000)"""
import argparse
import contextlib
import os
import pickle
import random
import select
import signal
import socket
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, loopback4, main, pick, wire  # noqa: E402

AGENTS = 12
BURST = 16        # sends of one process in one step
PORTS = range(40000, 40006)  # few: they are used again and again
ZONE = "schedule.test"


class Worker:
    """The process that an Agent commands; `sockets` by the model's handles."""

    def __init__(self, control):
        self.control = control
        self.sockets = {}
        self.passed = None

    def run(self):
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.control.send(pickle.dumps(os.getpid()))
        while True:
            data, fds, _, _ = socket.recv_fds(self.control, 65536, 1)
            order, *arguments = pickle.loads(data)
            self.passed = fds[0] if fds else None
            give = []
            try:
                reply = getattr(self, order)(*arguments)
                if order == "give":
                    give = [self.sockets[arguments[0]].fileno()]
            except OSError as error:
                reply = error
            socket.send_fds(self.control, [pickle.dumps(reply)], give)

    def open(self, handle, kind):
        s = self.sockets[handle] = socket.socket(socket.AF_INET, kind)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == socket.SOCK_STREAM:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            s.setblocking(False)

    def bind(self, handle, address, share=False):
        if share:
            self.sockets[handle].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.sockets[handle].bind(address)

    def connect(self, handle, address):
        self.sockets[handle].connect(address)

    def send(self, sends):
        """[(handle, address or None, number)]; the numbers that were sent."""
        sent = []
        for handle, address, number in sends:
            message = wire.query(f"s{number}.p{os.getpid()}.{ZONE}", ident=number & 0xFFFF)
            s = self.sockets[handle]
            with contextlib.suppress(OSError):  # nobody listens there any more
                if s.type == socket.SOCK_STREAM:
                    s.send(wire.prefixed(message))
                elif address:
                    s.sendto(message, address)
                else:
                    s.send(message)
                sent.append(number)
        return sent

    def answer(self, handle):
        """Answers what waits; the numbers of the questions."""
        numbers = []
        with contextlib.suppress(OSError):
            while True:
                message, client = self.sockets[handle].recvfrom(512)
                self.sockets[handle].sendto(wire.answer_to(message, "192.0.2.1"), client)
                numbers.append(int(message[14:13 + message[12]]))
        return numbers

    def give(self, handle):
        return None

    def take(self, handle):
        self.sockets[handle] = socket.socket(fileno=self.passed)

    def close(self, handle):
        self.sockets.pop(handle).close()

    def fork(self):
        control = socket.socket(fileno=self.passed)
        if os.fork() == 0:
            self.control.close()
            self.control = control
            self.run()
        control.close()

    def exit(self):
        os._exit(0)


class Agent:
    def __init__(self, control):
        self.control = control
        self.handles = set()
        control.settimeout(30 * PATIENCE)
        self.pid = pickle.loads(control.recv(65536))
        self.pidfd = os.pidfd_open(self.pid)

    @classmethod
    def start(cls):
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            here.close()
            try:
                Worker(there).run()
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        there.close()
        return cls(here)

    def order(self, *words, fds=()):
        socket.send_fds(self.control, [pickle.dumps(words)], list(fds))

    def reply(self):
        data, fds, _, _ = socket.recv_fds(self.control, 65536, 1)
        return pickle.loads(data), fds

    def wait(self):
        """Until it is gone, and its sockets with it."""
        select.select([self.pidfd], [], [])
        with contextlib.suppress(ChildProcessError):  # another agent's child
            os.waitpid(self.pid, 0)
        os.close(self.pidfd)
        self.control.close()

    def tell(self, *words, fds=()):
        self.order(*words, fds=fds)
        return self.reply()[0]


class Socket:
    """An open socket of the model, whoever holds it."""

    def __init__(self, kind):
        self.kind = kind
        self.connected = None  # the peer
        self.served = None     # the address, when it is a server's
        self.holders = set()   # agents
        self.names = set()     # pids that may be taken for its server: who bound it, who answers


class Schedule:
    def __init__(self, chance, sink, servers):
        self.chance = chance
        self.sink = sink
        self.servers = servers
        self.agents = [Agent.start() for _ in range(AGENTS)]
        self.sockets = {}
        self.handles = 0
        self.number = 0
        self.asked = {}     # number -> pid
        self.answered = {}  # number -> pid
        self.sharers = {}   # number -> pids that write on the same TCP connection: their bytes may leave in one segment
        self.allowed = {}   # number -> pids that may be named as its server
        self.steps = [(8, self.open), (6, self.bind), (6, self.connect), (3, self.fork), (5, self.give), (30, self.send),
                      (8, self.answer), (5, self.close), (2, self.exit), (3, self.serve)]

    def run(self, sends):
        weights = [weight for weight, _ in self.steps]
        while len(self.asked) < sends:
            self.chance.choices(self.steps, weights)[0][1]()

    def end_all(self):
        for agent in self.agents:
            agent.order("exit")
            agent.wait()

    def agent(self):
        return self.chance.choice(self.agents)

    def held(self, agent, wanted=lambda s: True):
        """A socket of the agent's, or None."""
        handles = sorted(h for h in agent.handles if wanted(self.sockets[h]))
        return self.chance.choice(handles) if handles else None

    def hold(self, agent, handle):
        agent.handles.add(handle)
        self.sockets[handle].holders.add(agent)

    def drop(self, agent, handle):
        agent.handles.discard(handle)
        self.sockets[handle].holders.discard(agent)

    def open(self, kind=None):
        agent = self.agent()
        if len(agent.handles) > 12:
            return None
        self.handles += 1
        kind = kind or self.chance.choice([socket.SOCK_DGRAM] * 3 + [socket.SOCK_STREAM])
        self.sockets[self.handles] = Socket(kind)
        agent.tell("open", self.handles, kind)
        self.hold(agent, self.handles)
        return agent, self.handles

    def bind(self):
        agent = self.agent()
        handle = self.held(agent, lambda s: s.connected is None and s.served is None)
        if handle:
            agent.tell("bind", handle, (self.sink[0], self.chance.choice(PORTS)))  # may be taken, or bound already

    def connect(self):
        agent = self.agent()
        handle = self.held(agent, lambda s: s.served is None and (s.kind == socket.SOCK_DGRAM or not s.connected))
        if not handle:
            return
        s = self.sockets[handle]
        address = self.chance.choice([self.sink, *self.servers]) if s.kind == socket.SOCK_DGRAM else self.sink
        if not isinstance(agent.tell("connect", handle, address), OSError):
            s.connected = address

    def serve(self):
        agent, handle = self.open(socket.SOCK_DGRAM) or (None, None)
        address = self.chance.choice(self.servers)
        if agent and not isinstance(agent.tell("bind", handle, address, self.chance.random() < 0.5), OSError):
            self.sockets[handle].served = address
            self.sockets[handle].names.add(agent.pid)

    def fork(self):
        parent, heir = self.agent(), self.agent()
        if parent is heir:
            return
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent.tell("fork", fds=[there.fileno()])
        there.close()
        child = Agent(here)
        for handle in parent.handles:
            self.hold(child, handle)
        self.end(heir, child)

    def exit(self):
        self.end(self.agent(), Agent.start())

    def end(self, agent, successor):
        for handle in sorted(agent.handles):
            self.drop(agent, handle)
        agent.order("exit")
        agent.wait()
        self.agents[self.agents.index(agent)] = successor

    def give(self):
        giver, taker = self.agent(), self.agent()
        handle = self.held(giver)
        if not handle or handle in taker.handles:
            return
        giver.order("give", handle)
        _, fds = giver.reply()
        taker.tell("take", handle, fds=fds)
        os.close(fds[0])
        self.hold(taker, handle)

    def close(self):
        agent = self.agent()
        if handle := self.held(agent):
            agent.tell("close", handle)
            self.drop(agent, handle)

    def answer(self):
        agent = self.agent()
        if handle := self.held(agent, lambda s: s.served):
            self.sockets[handle].names.add(agent.pid)
            for number in agent.tell("answer", handle):
                self.answered[number] = agent.pid

    def send(self):
        """Several processes at the same time."""
        started = []
        for agent in self.chance.sample(self.agents, self.chance.randint(1, 4)):
            sends = []
            for _ in range(self.chance.randint(1, BURST)):
                handle = self.held(agent, lambda s: not s.served and (s.kind == socket.SOCK_DGRAM or s.connected))
                if not handle:
                    break
                s = self.sockets[handle]
                address = None if s.connected else self.chance.choice([self.sink, *self.servers])
                self.number += 1
                sends.append((handle, address, self.number))
                if s.kind == socket.SOCK_STREAM:
                    self.sharers[self.number] = {a.pid for a in s.holders}
                self.allowed[self.number] = self.names_of(address or s.connected)
            if sends:
                agent.order("send", sends)
                started.append(agent)
        for agent in started:
            for number in agent.reply()[0]:
                self.asked[number] = agent.pid

    def names_of(self, address):
        if address == self.sink:
            return {os.getpid()}
        return set().union(*(s.names for s in self.sockets.values() if s.served == address and s.holders))


def crowd_out(sink, sources):
    """Sends from so many ports that every older flow is forgotten."""
    message = wire.query("crowd.test")
    for _ in range(sources):
        with wire.udp_socket() as s:
            s.sendto(message, sink)


class Schedules(EndToEndCase):
    def sink(self, address):
        """Takes what is sent to `address` and throws it away, so that senders see no errors."""
        udp = wire.udp_socket()
        udp.bind(address)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.addCleanup(udp.close)
        listener = socket.create_server(address, backlog=512)
        self.addCleanup(listener.close)

        def drain(connection):
            with connection, contextlib.suppress(OSError):
                while connection.recv(65536):
                    pass

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=drain, args=(listener.accept()[0],), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()

    def test_no_message_is_given_to_a_process_that_did_not_send_it(self):
        self.assertEqual(self.unattributed({}, SETTINGS.sends), 0)

    def test_a_map_that_is_too_small_forgets_but_never_errs(self):
        self.unattributed({"hooks": {"owners": 1024}}, SETTINGS.sends // 4, sources=3000)

    def unattributed(self, config, sends, sources=0):
        print(f"seed {SETTINGS.seed}, {sends} sends")
        sink, servers = (loopback4(), 53), [(loopback4(), 53) for _ in range(3)]
        with Dnsmon({"pairing": {"timeout": "10m"}, "filter": {"names": {"include": [f".{ZONE}"]}}} | config) as dnsmon:
            self.sink(sink)
            schedule = Schedule(random.Random(SETTINGS.seed), sink, servers)
            schedule.run(sends // 2)
            if sources:
                crowd_out(sink, sources)
            schedule.run(sends)
            schedule.end_all()
            dnsmon.wait_event(60, event__action="query", dns__question__name=self.last_name(schedule))
            dnsmon.stop()
            return self.check(dnsmon, schedule)

    @staticmethod
    def last_name(schedule):
        number = max(schedule.asked)
        return f"s{number}.p{schedule.asked[number]}.{ZONE}"

    def check(self, dnsmon, schedule):
        wrong, unattributed, merged, seen, answers = [], 0, 0, set(), set()
        for event in dnsmon.events():
            number, pid = (int(label[1:]) for label in event["dns"]["question"]["name"].split(".")[:2])
            got, server = pick(event, "process.pid"), pick(event, "dnsmon.server_process.pid")
            is_query = event["event"]["action"] == "query"
            (seen if is_query else answers).add(number)
            unattributed += got is None
            allowed = schedule.allowed[number] if is_query else {schedule.answered[number]}
            if is_query and got != pid and got in schedule.sharers.get(number, ()):
                merged += 1
            elif got not in (None, pid) or server not in (None, *allowed):
                wrong.append((event["event"]["action"], number, pid, got, server, allowed))
        print(f"{len(seen)} queries, {len(answers)} answers, {len(wrong)} wrong, {unattributed} without a process, {merged} by another writer of one TCP connection, "
              f"{len(schedule.sockets)} sockets, {len(set(schedule.asked.values()))} processes")
        self.assertEqual(wrong[:5], [])
        self.assertLessEqual(merged, max(5, len(seen) // 1000))
        self.assertEqual(schedule.asked.keys() - seen, set(), "queries without an event")
        self.assertEqual(schedule.answered.keys() - answers, set(), "answers without an event")
        return unattributed


def settings():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("DNSMON_TEST_SEED", time.time_ns() % 1_000_000)))
    parser.add_argument("--sends", type=int, default=int(os.environ.get("DNSMON_TEST_SENDS", "10000")))
    known, rest = parser.parse_known_args()
    return known, [sys.argv[0], *rest]


if __name__ == "__main__":
    SETTINGS, sys.argv = settings()
    main()
