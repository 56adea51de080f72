#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What real servers send, beside what dig and kdig make of the same messages: every type that a zone can hold, zone
transfer, truncation, DNSSEC with NSEC3's denial, client subnet and cookies (knot); all types in one answer (named); extended
errors (unbound)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, PATIENCE, loopback4, main, pick  # noqa: E402
from dnsmon_e2e.waiting import LineCollector  # noqa: E402

ZONE = "zone.test"
SPELLED_OTHERWISE = {"LOC", "NID", "L64"}  # by BIND's tools: docs/conformance.md says how and who is right
RECORDS = r"""
@ SOA ns1 hostmaster 2026112301 7200 3600 1209600 300
@ NS ns1
ns1 A 192.0.2.53
ns1 AAAA 2001:db8::53
all A 192.0.2.1
all AAAA 2001:db8::1
all HINFO "PC" "Linux 6.1"
all MINFO admin errors
all MX 10 ns1
all TXT "plain" "with \"quotes\" and \\ and ;" "\195\164\007"
all RP admin text
all AFSDB 1 ns1
all RT 10 ns1
all KEY 512 3 8 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no
all SRV 1 2 5060 ns1
all NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp
all KX 10 ns1
all CERT 1 12345 8 AQIDBAUGBwg=
all APL 1:192.0.2.0/24 !2:2001:db8::/32
all SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
all IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
all DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
all TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
all SMIMEA 3 0 0 0123456789abcdef
all OPENPGPKEY mQINBFit2ioBEADhbcnGl57IrJoZjjMgVW6+6GAnIZsyqgHQ
all CSYNC 66 3 A NS AAAA
all SVCB 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1
all HTTPS 1 svc alpn=h3 key65333=ex1
all SPF "v=spf1 -all"
all NID 10 0014:4fff:ff20:ee64
all L32 10 192.0.2.1
all L64 10 2001:0db8:1140:1000
all LP 10 ns1
all EUI48 00-00-5e-00-53-2a
all EUI64 00-00-5e-ef-10-00-00-2a
all URI 10 1 "https://www.example.test/path"
all CAA 0 issue "ca.example.net; policy=ev"
all TYPE65280 \# 4 0a000001
all LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m
alias CNAME all
tree DNAME all
sub NS ns1
sub DS 60485 8 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a
*.wild PTR ns1
""" + "\n".join(f'large TXT "{i:03} {"x" * 200}"' for i in range(40))

KNOT = """
server:
  rundir: {directory}
  listen: {address}@53
  tcp-max-clients: 100
log:
  - target: stderr
    any: info
database:
  storage: {directory}
acl:
  - id: transfer
    action: transfer
    address: 127.0.0.0/8
policy:
  - id: nsec3
    nsec3: on
    algorithm: ECDSAP256SHA256
template:
  - id: default
    storage: {directory}
zone:
  - domain: {zone}
    file: zone
    acl: transfer
    dnssec-signing: on
    dnssec-policy: nsec3
    module: mod-cookies
"""

NAMED = """
options {{
  directory "{directory}";
  listen-on port 53 {{ {address}; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  recursion no;
  minimal-any no;
  dnssec-validation no;
}};
controls {{ }};
zone "{zone}" {{ type primary; file "unsigned"; }};
"""

UNBOUND = """
server:
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  module-config: "iterator"
  interface: {address}@53
  access-control: 127.0.0.0/8 refuse
  ede: yes
remote-control:
  control-enable: no
"""


def serve(case, argv, started):
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True)
    log = LineCollector(process.stderr)

    def stop():
        process.terminate()
        process.wait(20 * PATIENCE)
        log.finish()
        process.stderr.close()
    case.addClassCleanup(stop)
    if not log.wait(lambda lines: any(started in line for line in lines), 30):
        raise RuntimeError(f"{argv[0]} did not start:\n" + "".join(log.lines))


