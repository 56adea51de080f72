#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real containers, podman's and systemd-nspawn's: the process and the container that asked, one event per message across
bridge and address translation; and the program itself in one that may not do what it takes."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "harness"))
from dnsmon_e2e import DNSMON, Dnsmon, EndToEndCase, Resolver, SkipCell, Veth, main, pick  # noqa: E402

NAME = "www.example.test"
# Waits for a line, so that its pid can be asked for before it looks up; exec keeps the pid.
WAIT_AND_DIG = 'read line; exec dig +tries=1 "$@"'


def run(*argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise AssertionError(f"{argv}: exit {done.returncode}: {done.stderr}")
    return done.stdout.strip()


def make_root(folder):
    """A root file system with dig, sh and dnsmon, as small as an image can be."""
    programs = [*(shutil.which(name) for name in ("dig", "sh", "cat")), DNSMON]
    for program in programs:
        for path in [program, *re.findall(r"(/\S+) \(0x", run("ldd", program))]:
            target = folder + (path if path.startswith("/usr") else "/usr" + path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(os.path.realpath(path), target)
    for link in ("bin", "lib", "lib64"):
        os.makedirs(f"{folder}/usr/{link}", exist_ok=True)
        os.symlink(f"usr/{link}", f"{folder}/{link}")
    for name in ("etc", "proc", "sys", "dev", "tmp", "run", "var", "root"):
        os.makedirs(f"{folder}/{name}")
    shutil.copy("/etc/os-release", f"{folder}/etc/os-release")


class RealContainers(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        world = cls.enterClassContext(Veth())
        cls.resolver = cls.enterClassContext(Resolver([world.there], world.command))
        cls.root = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dnsmon-image-"))
        os.chmod(cls.root, 0o755)
        make_root(cls.root)
        cls.dnsmon = cls.enterClassContext(Dnsmon())

    def exchange(self, pid):
        self.dnsmon.wait_event(event__action="response", process__pid=pid)
        events = self.dnsmon.events(dns__question__name=NAME, process__pid=pid)
        self.assertEqual([pick(e, "event.action") for e in events], ["query", "response"], events)
        same_id = self.dnsmon.events(dns__id=events[0]["dns"]["id"])
        self.assertEqual(len(same_id), 2, same_id)
        for event in events:
            self.assert_fields(event, process__name="dig", process__executable="/usr/bin/dig")
        return events

    def image(self):
        if not shutil.which("podman"):
            raise SkipCell("podman is not installed")
        archive = subprocess.Popen(["tar", "-C", self.root, "-c", "."], stdout=subprocess.PIPE)
        run("podman", "import", "-", "dnsmon-test", stdin=archive.stdout)
        archive.stdout.close()
        self.assertEqual(archive.wait(), 0)

    def test_dnsmon_in_a_container_that_may_not(self):
        self.image()
        done = subprocess.run(["podman", "run", "--rm", "dnsmon-test", DNSMON, "run", "--stdout"], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("missing CAP_BPF CAP_PERFMON CAP_NET_ADMIN", done.stderr)

    def test_podman_behind_its_bridge(self):
        self.image()
        client = subprocess.Popen(["podman", "run", "-i", "--rm", "--name", "dnsmon-client", "dnsmon-test", "sh", "-c",
                                   "echo ready; " + WAIT_AND_DIG, "sh", f"@{self.resolver.address4}", NAME],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(client.stdout.readline(), "ready\n")
        ident, pid = run("podman", "inspect", "--format", "{{.Id}} {{.State.Pid}}", "dnsmon-client").split()
        output, _ = client.communicate("go\n", timeout=120)
        self.assertIn("192.0.2.1", output)
        query, response = self.exchange(int(pid))
        for event in (query, response):
            self.assert_fields(event, container__id=ident, container__runtime="podman")
        self.assertEqual(len(pick(query, "dnsmon.interfaces")), 3)
        self.assertEqual(pick(response, "dnsmon.interfaces"), pick(query, "dnsmon.interfaces")[::-1])

    def test_systemd_nspawn_in_the_hosts_network(self):
        if not shutil.which("systemd-nspawn"):
            raise SkipCell("systemd-nspawn is not installed")
        client = subprocess.Popen(["systemd-nspawn", "--quiet", "--pipe", "--machine=dnsmonbox", "-D", self.root, "/usr/bin/sh",
                                   "-c", "echo ready; " + WAIT_AND_DIG, "sh", f"@{self.resolver.address4}", NAME],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(client.stdout.readline(), "ready\n")
        pid = int(run("machinectl", "show", "-p", "Leader", "--value", "dnsmonbox"))
        output, _ = client.communicate("go\n", timeout=120)
        self.assertIn("192.0.2.1", output)
        for event in self.exchange(pid):
            self.assert_fields(event, container__id="dnsmonbox", container__runtime="systemd-nspawn")


if __name__ == "__main__":
    main()
