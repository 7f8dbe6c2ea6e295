# SPDX-License-Identifier: Apache-2.0
"""Each command with wrong words, with nobody there, with half of the processes gone."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from deployment import CONFIG, Deployment, alive, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
WAYBILL = os.path.join(BINARIES, "waybill")
NO_ID = "0" * 32


def run(*words, folder=None, environment=None):
    return subprocess.run([WAYBILL, *words], text=True, capture_output=True, timeout=60,
                          cwd=folder, env=environment, check=False)


class Words(unittest.TestCase):
    """Refused before anything is asked."""

    def test_what_is_wrong_is_said(self):
        rows = [
            (("status", "-j"), "there is no option -j"),
            (("status", "--jsn"), "did you mean --json?"),
            (("why", ""), "an empty word"),
            (("version", "x"), "usage: waybill version [--OPTION]"),
            (("run", "--config", "x", "--from-env"), "exclude each other"),
            (("up", "--config", "x", "--from-env"), "exclude each other"),
            (("run", "--config", "x", "--orders", "5"), "--orders is for the simulator"),
            (("run", "--from-env", "--json"), "--json is for the simulator"),
            (("orders", "list", "--status", "creatd"), "did you mean created?"),
            (("sync", "a", "b", "--from", "soon"), "not an ISO 8601 time"),
            (("sync", "a", "b", "--from", "2026-02-02", "--to", "2026-02-01"), "not before --to"),
            (("sync", "a", "b", "--from", "2199-01-01"), "in the future"),
            (("sync", "a", "b", "--to", "2026-01-01"), "--to needs --from"),
            (("sync", "a", "b", "--full", "--from", "2026-01-01"), "--full is everything"),
            (("parked", "list", "extra"), "list takes filters"),
            (("parked", "list", "--all"), "list takes filters"),
            (("parked", "show"), "show takes one ID"),
            (("parked", "look"), "list, show, retry, drop, accept or aside"),
            (("parked", "drop", "--all", "--by", "anna"), "--by goes with accept"),
            (("parked", "drop", "--reason", ""), "need an ID, a filter or --all"),
            (("parked", "retry", NO_ID, "--all"), "exclude each other"),
            (("parked", "drop", "--all", "--reason", "x"), "exclude each other"),
            (("parked", "retry", "12"), "32 hex digits"),
            (("parked", "drop", "--record", "123"), "whole key"),
            (("sim", "--orders", "many"), "not a whole number"),
        ]
        for words, text in rows:
            ended = run(*words)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), words)
            self.assertIn(text, ended.stderr, words)

    def test_what_cannot_be_printed_is_no_success(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            ended = subprocess.run([WAYBILL, "version"], stdout=full, stderr=subprocess.PIPE,
                                   check=False)
        self.assertEqual(ended.returncode, 111)

    def test_help_and_version(self):
        for words in (("-h",), ("help",), ("status", "-h"), ("version", "--help")):
            self.assertEqual(run(*words).returncode, 0, words)
        self.assertEqual(list(json.loads(run("version", "--json").stdout)), ["version"])
        self.assertEqual(run("--version").stdout, run("version").stdout)

    def test_nobody_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("status", folder=folder).returncode, 100)
            with open(os.path.join(folder, "waybill.yaml"), "w", encoding="ascii") as file:
                file.write("accounts: {erp: {connector: webhook, options: "
                           "{url: 'http://127.0.0.1:1/'}}}\n")
            for words in (("status",), ("orders", "list"), ("why", "1"), ("parked", "list"),
                          ("ledger",), ("tail",)):
                ended = run(*words, folder=folder)
                self.assertEqual(ended.returncode, 3, words)
                self.assertIn("nothing runs here", ended.stderr)
            refused = run("up", folder=folder)
            self.assertEqual(refused.returncode, 100)
            self.assertIn("--first", refused.stderr)
            self.assertEqual(os.listdir(folder), ["waybill.yaml"])  # nothing was touched


class Check(unittest.TestCase):
    BAD = ("stat: x\n"
           "accounts:\n"
           "  erp:\n"
           "    connector: webhok\n"
           "  erp2:\n"
           "    connector: webhook\n"
           "    options: {urll: 'http://127.0.0.1:1/', batch: 0, results: perhaps}\n"
           "  shop:\n"
           "    connector: amazon\n"
           "    calls_max: many\n"
           "    streams: {orders.sink: {}}\n"
           "    options:\n"
           "      client_id: ${env:T_NOT_SET}\n"
           "      client_secret: plain\n"
           "routes:\n"
           "  - {to: erpp}\n"
           "  - {from: shop, kind: ordre, to: erp2}\n"
           "stages: {maper: 2}\n")

    def test_many_problems_at_once(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(self.BAD)
            file.flush()
            said = run("check", file.name)
            told = json.loads(run("check", file.name, "--json").stdout)
        self.assertEqual(said.returncode, 100)
        self.assertEqual(said.stdout, "")
        rows = [(1, "'stat'"), (4, "did you mean 'webhook'?"), (7, "did you mean 'url'?"),
                (7, "batch"), (7, "results"), (10, "calls_max"), (11, "did you mean 'orders.sync'?"),
                (13, "T_NOT_SET"), (14, "client_secret"), (16, "did you mean 'erp'?"),
                (17, "'ordre'"), (18, "did you mean")]
        for line, text in rows:
            self.assertTrue([one for one in said.stderr.splitlines()
                             if one.startswith(f"{file.name}:{line}:") and text in one],
                            (line, text, said.stderr))
        self.assertEqual(list(told), ["file", "problems"])
        self.assertEqual(len(told["problems"]), len(said.stderr.splitlines()) - 1)
        for problem in told["problems"]:
            self.assertEqual(list(problem), ["file", "line", "column", "text"])
            self.assertEqual(problem["file"], file.name)

    def test_a_good_one_as_json(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("accounts: {erp: {connector: webhook, options: "
                       "{url: 'http://127.0.0.1:1/'}}}\n")
            file.flush()
            told = json.loads(run("check", file.name, "--json").stdout)
            self.assertIn("nothing is handed on", run("check", file.name).stdout)
        self.assertEqual(list(told), ["file", "problems", "accounts", "tables", "routes", "state",
                                      "stages", "shards"])
        self.assertEqual(told["accounts"], [{"account": "erp", "tenant": "default",
                                             "connector": "webhook", "streams": 0, "reads": [],
                                             "paused": False}])


class Case(unittest.TestCase):
    def deploy(self, **how):
        place = Deployment(BINARIES, **how)
        self.addCleanup(place.close)
        return place


class Asking(Case):
    @classmethod
    def setUpClass(cls):
        cls.place = Deployment(BINARIES, orders=20)
        cls.addClassCleanup(cls.place.close)
        cls.place.up("--first")
        cls.place.ask("/sim/start", "POST")
        wait_for("20 orders", lambda: cls.place.target().get("records") == 20, 60)

    def answer(self, *words, wanted=0):
        return json.loads(self.place.waybill(*words, "--json", wanted=wanted).stdout)

    def test_why_of_what_nobody_knows_is_no_answer(self):
        for words in (("no-such-order",), ("default/shop/order/no-such",), ("x" * 5000,)):
            ended = self.place.waybill("why", *words, wanted=1)
            self.assertIn("nobody knows", ended.stderr)
            self.assertEqual(ended.stdout, "")

    def test_why_as_json_holds_any_key(self):
        told = self.answer("why", 'a/"b\\', wanted=1)
        self.assertEqual(list(told), ["record", "processes", "timeline"])
        self.assertEqual(told["record"], 'a/"b\\')

    def test_an_account_may_be_named_alone(self):
        for words in (("ledger", "--account", "shop"), ("parked", "list", "--account", "erp")):
            self.answer(*words)

        def read(account):
            return self.answer("ledger", "--account", account)["monitors"][0]["total"]["read"]
        wait_for("the ledger", lambda: read("shop") == 20)
        self.assertEqual(read("default/shop"), 20)
        for words in (("ledger", "--account", "shp"), ("parked", "list", "--account", "shp"),
                      ("sync", "shp", "orders.sync")):
            self.assertIn("did you mean shop?", self.place.waybill(*words, wanted=1).stderr)

    def test_parked_under_no_such_id(self):
        for action in ("show", "retry", "drop", "accept"):
            ended = self.place.waybill("parked", action, NO_ID, wanted=1)
            self.assertIn("nothing is parked under this id", ended.stderr)
        for action in ("retry", "drop", "accept"):
            ended = self.place.waybill("parked", action, "--reason", "no such reason", wanted=1)
            self.assertIn("nothing fits", ended.stderr)
        self.assertEqual(self.answer("parked", "retry", NO_ID, wanted=1), {"changed": 0})

    def test_sync_of_what_there_is_not(self):
        self.assertIn("it has orders.queue, orders.sync",
                      self.place.waybill("sync", "shop", "orders", wanted=1).stderr)
        self.assertIn("has no stream",
                      self.place.waybill("sync", "erp", "orders.sync", wanted=1).stderr)
        self.assertIn("is a queue",
                      self.place.waybill("sync", "shop", "orders.queue", wanted=1).stderr)

    def test_a_dry_run_shows_how_it_is_signed_and_no_secret(self):
        shown = self.place.waybill("sync", "shop", "orders.queue", "--dry-run").stdout
        self.assertIn("Authorization: AWS4-HMAC-SHA256 Credential=", shown)
        self.assertIn("SignedHeaders=", shown)
        self.assertRegex(shown, r"Signature=[0-9a-f]{8}\*\*\*\n")
        self.assertNotIn(self.place.environment["T_SECRET_KEY"], shown)
        self.assertFalse(shown.endswith("\n\n"))
        told = self.answer("sync", "shop", "orders.sync", "--dry-run")
        self.assertEqual(list(told), ["ok", "busy", "owns", "text", "request"])
        self.assertIn("x-amz-access-token: ***\n", told["request"])

    def test_tail_is_json_by_line_and_ends_by_a_signal(self):
        path = os.path.join(self.place.folder, "events")
        with open(path, "wb") as file:
            process = subprocess.Popen([WAYBILL, "tail", "--json"], stdout=file,
                                       env=self.place.environment)
        self.addCleanup(process.kill)
        wait_for("an event", lambda: self.place.waybill("sync", "shop", "orders.sync") and
                 os.path.getsize(path), 30)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 0)
        with open(path, encoding="utf-8") as file:
            for line in file:
                self.assertEqual(list(json.loads(line)), ["topic", "event"])


class Ledger(Case):
    def test_the_newest_passes_are_shown(self):
        place = self.deploy(orders=0)
        place.up("--first")

        def runs(limit):
            said = json.loads(place.waybill("ledger", "--json", "--stream", "orders.sync",
                                            "--limit", str(limit)).stdout)
            return said["monitors"][0]["runs"]
        for count in range(1, 4):
            place.waybill("sync", "shop", "orders.sync")
            wait_for("its end", lambda n=count: len([row for row in runs(50) if row["end"]]) == n)
            begun = max(int(row["run"][:8], 16) for row in runs(50))
            wait_for("the next second: ids are in order by it",
                     lambda b=begun: time.time() >= b + 1)
        newest = max(runs(50), key=lambda row: row["start"])
        self.assertEqual([row["run"] for row in runs(1)], [newest["run"]])


class Gaps(Case):
    def test_a_run_from_later_on_leaves_no_gap_unread(self):
        """It does not move the mark up to which all was read."""
        place = self.deploy(orders=0)
        place.up("--first")

        def complete():
            said = json.loads(place.waybill("status", "--json").stdout)["processes"]
            return [stream["complete_utc_us"] for row in said for stream in row.get("streams", [])
                    if stream["stream"] == "orders.sync"][0]

        def ended():
            said = json.loads(place.waybill("ledger", "--json", "--stream", "orders.sync").stdout)
            return [row for row in said["monitors"][0]["runs"] if row["end"]]
        place.waybill("sync", "shop", "orders.sync", "--from",
                      time.strftime("%Y-%m-%d", time.gmtime()))
        wait_for("its end", ended)
        self.assertEqual(complete(), 0)
        place.waybill("sync", "shop", "orders.sync")
        wait_for("its end", complete)
        place.waybill("sync", "shop", "orders.sync", "--from",
                      time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400)))


class Gone(Case):
    def gone(self, place, instance):
        """Its store is not there any more: it refuses to begin anew."""
        os.rename(place.state(instance), place.state(instance) + ".away")
        os.kill(place.pid(instance), signal.SIGKILL)
        wait_for("the refusal", lambda: "refused" in place.log(instance))
        wait_for("its end", lambda: place.pid(instance) is None)

    def test_who_is_not_there_is_named_by_every_command(self):
        place = self.deploy(orders=5)
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("5 orders", lambda: place.target().get("records") == 5, 60)
        self.assertEqual(json.loads(place.waybill("status", "--json").stdout)["silent"], [])
        self.gone(place, "mapper-1")
        begin = time.monotonic()
        told = place.waybill("status", wanted=1)
        self.assertIn("mapper-1  not running  mapper-1 owns no shards", told.stdout)
        self.assertEqual(json.loads(place.waybill("status", "--json", wanted=1).stdout)["silent"],
                         ["mapper-1"])
        for words, code in ((("parked", "list"), 1), (("orders", "list"), 3), (("why", "1"), 3),
                            (("why", "default/shop/order/1", "--json"), 3)):
            self.assertIn("mapper", place.waybill(*words, wanted=code).stderr)
        self.gone(place, "monitor-1")
        self.assertIn("no timeline", place.waybill("why", "default/shop/order/1", wanted=3).stderr)
        self.assertLess(time.monotonic() - begin, 20)  # nobody waits for the dead
        os.kill(place.pid("broker-1"), signal.SIGSTOP)
        os.kill(place.up_process.pid, signal.SIGKILL)
        wait_for("their end", lambda: not [pid for pid in place.pids() if alive(pid)])
        begin = time.monotonic()
        self.assertIn("waybill up", place.waybill("status", wanted=3).stderr)
        self.assertLess(time.monotonic() - begin, 3)

    def test_a_stopped_account_is_exit_code_one_also_as_json(self):
        place = self.deploy(orders=3)
        place.environment["T_CLIENT_SECRET"] = "wrong"
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("the reason", lambda: "stopped" in place.waybill_any("status"), 30)
        place.waybill("status", wanted=1)
        told = json.loads(place.waybill("status", "--json", wanted=1).stdout)
        self.assertTrue([one for row in told["processes"] for one in row["accounts"]
                         if one["suspended"] and one["reason"]])


class Folder(Case):
    """A state folder that cannot be used."""

    def configure(self, place, state):
        with open(place.config, encoding="utf-8") as file:
            text = file.read()
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(text.replace("state: state\n", f"state: {state}\n"))

    def test_what_is_no_folder(self):
        rows = [("/proc/1/x", "cannot be made"), ("waybill.yaml", "is no folder"),
                ("s" * 100, "is longer than 80 bytes")]
        for state, text in rows:
            place = self.deploy(orders=0)
            self.configure(place, state)
            ended = place.waybill("up", "--first", wanted=100)
            self.assertIn(text, ended.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "needs another user")
    def test_of_another_user(self):
        """It was said to be empty, and --first was advised."""
        place = self.deploy(orders=0)
        place.up("--first")
        place.down()
        os.chmod(place.folder, 0o755)
        for words in (["up"], ["status"]):
            ended = subprocess.run([WAYBILL, *words], env=place.environment, cwd=place.folder,
                                   text=True, capture_output=True, user="nobody", group="nogroup",
                                   extra_groups=[], timeout=30, check=False)
            self.assertEqual(ended.returncode, 100)
            self.assertIn("cannot be read: Permission denied", ended.stderr)
            self.assertNotIn("--first", ended.stderr)

    def test_a_full_store_is_told_with_its_limit(self):
        place = self.deploy(orders=0)
        with open(place.config, "a", encoding="utf-8") as file:
            file.write("intake_free_bytes: 16TiB\ncalls_free_bytes: 15TiB\n")
        place.up("--first")
        wait_for("the pressure", lambda: "store full" in place.waybill_any("status"))
        self.assertIn("disk free", place.waybill("status", wanted=1).stdout)
        place.waybill("status", "--json", wanted=1)


class Supervision(Case):
    def start(self, place, stderr=subprocess.DEVNULL):
        return subprocess.Popen([WAYBILL, "up"], env=place.environment, cwd=place.folder,
                                text=True, stdout=subprocess.DEVNULL, stderr=stderr)

    def all_ready(self, place):
        return len([pid for pid in place.pids() if pid and alive(pid)]) == 7

    def test_up_waits_for_a_former_up_that_is_ending(self):
        place = self.deploy(orders=0)
        place.up("--first")
        old = place.up_process
        pusher = place.pid("pusher-1")
        os.kill(pusher, signal.SIGSTOP)  # so that the end takes its time
        old.send_signal(signal.SIGTERM)

        def ending():
            with open(place.state("up.lock"), encoding="ascii") as file:
                return "ending" in file.read()
        wait_for("the word", ending)
        place.up_process = new = self.start(place, subprocess.PIPE)
        with new.stderr:
            self.assertIn(f"waiting for process {old.pid}", new.stderr.readline())
        # from here on nobody reads what it says: no reason to end
        os.kill(pusher, signal.SIGCONT)
        self.assertEqual(old.wait(30), 0)
        wait_for("all of them", lambda: self.all_ready(place))
        self.assertEqual(place.down(), 0)

    def test_up_does_not_wait_for_one_that_runs(self):
        place = self.deploy(orders=0)
        place.up("--first")
        begin = time.monotonic()
        ended = place.waybill("up", wanted=100)
        self.assertIn(f"process {place.up_process.pid}", ended.stderr)
        self.assertLess(time.monotonic() - begin, 10)

    def test_up_right_after_a_killed_one(self):
        place = self.deploy(orders=0)
        place.up("--first")
        old = place.pids()
        place.up_process.kill()
        killed, place.up_process = place.up_process, self.start(place)
        killed.wait()
        wait_for("all of them", lambda: self.all_ready(place) and
                 not set(old) & set(place.pids()))
        self.assertEqual(place.down(), 0)

    def test_an_end_while_orders_flow_takes_no_drain_time(self):
        """What was taken was not told to the queue any more, and the poller waited for that."""
        place = self.deploy(orders=100000, extra=("--pace", "200"))
        place.up("--first")
        place.ask("/sim/start", "POST")
        for _ in range(3):
            count = place.target().get("records", 0)
            wait_for("the flow", lambda n=count: place.target().get("records", 0) > n + 100, 30)
            begin = time.monotonic()
            self.assertEqual(place.down(), 0)
            self.assertLess(time.monotonic() - begin, 7)  # drain_ms is 10 s
            place.up()

    def test_kills_before_it_is_ready_add_up_to_no_pause(self):
        place = self.deploy(orders=0)
        place.up("--first")
        for _ in range(15):
            pid = wait_for("its next life", lambda: place.lives("pusher-1"), 5)[0]
            os.kill(pid, signal.SIGKILL)
            wait_for("its end", lambda p=pid: not alive(p))
        wait_for("it to be ready", lambda: place.pid("pusher-1"), 5)


if __name__ == "__main__":
    unittest.main(verbosity=1)
