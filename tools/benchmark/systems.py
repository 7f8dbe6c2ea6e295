# SPDX-License-Identifier: Apache-2.0
"""systems - what is measured: the floor, and Waybill. Both start, name their processes, and stop."""
import json
import os
import shutil
import signal
import subprocess
import time

from . import processes

READ_BYTES = 4 * 1024 * 1024
READY_TIMEOUT_S = 30


class Floor:
    name = "floor"
    target = "floor"

    def __init__(self, bin_dir, folder, world, in_flight=64):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.launch([os.path.join(bin_dir, "waybill-floor"), "--url", world.url, "--state", folder,
                     "--target", self.target, "--in-flight", str(in_flight)])

    def launch(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("waybill-floor does not start")
        self.pids = json.loads(line)["pids"]

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


def read_through(path):
    """What a store in use has in the page cache, a machine that gives memory back early may have
    dropped since it was written."""
    with open(path, "rb", buffering=0) as file:
        while file.read(READ_BYTES):
            pass


def write_files(folder, files):
    """An empty folder with these files of a configuration: the path of waybill.yaml among them."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return os.path.join(folder, "waybill.yaml")


class Waybill:
    """Everything that knows how Waybill is started is in here."""
    name = "waybill"
    target = "erp"

    def __init__(self, bin_dir, folder, world, in_flight=64, accounts=1, targets=("erp",),
                 visibility="120s", known=0, source=None):
        self.prepare(bin_dir, folder, {"waybill.yaml": configuration(
            world, in_flight, accounts, targets, visibility, source)})
        if known:
            self.seed(known)
        self.start(first=True)

    def prepare(self, bin_dir, folder, files):
        """An empty folder with these files of a configuration, waybill.yaml among them."""
        self.folder, self.bin_dir = folder, bin_dir
        self.config = write_files(folder, files)

    def seed(self, count):
        """Records and marks that are known already, before anything is started."""
        stores = {}
        for role in ("mapper", "pusher"):
            stores[role] = os.path.join(self.folder, "state", f"{role}-1")
            os.makedirs(stores[role], mode=0o700)
        command = [os.path.join(self.bin_dir, "waybill-seed"), "--count", str(count),
                   "--account", "default/shop1", "--target", "default/erp", "--deployment", "bench"]
        for role, folder in stores.items():
            command += [f"--{role}", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for folder in stores.values():
            read_through(os.path.join(folder, "data.mdb"))

    def start(self, first):
        ready = os.path.join(self.folder, "ready")
        if os.path.exists(ready):
            os.unlink(ready)
        command = [os.path.join(self.bin_dir, "waybill"), "up", "--config", self.config,
                   "--ready-file", ready] + (["--first"] if first else [])
        begin = time.monotonic()
        self.log = open(os.path.join(self.folder, "up.log"), "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, start_new_session=True)
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() - begin > READY_TIMEOUT_S:
                self.kill()
                raise RuntimeError(f"waybill up is not ready; see {self.folder}/up.log")
            time.sleep(0.005)
        self.ready_s = time.monotonic() - begin
        self.pids = self.find()

    def command(self, *words):
        """What a command of ours says."""
        return subprocess.run([os.path.join(self.bin_dir, "waybill"), words[0], "--config",
                               self.config, *words[1:]], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def sync(self, *words, account="shop1", stream="orders.sync"):
        """A list is read now."""
        self.command("sync", account, stream, *words)

    def find(self):
        """Process ids by instance: the supervisor and all that it started."""
        found = {"up": self.process.pid}
        for pid in processes.children(self.process.pid):
            name = processes.name(pid).removeprefix("waybill-") or str(pid)
            number, key = 2, name
            while key in found:
                key, number = f"{name}-{number}", number + 1
            found[key] = pid
        return found

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        """SIGKILL for all at once: what was started here, by its own session."""
        for pid in [*processes.children(self.process.pid), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(30)
        self.log.close()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        self.log.close()


def configuration(world, in_flight, accounts, targets, visibility, source=None):
    """`source`: lines of the accounts that are read, in place of the usual ones."""
    source = source or ["    limits: false", f"    calls_max: {in_flight}",
                        "    streams: {orders.sync: {enabled: false}}"]
    lines = ["deployment: bench", "state: state", "map_bytes: 64GiB", "accounts:"]
    for k in range(1, accounts + 1):
        lines += [f"  shop{k}:",
                  "    connector: amazon",
                  *source,
                  "    options:",
                  "      aws_region: us-east-1",
                  f"      endpoint: {world.url}",
                  f"      lwa_endpoint: {world.url}/auth/o2/token",
                  f"      sqs_endpoint: {world.url}",
                  "      sqs_region: us-east-1",
                  f"      visibility: {visibility}",
                  f"      queue_url: {world.url}/000000000000/q{k}",
                  f"      client_id: amzn1.application-oa2-client.sim{k}"]
        secrets = {"client_secret": f"sim-client-{k}", "refresh_token": f"Atzr|sim-{k}",
                   "aws_access_key_id": f"AKIASIM{k}", "aws_secret_access_key": f"sim-secret-{k}"}
        for option, value in secrets.items():
            variable = f"WAYBILL_BENCH_{option.upper()}_{k}"
            os.environ[variable] = value
            lines.append(f"      {option}: ${{env:{variable}}}")
    for target in targets:
        lines += [f"  {target}:",
                  "    connector: webhook",
                  f"    calls_max: {in_flight}",
                  f"    options: {{url: '{world.url}/erp/{target}'}}"]
    lines.append("routes:")
    lines += [f"  - {{from: '*', kind: order, to: {target}}}" for target in targets]
    return "\n".join(lines) + "\n"
