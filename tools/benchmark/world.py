# SPDX-License-Identifier: Apache-2.0
"""world - a waybill-sim as a process, and what it counts at the far end."""
import http.client
import json
import subprocess
import time


class World:
    def __init__(self, binary, *options):
        self.process = subprocess.Popen([binary, "--start", "manual", *map(str, options)],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("waybill-sim does not start")
        self.port = json.loads(line)["port"]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()

    def call(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:200]}")
        return json.loads(data)

    def stats(self):
        return self.call("GET", "/sim/stats")

    def target(self, name):
        return self.stats()["targets"].get(name) or {"newest": 0, "records": 0, "requests": 0}

    def post(self, path):
        return self.call("POST", path)

    def start(self):
        self.post("/sim/start")

    def wait_newest(self, name, count, timeout_s, alive=None, poll_s=0.1):
        """Until the target holds the newest version of `count` orders: its ledger then."""
        deadline = time.monotonic() + timeout_s
        while True:
            ledger = self.target(name)
            if ledger["newest"] >= count:
                return ledger
            if alive and not alive():
                raise RuntimeError(f"it ended with {ledger['newest']} of {count} orders at the target")
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {ledger['newest']} of {count} orders after {timeout_s} s")
            time.sleep(poll_s)