def plain(text):
    """Without what is a matter of taste: case, blanks in keys and hashes, quotes, names' last dots."""
    text = re.sub(r"\.(?=\s|,|$)", "", text.strip())
    return re.sub(r'[\s"]+', "", text).lower()


def printed(output):
    """(type, data) of each record line of dig or kdig."""
    found = []
    for line in output.splitlines():
        words = line.split(None, 4)
        if len(words) == 5 and not line.startswith(";") and words[1].isdigit() and words[2] == "IN":
            found.append((words[3], plain(words[4])))
    return sorted(found)


def logged(records):
    return sorted((r["type"], plain(r.get("data", ""))) for r in records if r["type"] != "TSIG")


class RealServers(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        for program in ("knotd", "unbound", "named", "dig", "kdig"):
            if not shutil.which(program):
                print(f"SKIPPED real_servers: {program} is not installed")
                sys.exit(77)
        cls.dnsmon = cls.enterClassContext(Dnsmon())
        cls.directory = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dnsmon-servers-"))
        cls.knot, cls.unbound, cls.named = loopback4(), loopback4(), loopback4()
        for name in ("zone", "unsigned"):  # knot writes its signatures into the file
            with open(os.path.join(cls.directory, name), "w") as f:
                f.write(f"$ORIGIN {ZONE}.\n$TTL 300\n{RECORDS}\n")
        for name, text, address in (("knot.conf", KNOT, cls.knot), ("unbound.conf", UNBOUND, cls.unbound),
                                    ("named.conf", NAMED, cls.named)):
            with open(os.path.join(cls.directory, name), "w") as f:
                f.write(text.format(directory=cls.directory, address=address, zone=ZONE))
        serve(cls, ["knotd", "-c", os.path.join(cls.directory, "knot.conf")], "next signing at")
        serve(cls, ["unbound", "-d", "-c", os.path.join(cls.directory, "unbound.conf")], "start of service")
        # named listens on addresses that an interface has; a copy is not under AppArmor's profile, which forbids this folder.
        subprocess.run(["ip", "addr", "add", f"{cls.named}/32", "dev", "lo"], check=True)
        named = shutil.copy(shutil.which("named"), os.path.join(cls.directory, "named"))
        serve(cls, [named, "-g", "-c", os.path.join(cls.directory, "named.conf")], "all zones loaded")
        loaded = Client("kdig", f"@{cls.knot}", ZONE, "SOA", "+retry=5")
        assert "NOERROR" in loaded.output, loaded.output

    def look_up(self, tool, server, *words):
        """The tool's run, and the last response that it got."""
        client = Client(tool, f"@{server}", *words, "+noadditional", check=False)
        response = self.dnsmon.wait_events(1, event__action="response", process__pid=client.pid)
        return client, response

    def responses(self, client, count):
        return self.dnsmon.wait_events(count, event__action="response", process__pid=client.pid)

    def test_every_type_as_dig_prints_it(self):
        for kind in dict.fromkeys(line.split()[1] for line in RECORDS.splitlines() if line.startswith("all ")):
            with self.subTest(kind):
                client, (response, *_) = self.look_up("dig", self.knot, f"all.{ZONE}", kind, "+tcp", "+nocookie")
                self.assertEqual({a["type"] for a in pick(response, "dns.answers")}, {kind})
                if kind not in SPELLED_OTHERWISE:
                    self.assertEqual(printed(client.output), logged(pick(response, "dns.answers")))

    def test_any_answered_with_every_type(self):
        client, (response, *_) = self.look_up("dig", self.named, f"all.{ZONE}", "ANY", "+tcp", "+nocookie")
        self.assert_fields(response, dns__question__type="ANY", dnsmon__decode_error=None)
        wanted = {line.split()[1] for line in RECORDS.splitlines() if line.startswith("all ")}
        self.assertEqual({a["type"] for a in pick(response, "dns.answers")}, wanted)
        of_one_spelling = [[(kind, data) for kind, data in records if kind not in SPELLED_OTHERWISE]
                           for records in (printed(client.output), logged(pick(response, "dns.answers")))]
        self.assertEqual(*of_one_spelling)

    def test_service_bindings_as_kdig_prints_them(self):
        for kind in ("SVCB", "HTTPS"):
            client, (response, *_) = self.look_up("kdig", self.knot, f"all.{ZONE}", kind)
            self.assertEqual(printed(client.output), logged(pick(response, "dns.answers")))

    def test_zone_transfer(self):
        client = Client("dig", f"@{self.knot}", ZONE, "AXFR", "+nocookie")
        wanted = printed(client.output)
        self.assertGreater(len(wanted), 100)
        got = [e for e in self.dnsmon.wait_events(1, event__action="response", process__pid=client.pid)]
        while sum(len(pick(e, "dns.answers")) for e in got) < len(wanted):
            got = self.responses(client, len(got) + 1)
        answers = [a for e in got for a in pick(e, "dns.answers")]
        differing = set(wanted) ^ set(logged(answers))
        self.assertEqual({kind for kind, _ in differing} - SPELLED_OTHERWISE, set(), differing)
        self.assertEqual(len(answers), len(wanted))
        for event in got:
            self.assert_fields(event, dns__question__type="AXFR", dnsmon__unsolicited=None, dnsmon__decode_error=None)

    def test_truncated_over_udp_then_whole_over_tcp(self):
        client = Client("dig", f"@{self.knot}", f"large.{ZONE}", "TXT", "+bufsize=512", "+nocookie")
        first, second = self.responses(client, 2)[:2]
        self.assert_fields(first, network__transport="udp")
        self.assertIn("TC", pick(first, "dns.header_flags"))
        self.assert_fields(second, network__transport="tcp", dns__answers_count=40)
        self.assertEqual(printed(client.output), logged(pick(second, "dns.answers")))

    def test_denial_with_nsec3_and_signatures(self):
        client, (response, *_) = self.look_up("dig", self.knot, f"nowhere.{ZONE}", "A", "+dnssec", "+nocookie")
        self.assert_fields(response, dns__response_code="NXDOMAIN", event__outcome="failure")
        authorities = pick(response, "dns.authorities")
        self.assertLessEqual({"SOA", "NSEC3", "RRSIG"}, {a["type"] for a in authorities})
        self.assertEqual(printed(client.output), logged(authorities))

    def test_signing_keys(self):
        for kind in ("DNSKEY", "NSEC3PARAM"):
            client, (response, *_) = self.look_up("dig", self.knot, ZONE, kind, "+dnssec", "+tcp", "+nocookie")
            self.assertEqual(printed(client.output), logged(pick(response, "dns.answers")))

    def test_client_subnet_and_cookies(self):
        client = Client("dig", f"@{self.knot}", f"all.{ZONE}", "A", "+subnet=192.0.2.0/24", "+cookie=0123456789abcdef")
        query = self.dnsmon.wait_event(event__action="query", process__pid=client.pid)
        options = {o["name"]: o.get("data") for o in pick(query, "dnsmon.edns")}
        self.assertEqual(options["ECS"], "192.0.2.0/24/0")
        self.assertEqual(options["COOKIE"], "0123456789abcdef")
        response = self.responses(client, 1)[0]
        cookie = next(o["data"] for o in pick(response, "dnsmon.edns") if o["name"] == "COOKIE")
        self.assertRegex(cookie, r"^0123456789abcdef [0-9a-f]{16,64}$")
        self.assertIn(cookie.replace(" ", ""), client.output)

    def test_extended_error(self):
        client, (response, *_) = self.look_up("dig", self.unbound, "www.example.test", "A")
        self.assert_fields(response, dns__response_code="REFUSED")
        errors = [o["data"] for o in pick(response, "dnsmon.edns") if o["name"] == "EDE"]
        self.assertEqual(errors, ["18 (Prohibited)"], client.output)


if __name__ == "__main__":
    main()
