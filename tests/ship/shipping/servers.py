# SPDX-License-Identifier: Apache-2.0
"""Elasticsearch and Loki of the test's own, on loopback, with their data in a directory that goes with them."""
import glob
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from dnsmon_e2e import PATIENCE
from dnsmon_e2e.waiting import LineCollector

_PREPARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "prepare.sh")
_NOBODY = 65534
_HOME = "/mnt"  # of this mount namespace; no directory that a test removes


def prepared(*parts):
    """The cache with these parts in it; the test is skipped with prepare.sh's reason where they cannot be had."""
    made = subprocess.run([_PREPARE, *parts], check=False, capture_output=True, text=True)
    if made.returncode:
        raise unittest.SkipTest(f"{' and '.join(parts)} cannot be had: {made.stderr.strip().splitlines()[-1]}")
    return made.stdout.strip()


class Server:
    """A program that is ready once a line of its log says so; `call` speaks its HTTP interface."""
    port = 0
    ready_text = ""

    def start(self, argv, **options):
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, **options)
        self._log = LineCollector(self.process.stdout)
        if not self._log.wait(lambda lines: any(self.ready_text in line for line in lines), 120):
            raise RuntimeError(f"{argv[0]} did not start:\n" + "".join(self._log.lines[-30:]))

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="dnsmon-ship-")
        self.run(self.directory.name)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60 * PATIENCE)
        self._log.finish()
        self.directory.cleanup()

    def call(self, method, path, body=None, **query):
        """The answer's JSON; an error of the server is an AssertionError with its words."""
        url = f"http://127.0.0.1:{self.port}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(),
                                         {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60 * PATIENCE) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {url}: {error.code} {error.read().decode()[:2000]}") from None


class Elasticsearch(Server):
    port = 9201
    ready_text = "started {"

    def run(self, directory):
        # It refuses to be root, and the cache may lie where only root can go.
        installed, = glob.glob(os.path.join(prepared("elasticsearch"), "elasticsearch-*[0-9]"))
        subprocess.run(["mount", "--bind", "-o", "ro", installed, _HOME], check=True)
        for name in ("tmp", "data"):
            os.mkdir(os.path.join(directory, name))
        os.chmod(directory, 0o755)
        config = os.path.join(directory, "config")
        shutil.copytree(os.path.join(installed, "config"), config)
        with open(os.path.join(config, "elasticsearch.yml"), "w") as f:
            f.write(f"discovery.type: single-node\nxpack.security.enabled: false\nnetwork.host: 127.0.0.1\n"
                    f"http.port: {self.port}\npath.data: {directory}/data\npath.logs: {directory}/tmp\n"
                    "cluster.routing.allocation.disk.threshold_enabled: false\n")
        with open(os.path.join(config, "jvm.options")) as f:  # it would write logs where it is installed
            options = [line for line in f if "logs/" not in line]
        with open(os.path.join(config, "jvm.options"), "w") as f:
            f.writelines(options)
        subprocess.run(["chown", "--recursive", str(_NOBODY), directory], check=True)
        java = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("java"))))
        self.start([os.path.join(_HOME, "bin", "elasticsearch")], user=_NOBODY, group=_NOBODY, extra_groups=[], cwd=directory,
                   env={"PATH": os.environ["PATH"], "ES_JAVA_HOME": java, "ES_PATH_CONF": config,
                        "ES_TMPDIR": os.path.join(directory, "tmp"), "ES_JAVA_OPTS": "-Xms512m -Xmx512m"})

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        subprocess.run(["umount", _HOME], check=True)


LOKI_CONFIG = """
auth_enabled: false
analytics: {{reporting_enabled: false}}
server: {{http_listen_address: 127.0.0.1, http_listen_port: {port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: 0, log_level: info}}
common:
  path_prefix: {directory}
  instance_addr: 127.0.0.1
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
  storage: {{filesystem: {{chunks_directory: {directory}/chunks, rules_directory: {directory}/rules}}}}
schema_config:
  configs: [{{from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: {{prefix: index_, period: 24h}}}}]
limits_config: {{allow_structured_metadata: true, max_line_size: 2MB, ingestion_rate_mb: 64, ingestion_burst_size_mb: 128}}
"""


class Loki(Server):
    port = 3101
    ready_text = "Loki started"

    def run(self, directory):
        path = os.path.join(directory, "loki.yaml")
        with open(path, "w") as f:
            f.write(LOKI_CONFIG.format(port=self.port, directory=directory))
        program, = glob.glob(os.path.join(prepared("loki"), "loki-v*"))
        self.start([program, f"-config.file={path}"])
