#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a host may lack or have already: a clear message, the exit code of dnsmon(8), and nothing of it left attached."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick  # noqa: E402

CAPABILITIES = ("bpf", "perfmon", "net_admin", "net_raw", "sys_ptrace", "dac_read_search")  # the unit's
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def with_capabilities(*names):
    chosen = ",".join(["-all", *("+" + name for name in names)])
    return [*NOBODY, f"--bounding-set={chosen}", f"--inh-caps={chosen}", f"--ambient-caps={chosen}"]


def bpf_objects():
    """What the kernel holds, as ("prog", id) …"""
    return {(kind, x["id"]) for kind in ("prog", "map", "link")
            for x in json.loads(subprocess.run(["bpftool", "-j", kind, "show"], check=True, stdout=subprocess.PIPE).stdout)}


class AsService(Dnsmon):
    """As the unit runs it: with /etc/dnsmon.yaml, which is this test's own."""

    def config_arguments(self):
        shutil.copy(self.config_path, "/etc/dnsmon.yaml")
        return []


class Conditions(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dnsmon-conditions-"))
        os.chmod(cls.directory, 0o755)
        etc = os.path.join(cls.directory, "etc")
        shutil.copytree("/etc", etc, symlinks=True, ignore_dangling_symlinks=True)
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)  # in this test's mount namespace
        cls.addClassCleanup(subprocess.run, ["umount", "--lazy", "/etc"], check=True)
        cls.dnsmon = os.path.join(cls.directory, "dnsmon")  # where an ordinary user may read it
        shutil.copy(os.environ.get("DNSMON", "build/dev/dnsmon"), cls.dnsmon)

    def config(self, mode=0o644, **sections):
        path = os.path.join(self.directory, f"{self.id()}.yaml")
        with open(path, "w") as f:
            json.dump({"output": {"journald": False}} | sections, f)
        os.chmod(path, mode)
        return path

    def refused(self, status, *texts, arguments=("run", "--stdout"), prefix=(), **more):
        """It ends with this exit status and these words, and the kernel holds nothing that it did not hold before."""
        before = bpf_objects()
        done = subprocess.run([*prefix, self.dnsmon, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **more)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, said)
        for text in texts:
            self.assertIn(text, said)
        end = time.monotonic() + 10 * PATIENCE  # a packet socket's filter goes after a grace period
        while (left := bpf_objects() - before) and time.monotonic() < end:
            pass
        self.assertEqual(left, set())
        return said

    def test_a_second_service_is_refused_and_told_who_runs(self):
        runtime = os.path.join(self.directory, "run")
        environment = {"RUNTIME_DIRECTORY": runtime}
        with Resolver() as resolver, AsService(environment=environment, config={"output": {"stdout": True}}, arguments=()) as first:
            self.refused(1, f"process {first.pid} holds {runtime}/lock", arguments=("run",), env=os.environ | environment)
            client = Client("dig", f"@{resolver.address4}", "www.example.test")
            event = first.wait_event(event__action="response", dns__question__name="www.example.test")
            self.assertEqual(pick(event, "process.pid"), client.pid)
            # What is meant to run beside it does.
            with Dnsmon() as beside:
                client = Client("dig", f"@{resolver.address4}", "mail.example.test")
                for dnsmon in (first, beside):
                    dnsmon.wait_event(event__action="response", process__pid=client.pid)
        with AsService(environment=environment, config={"output": {"stdout": True}}, arguments=()):
            pass  # the lock went with its holder

    def test_without_any_capability(self):
        self.refused(77, "CAP_BPF", "CAP_NET_RAW", arguments=("run", "--stdout", "-c", self.config()), prefix=with_capabilities())

    def test_without_the_last_one_that_is_asked_for(self):
        """The packet socket comes after the hooks: they are undone."""
        rest = [name for name in CAPABILITIES if name != "net_raw"]
        self.refused(77, "missing CAP_NET_RAW", arguments=("run", "--stdout", "-c", self.config()), prefix=with_capabilities(*rest))

    def test_in_a_user_namespace(self):
        said = self.refused(77, "of the host (this is a user namespace)", arguments=("run", "--stdout", "-c", self.config()),
                            prefix=["unshare", "--user", "--map-root-user"])
        self.assertIn("CAP_BPF", said)
        self.refused(77, "missing CAP_BPF", arguments=("doctor",), prefix=["unshare", "--user", "--map-root-user"])

    def test_the_units_capabilities_suffice(self):
        path = self.config()
        with open(os.path.join(self.directory, "log"), "w+") as log:
            daemon = subprocess.Popen([*with_capabilities(*CAPABILITIES), self.dnsmon, "run", "--stdout", "-c", path], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                first = json.loads(daemon.stdout.readline() or "{}")
            finally:
                daemon.terminate()
                daemon.communicate(timeout=60)
            log.seek(0)
            self.assertEqual((daemon.returncode, pick(first, "event.action")), (0, "start"), log.read())

    def test_without_cgroup2(self):
        without = ["unshare", "--mount", "sh", "-c", 'umount -R /sys/fs/cgroup && exec "$@"', "sh"]
        self.refused(1, "no cgroup2 file system is mounted", arguments=("run", "--stdout", "-c", self.config(hooks={"mode": "cgroup"})), prefix=without)
        report = json.loads(subprocess.run([*without, self.dnsmon, "doctor", "--json"], check=True, stdout=subprocess.PIPE).stdout)
        self.assertEqual(report["features"]["cgroup2"], {"available": False, "detail": "not mounted"})
        self.assertNotEqual(report["plan"]["flavour"], "cgroup")

    def test_a_configuration_that_cannot_be_read(self):
        secret = self.config(mode=0o600)
        for words in (("run", "-c", secret), ("check-config", "-c", secret)):
            self.refused(78, f"{secret}: opening: Permission denied", arguments=words, prefix=NOBODY)
        self.refused(78, f"{self.directory}: ", arguments=("run", "-c", self.directory))
        shutil.copy(secret, "/etc/dnsmon.yaml")
        self.refused(78, "/etc/dnsmon.yaml: opening: Permission denied", arguments=("run", "--stdout"), prefix=NOBODY)

    def test_an_output_that_cannot_be_opened(self):
        path = os.path.join(self.directory, "no", "such", "events.json")
        self.refused(1, path, arguments=("run", "-c", self.config(output={"journald": False, "file": {"enabled": True, "path": path}})))

    def test_an_interface_that_is_not_there(self):
        self.refused(1, "no such interface: nowhere0", arguments=("run", "--stdout", "-c", self.config(capture={"interfaces": ["nowhere0"]})))


if __name__ == "__main__":
    main()
