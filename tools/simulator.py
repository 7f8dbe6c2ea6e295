# SPDX-License-Identifier: Apache-2.0
"""simulator - a waybill-sim as a process that waits for `start`, and what it counts at the far end."""
import http.client
import json
import subprocess


class Refused(RuntimeError):
    """It does not take an option."""


class Simulator:
    """`log`: a file for what it says."""

    def __init__(self, binary, *options, log=None):
        self.process = subprocess.Popen([binary, "--start", "manual", *map(str, options)],
                                        stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.process.stdout.close()
            raise (Refused if code == 2 else RuntimeError)(self.last_word(log))
        self.port = json.loads(line)["port"]
        self.url = f"http://127.0.0.1:{self.port}"

    @staticmethod
    def last_word(log):
        lines = []
        if log:
            with open(log.name, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        return lines[-1].removeprefix("waybill-sim: ") if lines else "waybill-sim does not start"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()

    def call(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:200]}")
        return json.loads(data)

    def post(self, path):
        return self.call("POST", path)

    def start(self):
        self.post("/sim/start")

    def stats(self):
        return self.call("GET", "/sim/stats")

    def refused(self):
        """Every record that was refused, and how many elements of lists were none."""
        return self.call("GET", "/sim/refused")

    def missing(self, target):
        return self.call("GET", f"/sim/missing?target={target}")["missing"]
