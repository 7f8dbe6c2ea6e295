# SPDX-License-Identifier: Apache-2.0
"""deployment - a `waybill up` and what it says about itself."""
import json
import os
import signal
import subprocess
import time

SECRETS = {
    "PROVE_CLIENT_SECRET": "sim-client-1",
    "PROVE_REFRESH_TOKEN": "Atzr|sim-1",
    "PROVE_ACCESS_KEY": "AKIASIM1",
    "PROVE_SECRET_KEY": "sim-secret-1",
}
ACTORS = ("poller", "enricher", "mapper", "pusher", "keeper", "monitor", "broker")

# A time-out shorter than the simulator's slowest answers, and a settle time longer than they take.
TARGETS = {
    "keyed": "after_unknown: resend",
    "probed": "after_unknown: probe\n      settle: {settle}\n"
              "      probe_url: {url}/erp/probed/records/{{key}}",
}

HEAD = """\
deployment: prove
state: '{state}'
{stages}accounts:
  amazon:
    connector: amazon
    backoff_min_ms: 100ms
    backoff_max_ms: 5s
    stopped_look_ms: 1s
    limits: {limits}
    options:
      aws_region: us-east-1
      endpoint: {url}
      lwa_endpoint: {url}/auth/o2/token
      sqs_endpoint: {url}
      queue_url: {url}/000000000000/q1
      client_id: amzn1.application-oa2-client.sim1
      client_secret: ${{env:PROVE_CLIENT_SECRET}}
      refresh_token: ${{env:PROVE_REFRESH_TOKEN}}
      aws_access_key_id: ${{env:PROVE_ACCESS_KEY}}
      aws_secret_access_key: ${{env:PROVE_SECRET_KEY}}
      visibility: {visibility}
      page_size: {page_size}
    streams:
      orders.sync: {sync}
"""
TARGET = """\
  {name}:
    connector: webhook
    backoff_min_ms: 100ms
    backoff_max_ms: 5s
    stopped_look_ms: 1s
    options:
      url: {url}/erp/{name}
      timeout: 2s
      batch: {batch}
      results: true
      {unknown}
"""


def write_config(path, state, url, targets, *, batch=4, settle="3s", visibility="5s", stages=None,
                 sync="{interval_ms: 5s}", page_size=100, limits="true"):
    """The configuration that the proof runs with, to be read by people as well."""
    counts = "".join(f"  {stage}: {count}\n" for stage, count in (stages or {}).items())
    text = HEAD.format(state=state, url=url, visibility=visibility, sync=sync,
                       limits=limits, page_size=page_size,
                       stages="stages:\n" + counts if counts else "")
    for name in targets:
        unknown = TARGETS[name].format(settle=settle, url=url)
        text += TARGET.format(name=name, url=url, batch=batch, unknown=unknown)
    text += "routes:\n"
    for name in targets:
        text += f"  - from: amazon\n    kind: order\n    to: {name}\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def children_of(pid):
    """instance -> process id, of the children that have become what they are to be."""
    found = {}
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            pids = file.read().split()
    except OSError:
        return found
    for child in pids:
        try:
            with open(f"/proc/{child}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "--instance" in words[:-1]:
            found[words[words.index("--instance") + 1]] = int(child)
    return found


class Crew:
    """`waybill up` and all its processes."""

    def __init__(self, binaries, folder, config, state, env=None):
        self.waybill = os.path.join(binaries, "waybill")
        self.config = config
        self.state = state
        self.folder = folder
        self.kill_dir = os.path.join(folder, "kill")
        os.makedirs(self.kill_dir, exist_ok=True)
        self.env = {**os.environ, **SECRETS, "WB_KILL_DIR": self.kill_dir, **(env or {})}
        self.up = None
        self.log = open(os.path.join(folder, "up.log"), "ab")
        self.lives = 0

    def start(self, first=False, words=()):
        self.up = subprocess.Popen([self.waybill, "up", "--config", self.config,
                                    *(["--first"] if first else []), *words],
                                   stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                   env=self.env)
        self.lives += 1

    def pids(self):
        return children_of(self.up.pid)

    def ready(self, instance):
        return os.path.exists(os.path.join(self.state, "run", instance + ".ready"))

    def wait_ready(self, count, deadline_s=30):
        deadline = time.monotonic() + deadline_s
        while True:
            living = self.pids()
            if len(living) >= count and all(self.ready(i) for i in living):
                return
            if self.up.poll() is not None:
                raise RuntimeError(f"waybill up ended with {self.up.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"not ready: {[i for i in living if not self.ready(i)]}")
            time.sleep(0.02)

    def kill(self, instance):
        """SIGKILL; False when it does not run just now."""
        pid = self.pids().get(instance)
        if not pid:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_all(self):
        """The supervisor and with it everything. How many processes that was."""
        count = 1 + len(self.pids())
        self.up.kill()
        self.up.wait()
        return count

    def ask(self, *words):
        """What the command line says, as JSON; None when nobody answers in time."""
        try:
            answer = subprocess.run([self.waybill, *words, "--config", self.config, "--json"],
                                    capture_output=True, env=self.env, timeout=60, check=False)
            return json.loads(answer.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            return None

    def tell(self, *words):
        answer = subprocess.run([self.waybill, *words, "--config", self.config], env=self.env,
                                capture_output=True, text=True, timeout=60, check=False)
        return answer.stdout + answer.stderr

    def own_ends(self):
        """Ends of processes that nobody asked for: a line each."""
        self.log.flush()
        found = []
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    entry = {"event": "process.ended"}  # a sanitizer, perhaps
                if entry.get("event") == "process.ended" and entry.get("signal") != signal.SIGKILL:
                    found.append(line.strip())
        return found

    def end(self, patience_s=20):
        """As a person would end it. The exit code."""
        if self.up is None:
            return None
        if self.up.poll() is None:
            self.up.terminate()
            try:
                self.up.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        self.log.close()
        return self.up.returncode
