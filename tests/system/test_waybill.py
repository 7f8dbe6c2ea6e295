# SPDX-License-Identifier: Apache-2.0
"""The command as people and scripts use it, with the real executables."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from deployment import CONFIG, Deployment, alive, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
SOURCES = sys.argv.pop(1)
WAYBILL = os.path.join(BINARIES, "waybill")


def run(*words, environment=None, folder=None):
    return subprocess.run([WAYBILL, *words], text=True, capture_output=True, timeout=120,
                          env=environment, cwd=folder, check=False)


class Words(unittest.TestCase):
    def test_help_and_version_of_everything(self):
        self.assertEqual(run("version").returncode, 0)
        listed = run("--help")
        self.assertEqual(listed.returncode, 0)
        for line in listed.stdout.split("\n\n")[2].splitlines():
            name = line.split()[0]
            if name not in ("sim", "version"):
                helped = run(name, "--help")
                self.assertEqual(helped.returncode, 0, name)
                self.assertIn("--help", helped.stdout)

    def test_wrong_words(self):
        rows = [
            ((), "usage"),
            (("statsu",), "did you mean status"),
            (("up", "--confg"), "did you mean --config"),
            (("up", "--config"), "needs a value"),
            (("run", "--orders", "many"), "not a whole number"),
            (("run", "--orders=-1"), "outside 0"),
            (("sync", "shop"), "usage"),
            (("orders", "find"), "usage"),
            (("parked", "drop"), "need an ID, a filter or --all"),
            (("tail", "--topic", "weather"), "no class weather"),
        ]
        for words, text in rows:
            ended = run(*words)
            self.assertEqual(ended.returncode, 2, words)
            self.assertIn(text, ended.stderr)


class Check(unittest.TestCase):
    def check(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            return run("check", file.name), file.name

    def test_all_problems_with_lines(self):
        ended, name = self.check("stat: x\naccounts:\n  erp:\n    connector: webhok\n"
                                 "routes:\n  - {to: erpp}\n")
        self.assertEqual(ended.returncode, 100)
        self.assertEqual(ended.stderr.splitlines()[:3], [
            f"{name}:1:1: unknown key 'stat': did you mean 'state'?",
            f"{name}:4:5: accounts.erp.connector: 'webhok' is not known: did you mean 'webhook'?",
            f"{name}:6:6: routes[0]: 'erpp' is not known: did you mean 'erp'?"])

    def test_all_problems_of_one_account_with_lines(self):
        ended, name = self.check(
            "accounts:\n  shop:\n    connector: amazon\n    options:\n      endpoint: host\n"
            "      queue_url: sqs\n      included_data: buyer\n      orders_api: v0\n"
            "      client_id: c\n      client_secret: plain\n      refresh_token: ${env:PATH}\n"
            "      visibilty: 5s\n")
        self.assertEqual(ended.returncode, 100)
        options = "accounts.shop.options"
        told = ended.stderr.splitlines()
        rows = [(5, ".endpoint: has no scheme: begin"), (6, ".queue_url: has no scheme: begin"),
                (6, ".queue_url: needs aws_access_key_id"), (7, ".included_data: words in"),
                (8, ".orders_api: v0 needs"), (10, ".client_secret: is a secret"),
                (12, ": unknown key 'visibilty': did you mean 'visibility'?")]
        self.assertEqual(told[-1], f"{len(rows)} problems")
        for line, (number, text) in zip(told, rows, strict=False):
            self.assertTrue(line.startswith(f"{name}:{number}:7: {options}{text}"), line)

    def test_no_problems(self):
        ended, _ = self.check("accounts: {erp: {connector: webhook, options: "
                              "{url: 'http://127.0.0.1:1/'}}}\n")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("no problems", ended.stdout)

    def test_the_reference_is_what_the_tables_say(self):
        with open(os.path.join(SOURCES, "docs/configuration.md"), encoding="utf-8") as file:
            self.assertEqual(run("check", "--reference").stdout, file.read())


class Environment(unittest.TestCase):
    def test_every_missing_variable_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = run("up", "--from-env", environment={"AWS_REGION": "eu-west-1"},
                        folder=folder)
            self.assertEqual(ended.returncode, 100)
            for name in ("SP_API_CLIENT_ID", "SQS_QUEUE_URL", "AWS_ACCESS_KEY_ID"):
                self.assertIn(name, ended.stderr)
            self.assertNotIn("AWS_REGION", ended.stderr)

    def test_orders_flow_from_a_dotenv_file_alone(self):
        place = Deployment(BINARIES, orders=20)
        try:
            host = f"http://127.0.0.1:{place.port}"
            values = {name: place.environment["T_" + name] for name in
                      ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "ACCESS_KEY", "SECRET_KEY")}
            with open(os.path.join(place.folder, ".env"), "w", encoding="utf-8") as file:
                file.write(f"SP_API_CLIENT_ID={values['CLIENT_ID']}\n"
                           f"AMAZON_CLIENT_SECRET='{values['CLIENT_SECRET']}'\n"
                           f"export SP_API_REFRESH_TOKEN=\"{values['REFRESH_TOKEN']}\"\n"
                           f"AWS_ACCESS_KEY_ID={values['ACCESS_KEY']}\n"
                           f"AWS_SECRET_ACCESS_KEY={values['SECRET_KEY']}\n"
                           f"SQS_QUEUE_URL={host}/000000000000/q1\nAWS_REGION=us-east-1\n"
                           f"SP_API_ENDPOINT={host}\nLWA_ENDPOINT={host}/auth/o2/token\n"
                           f"AWS_ENDPOINT_URL_SQS={host}\nERP_WEBHOOK_URL={host}/erp/main\n")
            place.up("--from-env", "--first")
            place.ask("/sim/start", "POST")
            wait_for("20 orders", lambda: place.target().get("records") == 20, 60)
            with open(place.state("waybill.yaml"), encoding="utf-8") as file:
                written = file.read()
            for value in values.values():
                self.assertNotIn(value, written)
            # a client without any of the secrets finds its way
            del place.environment["WAYBILL_CONFIG"]
            place.waybill("status")
            self.assertEqual(place.down(), 0)
        finally:
            place.close()


class Run(unittest.TestCase):
    KEYS = ["read", "handed_on", "unchanged", "stale", "merged", "filtered", "parked", "held",
            "lost", "seconds", "target"]

    def until_done(self, *words):
        ended = run("run", "--until-done", "--json", *words)
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        told = json.loads(ended.stdout.splitlines()[-1])
        self.assertEqual(list(told), self.KEYS)
        self.assertEqual(told["read"], sum(told[key] for key in self.KEYS[1:8]))
        for key in ("held", "lost", "parked"):
            self.assertEqual(told[key], 0)
        self.assertEqual(told["target"]["repeated"] + told["target"]["older_after_newer"], 0)
        return told

    def test_until_done(self):
        self.assertEqual(self.until_done("--orders", "200")["target"]["records"], 200)

    def test_several_of_each(self):
        told = self.until_done("--orders", "200", "--changes", "2", "--accounts", "3", "--pollers",
                               "2", "--enrichers", "2", "--mappers", "2", "--pushers", "2")
        self.assertEqual(told["target"]["records"], 200)
        self.assertEqual(told["read"], 600)

    def test_a_bad_day_outside(self):
        told = self.until_done("--orders", "200", "--changes", "2", "--faults",
                               "429@orders=0.05,5xx@orders=0.05,cut_after@erp=0.05,half@erp=0.05,"
                               "notice_double=0.1,notice_reorder=0.1")
        self.assertEqual(told["target"]["records"], 200)

    def test_interrupted_it_ends_cleanly(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen([WAYBILL, "run", "--state", folder], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            pusher = os.path.join(folder, "run/pusher-1.ready")
            wait_for("the start", lambda: os.path.exists(pusher) and os.path.getsize(pusher) and
                     os.path.exists(os.path.join(folder, "log/pusher-1.log")))
            with open(pusher, encoding="ascii") as file:
                pid = int(file.read())
            wait_for("some work", lambda: os.path.exists(os.path.join(folder, "sim.ready")))
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode in (0, 1), True)
            self.assertFalse(alive(pid), out)


    def test_interrupted_it_gives_no_more_and_counts_what_got_through(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen([WAYBILL, "run", "--state", folder, "--json"], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.addCleanup(process.kill)
            ready = os.path.join(folder, "sim.ready")
            wait_for("the simulator", lambda: os.path.exists(ready))
            with open(ready, encoding="ascii") as file:
                url = f"http://127.0.0.1:{json.load(file)['port']}/sim/stats"

            def given():
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return json.load(answer)["given"]
            wait_for("some orders", lambda: given() > 20)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
            told = json.loads(out.splitlines()[-1])
            self.assertEqual(process.returncode, 0)
            self.assertGreater(told["read"], 20)
            self.assertEqual((told["read"], told["lost"]), (told["target"]["records"], 0))


class Up(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # a new store proves no burst: the first list would wait for minutes
        unlimited = CONFIG.replace("connector: amazon\n", "connector: amazon\n    limits: false\n")
        cls.place = Deployment(BINARIES, orders=60, extra=("--changes", "1"),
                               config=unlimited + "stages: {{mapper: 2}}\n")
        cls.addClassCleanup(cls.place.close)
        cls.place.up("--first")
        cls.place.ask("/sim/start", "POST")
        wait_for("60 orders", lambda: cls.place.target().get("records") == 60 and
                 not cls.place.target()["missing"], 60)

    def answer(self, *words, wanted=0):
        return json.loads(self.place.waybill(*words, "--json", wanted=wanted).stdout)

    def key(self):
        return self.answer("orders", "list", "--limit", "1")["records"][0]["record"]

    def test_status(self):
        said = {row["instance"]: row for row in self.answer("status")["processes"]}
        self.assertEqual(sorted(said), ["enricher-1", "keeper-1", "mapper-1", "mapper-2",
                                        "monitor-1", "poller-1", "pusher-1"])
        self.assertTrue(all(row["ready"] for row in said.values()))
        table = self.place.waybill("status").stdout
        self.assertIn("default/shop", table)

    def test_orders_and_why(self):
        key = self.key()
        shown = self.answer("orders", "show", key)
        self.assertEqual(shown["record"], key)
        bare = key.rsplit("/", 1)[1]
        self.assertEqual(self.answer("orders", "show", bare)["record"], key)
        told = self.place.waybill("why", bare).stdout
        self.assertIn(key, told)
        self.assertIn("nothing holds it", told)
        self.assertEqual(self.answer("why", bare)["record"], key)
        wait_for("the timeline", lambda: "delivered" in self.place.waybill("why", key).stdout)
        self.place.waybill("orders", "show", "no-such-order", wanted=1)
        self.place.waybill("why", "no-such-order", wanted=1)

    def test_a_list_goes_on_behind_a_key_whoever_it_came_from(self):
        found, words = [], ["--limit", "7"]
        while True:
            page = self.answer("orders", "list", *words)
            self.assertLessEqual(len(page["records"]), 7)
            found += [row["record"] for row in page["records"]]
            if "next" not in page:
                break
            words = ["--limit", "7", "--after", page["next"]]
        self.assertEqual(len(found), 60)
        self.assertEqual(len(set(found)), 60)

    def test_no_personal_data_unless_asked_for(self):
        key = self.key()
        hidden = json.dumps(self.answer("orders", "show", key))
        asked = json.dumps(self.answer("orders", "show", key, "--personal"))
        self.assertLess(len(hidden), len(asked))

    def test_parked(self):
        self.assertIn("0 shown of 0 parked", self.place.waybill("parked", "list").stdout)
        self.place.waybill("parked", "show", "00" * 16, wanted=1)
        self.assertEqual(self.answer("parked", "retry", "--all", wanted=1), {"changed": 0})

    def test_sync(self):
        wrong = self.place.waybill("sync", "shop", "orders.nothing", wanted=1)
        self.assertIn("has no stream", wrong.stderr)
        shown = self.place.waybill("sync", "shop", "orders.sync", "--dry-run").stdout
        self.assertIn("/orders/2026-01-01/orders", shown)
        self.assertNotIn(self.place.environment["T_CLIENT_SECRET"], shown)

    def test_a_full_run_that_was_asked_for_reads_to_its_end(self):
        def ended():
            for row in self.answer("status")["processes"]:
                for stream in row.get("streams", []):
                    if stream["stream"] == "orders.sync":
                        return stream["complete_utc_us"] and not stream["running"]
            return False
        self.place.waybill("sync", "shop", "orders.sync", "--full")
        wait_for("its end", ended, 60)

    def test_tail(self):
        process = subprocess.Popen(
            [WAYBILL, "tail", "--json", "--count", "1", "--topic", "run"], text=True,
            env=self.place.environment, stdout=subprocess.PIPE)
        try:
            # the subscription takes its time: a run begins again and again until it was heard
            wait_for("an event", lambda: process.poll() is not None or
                     self.place.waybill("sync", "shop", "orders.sync") and None, 30)
            out, _ = process.communicate(timeout=10)
        finally:
            process.kill()
        event = json.loads(out.splitlines()[0])
        self.assertTrue(event["topic"].startswith("run"))
        self.assertIn("outcomes", event["event"])

    def test_one_up_for_a_state_folder(self):
        second = self.place.waybill("up", wanted=100)
        self.assertIn("another `waybill up` runs", second.stderr)

    def test_a_killed_process_is_back_within_a_second(self):
        before = self.place.pid("pusher-1")
        os.kill(before, signal.SIGKILL)
        wait_for("its successor", lambda: self.place.pid("pusher-1") not in (None, before), 5)


class Life(unittest.TestCase):
    def test_new_state_needs_first_and_restart_does_not(self):
        place = Deployment(BINARIES, orders=10)
        try:
            refused = place.waybill("up", wanted=100)
            self.assertIn("--first", refused.stderr)
            self.assertEqual(place.waybill("status", wanted=3).returncode, 3)
            place.up("--first")
            pids = place.pids()
            self.assertEqual(place.down(), 0)
            self.assertFalse([pid for pid in pids if alive(pid)])
            place.up()
            place.ask("/sim/start", "POST")
            wait_for("10 orders", lambda: place.target().get("records") == 10, 60)
            self.assertEqual(place.down(), 0)
        finally:
            place.close()

    def test_a_process_that_refused_may_try_again_after_a_reload(self):
        place = Deployment(BINARIES, orders=10)
        try:
            place.up("--first")
            mapper = place.state("mapper-1")
            os.rename(mapper, mapper + ".away")  # its store is gone: it must not begin anew
            os.kill(place.pid("mapper-1"), signal.SIGKILL)
            wait_for("the refusal", lambda: "start.refused" in place.log("mapper-1"))
            # it may be closing files yet: nothing is moved under its hands
            wait_for("its end", lambda: not place.lives("mapper-1") and not place.pid("mapper-1"))
            for name in os.listdir(mapper):
                os.unlink(os.path.join(mapper, name))
            os.rmdir(mapper)
            os.rename(mapper + ".away", mapper)
            place.up_process.send_signal(signal.SIGHUP)
            wait_for("all of them", lambda: len([p for p in place.pids() if p]) == 7, 30)
            place.ask("/sim/start", "POST")
            wait_for("10 orders", lambda: place.target().get("records") == 10, 60)
        finally:
            place.close()

    def test_nothing_outlives_a_killed_up(self):
        place = Deployment(BINARIES, orders=10)
        try:
            place.up("--first")
            pids = place.pids()
            self.assertEqual(len(pids), 7)
            place.up_process.kill()
            place.up_process.wait()
            wait_for("their end", lambda: not [pid for pid in pids if alive(pid)], 10)
        finally:
            place.close()

    def test_refused_credentials_stop_the_account_alone(self):
        place = Deployment(BINARIES, orders=10)
        try:
            place.environment["T_CLIENT_SECRET"] = "wrong"
            place.up("--first")
            place.ask("/sim/start", "POST")
            stopped = wait_for("the reason", lambda: [
                line for line in place.waybill_any("status").splitlines()
                if "default/shop" in line and "stopped" in line], 30)
            self.assertTrue(stopped[0])
            self.assertEqual(place.down(), 0)
        finally:
            place.close()


if __name__ == "__main__":
    unittest.main(verbosity=1)
