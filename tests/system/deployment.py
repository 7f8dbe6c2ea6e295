# SPDX-License-Identifier: Apache-2.0
"""A deployment in a folder of its own: the simulator, a configuration, `waybill up`."""
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

PR_SET_PDEATHSIG = 1

# The usual configuration in its parts: what each test needs is put together from them.
TOP = """\
state: state
heartbeat_ms: 200ms
accounts:
"""
SOURCE = """\
  shop:
    connector: amazon
    options:
      aws_region: us-east-1
      endpoint: http://127.0.0.1:{port}
      lwa_endpoint: http://127.0.0.1:{port}/auth/o2/token
      sqs_endpoint: http://127.0.0.1:{port}
      queue_url: http://127.0.0.1:{port}/000000000000/q1
      visibility: 5s
      client_id: ${{env:T_CLIENT_ID}}
      client_secret: ${{env:T_CLIENT_SECRET}}
      refresh_token: ${{env:T_REFRESH_TOKEN}}
      aws_access_key_id: ${{env:T_ACCESS_KEY}}
      aws_secret_access_key: ${{env:T_SECRET_KEY}}
"""
ERP = """\
  erp:
    connector: webhook
    options:
      url: http://127.0.0.1:{port}/erp/main
"""
ROUTES = """\
routes:
  - {{from: shop, kind: order, to: erp}}
"""
SHOP = TOP + SOURCE  # then come the targets
CONFIG = SHOP + ERP + ROUTES


def wait_for(what, condition, seconds=20):
    """Until `condition` gives something true; it is given back."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def with_us():
    """In a child before it becomes a program: it ends when this process does, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


# Removes a folder when the pipe ends that whoever started it holds.
REMOVER = """
import shutil, sys
sys.stdin.read()
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


def own_folder(prefix):
    """A folder, and who removes it when this process is gone (or by `communicate()`)."""
    folder = tempfile.mkdtemp(prefix=prefix)
    return folder, subprocess.Popen([sys.executable, "-c", REMOVER, folder], cwd="/",
                                    stdin=subprocess.PIPE, start_new_session=True)


class Deployment:
    def __init__(self, binaries, orders=50, extra=(), config=CONFIG):
        self.binaries = binaries
        self.folder, self.remover = own_folder("wb-system-")
        self.config = os.path.join(self.folder, "waybill.yaml")
        self.environment = dict(os.environ, WAYBILL_CONFIG=self.config)
        ready = os.path.join(self.folder, "sim.ready")
        self.sim = subprocess.Popen(
            [self.path("waybill-sim"), "--orders", str(orders), "--start", "manual",
             "--rate-scale", "1000", "--ready-file", ready, *extra],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=with_us)
        wait_for("the simulator", lambda: os.path.exists(ready))
        with open(ready, encoding="ascii") as file:
            self.port = json.load(file)["port"]
        for name, value in self.ask("/sim/accounts")["accounts"][0].items():
            self.environment["T_" + name.upper()] = str(value)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(config.format(port=self.port))
        self.up_process = None

    def path(self, name):
        return os.path.join(self.binaries, name)

    def state(self, *parts):
        return os.path.join(self.folder, "state", *parts)

    def ask(self, path, method="GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def outlive_backlog(self):
        """Some hundred orders that are given at once happened 10 ms each before now; what is from
        before a store was is not just written at targets that have to be asked."""
        begun = time.time()
        wait_for("stores that are older", lambda: time.time() > begun + 3)

    def waybill(self, *words, wanted=0, timeout=60):
        """Runs the command; the exit code must be the wanted one."""
        run = self.waybill_ended(*words, timeout=timeout)
        assert run.returncode == wanted, (words, run.returncode, run.stdout, run.stderr)
        return run

    def waybill_ended(self, *words, timeout=60):
        """How it ended and what it said, whatever the exit code."""
        return subprocess.run([self.path("waybill"), *words], env=self.environment, text=True,
                              cwd=self.folder, capture_output=True, timeout=timeout, check=False)

    def waybill_any(self, *words):
        """What it says, whatever the exit code."""
        return self.waybill_ended(*words).stdout

    def told(self, *words):
        """What it says as JSON. While processes end and begin nobody may answer for a moment."""
        return json.loads(wait_for("an answer", lambda: self.waybill_any(*words, "--json")))

    def settled(self, read):
        """The sums of all runs, when so many were read and what became of each was told; else None:
        the last receipts are under way when the target has everything."""
        said = json.loads(self.waybill_any("ledger", "--json", "--limit", "1000") or "{}")
        for answer in said.get("monitors", []):
            total = answer.get("total", {})
            if total.get("read", 0) >= read and not total["open"] + total["held"]:
                return total
        return None

    def up(self, *words):
        ready = os.path.join(self.folder, "up.ready")
        if os.path.exists(ready):  # of one that was killed
            os.unlink(ready)
        self.up_process = subprocess.Popen(
            [self.path("waybill"), "up", "--ready-file", ready, *words], env=self.environment,
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=with_us)
        wait_for("all processes", lambda: os.path.exists(ready))

    def pid(self, instance):
        """Of a process that is ready, else None."""
        try:
            with open(self.state("run", instance + ".ready"), encoding="ascii") as file:
                return int(file.read() or 0) or None
        except OSError:
            return None

    def pids(self):
        names = os.listdir(self.state("run"))
        return [self.pid(name[:-6]) for name in names if name.endswith(".ready")]

    def lives(self, instance):
        """Process ids of an instance, ready or not, by what `up` started."""
        found = []
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if instance.encode() in words and self.config.encode() in words:
                found.append(int(name))
        return found

    def log(self, instance):
        with open(self.state("log", instance + ".log"), encoding="utf-8") as file:
            return file.read()

    def target(self):
        return self.ask("/sim/stats")["targets"].get("main", {})

    def down(self):
        """Ends `up`; its exit code."""
        if not self.up_process:
            return None
        self.up_process.send_signal(signal.SIGTERM)
        try:
            return self.up_process.wait(60)
        finally:
            self.up_process = None

    def close(self):
        for process in (self.up_process, self.sim):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.remover.communicate()
