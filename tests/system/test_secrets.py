# SPDX-License-Identifier: Apache-2.0
"""Secrets never show, and people only where somebody asks for them by name.

A whole deployment whose secrets and buyers can be looked for, against outside systems that quote
back whatever they were told, in every kind of refusal, with a crash on top. Then everything that
can be read is searched: logs, what every command says, events, files, command lines, dumps.
"""
import base64
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
import unittest

from deployment import Deployment, alive, wait_for
from echo import BROKEN, EMAIL, PEOPLE, PERSON, SECRET, TOKEN, Echo
from receiver import Receiver

try:
    import bus_reader
except ImportError:  # no python3-zmq: the bus is looked at by `tail` alone
    bus_reader = None

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 24
SECRETS = {
    "CLIENT_SECRET": f"amzn1.oa2-cs.{SECRET}-client/+=",
    "REFRESH_TOKEN": f"Atzr|{SECRET}-refresh",
    "ACCESS_KEY": f"AKIA{SECRET.upper()}",
    "SECRET_KEY": f"{SECRET}/aws+secret=key",
    "SESSION": f"{SECRET}-session-token",
    "WEBHOOK": f"{SECRET}-webhook-secret",
    "API_KEY": f"{SECRET}-api-key",
}
ACCOUNT = """\
  {name}:
    connector: amazon
    attempts_max: 4
    backoff_min_ms: 50ms
    backoff_max_ms: 300ms
    options:
      aws_region: us-east-1
      endpoint: http://127.0.0.1:{port}
      lwa_endpoint: http://127.0.0.1:{port}{lwa}
      sqs_endpoint: http://127.0.0.1:{port}{sqs}
      queue_url: http://127.0.0.1:{port}/000000000000/{queue}
      visibility: 5s
      client_id: client-of-{name}
      wait: 2s
      client_secret: ${{env:T_CLIENT_SECRET}}
      refresh_token: ${{env:T_REFRESH_TOKEN}}
      aws_access_key_id: ${{env:T_ACCESS_KEY}}
      aws_secret_access_key: ${{env:T_SECRET_KEY}}
      aws_session_token: ${{file:session}}
"""
TARGET = """\
  erp:
    connector: webhook
    attempts_max: 4
    backoff_min_ms: 50ms
    backoff_max_ms: 300ms
    options:
      url: {url}?key=${{env:T_API_KEY}}
      secret: ${{env:T_WEBHOOK}}
      results: true
      headers:
        - "Authorization: Bearer ${{env:T_API_KEY}}"
routes:
  - {{from: shop, kind: order, to: erp}}
"""


