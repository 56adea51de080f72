#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The running half of quickstart.sh (as root): monitor, own resolver, lookups, check, then monitoring until Ctrl-C.

usage: quickstart_demo.py DNSMON [--demo]
"""
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e.client import Client  # noqa: E402
from dnsmon_e2e.daemon import pick  # noqa: E402
from dnsmon_e2e.waiting import LineCollector, NotifySocket  # noqa: E402

ADDRESS4, ADDRESS6 = "127.53.53.53", "fd53:646e:736d:6f6e::53"
ZONE, ANSWER4, ANSWER6 = "dnsmon.example", "192.0.2.53", "2001:db8::53"


def say(text):
    print(f"quickstart: {text}", file=sys.stderr, flush=True)


class Forwarder(LineCollector):
    """Events go to our standard output the moment they come; kept until the lookups have been checked."""

    forget = False

    def accept(self, line):
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except BrokenPipeError:  # "quickstart.sh | head": nobody reads any more
            os.kill(os.getpid(), signal.SIGTERM)
            self.accept = lambda line: False
        return not self.forget


@contextlib.contextmanager
def monitor(dnsmon, directory):
    """dnsmon in the foreground with events on standard output only; yields process and events once READY=1 came."""
    config = os.path.join(directory, "dnsmon.yaml")
    with open(config, "w") as f:
        f.write("output: {journald: false}\n")
    notify = NotifySocket(os.path.join(directory, "notify"))
    # A session of its own: Ctrl-C comes to us, and we ask the monitor to drain and stop.
    process = subprocess.Popen([dnsmon, "run", "-c", config, "--stdout"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True, errors="surrogateescape", start_new_session=True,
                               env=os.environ | {"NOTIFY_SOCKET": notify.path})
    events = Forwarder(process.stdout)
    try:
        if not notify.wait_ready(process.pid, 30):
            raise SystemExit("quickstart: the monitor did not start; its log above says why")
        yield process, events
    finally:
        process.terminate()
        process.wait()
        events.finish()
        notify.close()


@contextlib.contextmanager
def ipv6_address():
    """ADDRESS6 on the loopback device for the time of the lookups; None where this host has no IPv6."""
    added = subprocess.run(["ip", "-6", "addr", "add", f"{ADDRESS6}/128", "dev", "lo", "nodad"], check=False,
                           capture_output=True, text=True)
    if added.returncode and "File exists" not in added.stderr:
        say(f"no lookups over IPv6: {added.stderr.strip()}")
        yield None
        return
    try:
        yield ADDRESS6
    finally:
        subprocess.run(["ip", "-6", "addr", "del", f"{ADDRESS6}/128", "dev", "lo"], check=False, capture_output=True)


@contextlib.contextmanager
def resolver(addresses):
    """dnsmasq with two invented addresses for one zone, on these addresses only."""
    process = subprocess.Popen(
        ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
         "--log-facility=-", "--user=nobody", "--group=nogroup", "--bind-interfaces",
         *(f"--listen-address={a}" for a in addresses),
         f"--address=/{ZONE}/{ANSWER4}", f"--address=/{ZONE}/{ANSWER6}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    log = LineCollector(process.stderr)
    try:
        if not log.wait(lambda lines: any("started, version" in line for line in lines), 10):
            raise SystemExit("quickstart: the resolver did not start:\n" + "".join(log.lines))
        yield
    finally:
        process.terminate()
        process.wait()
        log.finish()


def lookups(address6, directory):
    """(what it is, name asked for, transport, argv) for each lookup."""
    resolv_conf = os.path.join(directory, "resolv.conf")
    with open(resolv_conf, "w") as f:
        f.write(f"nameserver {ADDRESS4}\n")
    yield "dig over UDP", f"udp.{ZONE}", "udp", ["dig", f"@{ADDRESS4}", f"udp.{ZONE}"]
    yield "dig over TCP", f"tcp.{ZONE}", "tcp", ["dig", "+tcp", f"@{ADDRESS4}", f"tcp.{ZONE}"]
    if address6:
        yield "dig over IPv6, UDP", f"udp6.{ZONE}", "udp", ["dig", f"@{address6}", f"udp6.{ZONE}", "AAAA"]
        yield "dig over IPv6, TCP", f"tcp6.{ZONE}", "tcp", ["dig", "+tcp", f"@{address6}", f"tcp6.{ZONE}", "AAAA"]
    # A mount namespace in which resolv.conf names our resolver; the host's own stays as it is.
    yield ("getaddrinfo, by getent", f"getaddrinfo.{ZONE}", "udp",
           ["unshare", "--mount", "sh", "-c", 'mount --bind "$1" "$(realpath /etc/resolv.conf)" && exec getent ahosts "$2"',
            "sh", resolv_conf, f"getaddrinfo.{ZONE}"])
    yield ("a Python program with an unconnected socket", f"python.{ZONE}", "udp",
           ["/usr/bin/python3", os.path.join(TOP, "packaging", "quickstart_lookup.py"), ADDRESS4, f"python.{ZONE}"])


def is_right(event, action, pid, program, transport, name):
    wanted = {"event.action": action, "process.pid": pid, "process.name": program, "network.transport": transport,
              "dns.question.name": name}
    if any(pick(event, path) != value for path, value in wanted.items()):
        return False
    answers = [a.get("data") for a in pick(event, "dns.answers", [])]
    return action == "query" or ANSWER4 in answers or ANSWER6 in answers


def look_up_and_check(events, address6, directory):
    """Makes the lookups and waits for their events; the number of those that did not come."""
    missing = 0
    for what, name, transport, argv in lookups(address6, directory):
        client = Client(*argv)
        program = "getent" if "getent" in what else os.path.basename(argv[0])
        absent = [action for action in ("query", "response") if not events.wait(lambda lines, action=action: any(
            is_right(json.loads(line), action, client.pid, program, transport, name) for line in lines), 10)]
        if absent:
            missing += len(absent)
            say(f"MISSING {' and '.join(absent)} of {what}: process {program} ({client.pid}), {name}")
        else:
            say(f"seen: {what}: process {program} ({client.pid}) asked for {name}")
    return missing


def stop_signal(number, frame):
    raise KeyboardInterrupt


def main(dnsmon, demo):
    signal.signal(signal.SIGTERM, stop_signal)
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="dnsmon-quickstart-"))
        process, events = stack.enter_context(monitor(dnsmon, directory))
        say(f"the monitor runs; lookups of my own follow (a resolver on {ADDRESS4}, gone when they are done)")
        with ipv6_address() as address6, resolver([a for a in (ADDRESS4, address6) if a]):
            missing = look_up_and_check(events, address6, directory)
        if demo:
            say("every expected event came" if not missing else f"{missing} expected events did not come")
            return 1 if missing else 0
        events.forget = True
        say("monitoring this host until Ctrl-C")
        return process.wait()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], "--demo" in sys.argv[2:]))
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(0)