def spellings(text):
    """The marker as it may be written: plain, hexadecimal, base64 at any offset."""
    found = [text, text.encode().hex()]
    for shift, head in enumerate((0, 2, 3)):  # characters that the bytes before it share
        data = b"\0" * shift + text.encode()
        found.append(base64.b64encode(data).decode()[head:len(data) * 8 // 6])
    assert min(map(len, found)) >= 4, "short ones are found by chance"
    return found


LOOK_FOR = [re.compile(re.escape(spelling.encode()), re.IGNORECASE if index == 0 else 0)
            for marker in (SECRET, PERSON) for index, spelling in enumerate(spellings(marker))]


def erp(receiver_of):
    """What the target says to the n-th record, with the buyer and the keys in it."""
    turns = {}

    def answer(headers, records):
        record = records[0]
        turn, times = turns.setdefault(record["key"], [len(turns), 0])
        turns[record["key"]][1] += 1
        told = json.dumps(record["record"], ensure_ascii=False)
        quote = f"{headers['Authorization']} {PEOPLE['name']}, {PEOPLE['city']}: {told}"
        result = {"key": record["key"], "reason": quote}
        if turn % 6 == 1:
            return 422, {"results": [{**result, "status": "refused"}]}
        if turn % 6 == 2:
            return 200, {"results": [{**result, "status": "retry"}]}
        if turn % 6 == 3 and times == 0:
            return 200, {"results": [{**result, "status": PEOPLE["name"]}]}
        if turn % 6 == 4 and times == 0:
            return 500, quote.encode()
        if turn % 6 == 5 and times == 0:
            return 200, b'{"results": [{"key": "' + quote.encode()
        return None

    return answer


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        cls.place = Deployment(BINARIES, orders=ORDERS, extra=("--auth", "false", "--accounts", "1"))
        cls.addClassCleanup(cls.place.close)
        cls.echo, cls.erp = Echo(cls.place.port), Receiver(SECRETS["WEBHOOK"])
        cls.erp.answer = erp(cls.erp)
        cls.addClassCleanup(cls.echo.close)
        cls.addClassCleanup(cls.erp.close)
        cls.configure()
        cls.said = {}
        cls.live()

    @classmethod
    def configure(cls):
        place = cls.place
        for name, value in SECRETS.items():
            place.environment["T_" + name] = value
        # a sanitizer would forbid dumps by itself, and hide that we do
        place.environment["ASAN_OPTIONS"] = "disable_coredump=0:" + os.environ.get("ASAN_OPTIONS", "")
        with open(os.path.join(place.folder, "session"), "w", encoding="ascii") as file:
            file.write(SECRETS["SESSION"] + "\n")
        accounts = "".join(ACCOUNT.format(name=name, port=cls.echo.port, lwa=lwa, sqs=sqs, queue=queue)
                           for name, lwa, sqs, queue in (
                               ("shop", "/auth/o2/token", "", "q1"),
                               ("nologin", "/refuse/token", "", "none"),
                               ("noaws", "/auth/o2/token", "/refuse", "q1")))
        with open(place.config, "w", encoding="utf-8") as file:
            file.write("state: state\nheartbeat_ms: 200ms\naccounts:\n" + accounts +
                       TARGET.format(url=cls.erp.url))

    @classmethod
    def live(cls):
        """Everything happens, and all that is said meanwhile is kept."""
        place = cls.place
        place.ask("/sim/start", "POST")
        place.up("--first")
        cls.listeners = [subprocess.Popen(
            [place.path("waybill"), "tail", *words], env=place.environment, cwd=place.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for words in ((), ("--json",))]
        cls.reader = bus_reader and bus_reader.Reader(["ipc://" + place.state("run", "broker")])
        cls.wait_until_quiet()
        cls.crash()
        cls.ask_everything()
        for listener in cls.listeners:
            listener.send_signal(signal.SIGINT)
            cls.said["tail " + " ".join(listener.args[2:])] = listener.communicate(timeout=20)[0]

    @classmethod
    def rows(cls, *words):
        answer = cls.place.told("parked", "list", *words)
        return [row for process in answer["processes"] for row in process.get("rows", [])]

    @classmethod
    def wait_until_quiet(cls):
        """All orders are somewhere, and each way to refuse was taken."""
        wait_for("each way to refuse at the source",
                 lambda: {"account", "refused order", "order later", "broken order"} <=
                 set(cls.echo.quoted), 60)
        wait_for("parked at poller, enricher and pusher",
                 lambda: {"malformed", "refused", "attempts"} <=
                 {row["reason"].split(":")[0] for row in cls.rows()}, 90)
        wait_for("orders at the target", lambda: len(cls.erp.records) > ORDERS / 3, 60)
        for account in ("nologin", "noaws"):
            wait_for(f"{account} to be stopped", lambda: cls.stopped(account), 40)

    @classmethod
    def stopped(cls, account):
        """Asked for a list it needs a token."""
        if re.search(rf"{account} +amazon +stopped", cls.place.waybill_any("status")):
            return True
        cls.place.waybill_ended("sync", account, "orders.sync", "--full")
        return False

    @classmethod
    def crash(cls):
        pid = cls.place.pid("pusher-1")
        cls.limits = {}
        for name in os.listdir(cls.place.state("run")):
            if name.endswith(".ready"):
                with open(f"/proc/{cls.place.pid(name[:-6])}/limits", encoding="ascii") as file:
                    cls.limits[name] = re.search(r"Max core file size +(\S+)", file.read()).group(1)
        with open(f"/proc/{cls.place.up_process.pid}/limits", encoding="ascii") as file:
            cls.limits["up"] = re.search(r"Max core file size +(\S+)", file.read()).group(1)
        os.kill(pid, signal.SIGABRT)
        wait_for("the end", lambda: not alive(pid))
        wait_for("the next life", lambda: cls.place.pid("pusher-1") not in (None, pid))

    @classmethod
    def ask_everything(cls):
        place = cls.place
        cls.key = next(iter(cls.erp.records))
        parked = cls.rows()
        keys = {cls.key, *(row["record"] for row in parked if row["record"])}
        commands = [("status",), ("orders", "list"), ("parked", "list"), ("ledger",),
                    ("sync", "shop", "orders.sync", "--dry-run"), ("check",), ("version",),
                    *(("orders", "show", key) for key in keys), *(("why", key) for key in keys),
                    *(("parked", "show", row["id"]) for row in parked)]
        for words in commands:
            for form in ((), ("--json",)) if words[0] not in ("check", "version") else ((),):
                ended = place.waybill_ended(*words, *form)
                cls.said[" ".join(words + form)] = (ended.stdout + ended.stderr).encode()

    def clean(self, where, data):
        for pattern in LOOK_FOR:
            match = pattern.search(data)
            if match:
                around = data[max(0, match.start() - 120):match.end() + 60]
                self.fail(f"{where}: {around!r}")

    def test_what_commands_say(self):
        self.assertGreater(len(self.said), 30)
        for command, data in self.said.items():
            self.assertTrue(data.strip(), command)
            self.clean(command, data)

    def test_logs(self):
        names = os.listdir(self.place.state("log"))
        self.assertGreater(len(names), 6)
        for name in names:
            with open(self.place.state("log", name), "rb") as file:
                self.clean(name, file.read())

    def test_the_bus(self):
        if not bus_reader:
            self.fail("python3-zmq is not installed; tools/install test does that")
        heard, end = set(), time.monotonic() + 20
        while self.reader.socket.poll(1000) and time.monotonic() < end:
            frames = self.reader.socket.recv_multipart()
            heard.add(frames[0].decode().split(".")[0])
            for frame in frames:
                self.clean(frames[0].decode(), frame)
            if heard >= {"record", "account", "beat"} and not self.reader.socket.poll(0):
                break
        self.assertLessEqual({"record", "account", "beat"}, heard)

    def test_files(self):
        """Secrets are in no file; people where records are; parked bytes are sealed."""
        stores = 0
        for folder, _, names in os.walk(self.place.state()):
            for name in names:
                path = os.path.join(folder, name)
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    continue
                with open(path, "rb") as file:
                    data = file.read()
                stores += name == "data.mdb"
                for secret in [*SECRETS.values(), TOKEN]:
                    self.assertNotIn(secret.encode(), data, path)
                self.assertNotIn(BROKEN.encode(), data, path)
                if name == "data.mdb" and "keeper" in folder or "monitor" in folder:
                    self.clean(path, data)
        self.assertGreaterEqual(stores, 6)

    def test_modes(self):
        """Nobody else reads or writes any of it."""
        for folder, folders, names in os.walk(self.place.state()):
            for name in [*folders, *names]:
                path = os.path.join(folder, name)
                mode = os.lstat(path).st_mode
                self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, f"{path} {oct(mode)}")

    def test_command_lines(self):
        for pid in [*self.place.pids(), self.place.up_process.pid]:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                self.clean(f"command line of {pid}", file.read())

    def test_no_dumps(self):
        self.assertGreater(len(self.limits), 6)
        self.assertEqual(set(self.limits.values()), {"0"}, self.limits)
        for folder, _, names in os.walk(self.place.folder):
            self.assertEqual([name for name in names if name.startswith("core")], [], folder)

    def test_who_asks_sees(self):
        """Else the rest would find nothing because there is nothing."""
        shown = self.place.waybill("orders", "show", self.key, "--personal").stdout
        for value in [EMAIL, *PEOPLE.values()]:
            self.assertIn(json.dumps(value)[1:-1], shown)
        self.assertEqual(self.erp.records[self.key][1]["ship_to"]["name"], PEOPLE["name"])
        row = next(row for row in self.rows() if row["reason"].startswith("malformed"))
        said = self.place.waybill("parked", "show", row["id"], "--body", "--json").stdout
        body = json.loads(said)["message"]["body_base64"]
        self.assertEqual(base64.b64decode(body).decode(), BROKEN)
        self.assertEqual(self.erp.problems, [])

    def test_reasons_say_that_something_is_hidden(self):
        refused = [row["reason"] for row in self.rows() if row["reason"].startswith("refused")]
        self.assertGreater(len(refused), 2)
        for reason in refused:
            self.assertIn("***", reason)


if __name__ == "__main__":
    unittest.main(verbosity=1)
