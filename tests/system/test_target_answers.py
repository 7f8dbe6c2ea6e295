# SPDX-License-Identifier: Apache-2.0
"""What a target may answer, one after the other, and what follows each: by docs/webhook.md,
through the real processes. Counted by the target: nothing is lost, repeated or out of order."""
import json
import os
import sys
import unittest

from deployment import SHOP, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 12
FAST = "backoff_min_ms: 50ms\nbackoff_max_ms: 200ms\n"
PATIENT = FAST + "attempts_max: 1000\n"
RESULTS = "results: true\n"
BATCH = "batch: 10\nin_flight: 1\n"
PARK = "after_unknown: park\n"
PROBE = ("after_unknown: probe\nsettle: 300ms\n"
         "probe_url: http://127.0.0.1:{port}/erp/NAME/records/{{key}}\n")
SIGNED = "secret: ${{env:T_CLIENT_SECRET}}\n"


def config(targets):
    """All orders to each of the targets {name: (options, settings of the account)}."""
    text = SHOP
    for name, (options, account) in targets.items():
        text += f"  {name}:\n    connector: webhook\n"
        text += "".join(f"    {line}\n" for line in account.splitlines())
        text += f"    options:\n      url: http://127.0.0.1:{{port}}/erp/{name}\n"
        text += "".join(f"      {line}\n" for line in options.replace("NAME", name).splitlines())
    return text + "routes:\n" + "".join(
        f"  - {{{{from: shop, kind: order, to: {name}}}}}\n" for name in targets)


class Case(unittest.TestCase):
    def deploy(self, targets, *extra, levers=None, orders=ORDERS):
        """Not up yet; `levers`: what a target is told to do, {name: query}."""
        place = Deployment(BINARIES, orders=orders, extra=extra, config=config(targets))
        self.addCleanup(place.close)
        for name in targets:
            self.lever(place, name, (levers or {}).get(name, ""))
        return place

    @staticmethod
    def lever(place, name, query):
        place.ask(f"/sim/target?name={name}" + (query and "&" + query), "POST")

    @staticmethod
    def well(place, *names):
        """The targets work again."""
        for name in names:
            place.ask(f"/sim/target?name={name}&status=0&retry_after=0&result=none&bad=none", "POST")
        place.ask("/sim/faults?set=none", "POST")

    @staticmethod
    def told(place, name):
        return place.ask("/sim/stats")["targets"][name]

    def start(self, place):
        place.up("--first")
        place.outlive_backlog()
        place.ask("/sim/start", "POST")

    def arrived(self, place, name, count=ORDERS, seconds=40):
        wait_for(f"{count} orders at {name}",
                 lambda: self.told(place, name)["records"] == count, seconds)
        told = self.told(place, name)
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0), name)

    def tried(self, place, name, times, seconds=20):
        wait_for(f"{times} requests", lambda: self.told(place, name)["requests"] >= times, seconds)

    def pusher(self, place):
        for row in json.loads(place.waybill_any("status", "--json") or "{}").get("processes", []):
            if row["instance"] == "pusher-1":
                return row
        return {}

    def unknown(self, place, name):
        for row in self.pusher(place).get("unknown", []):
            if row["target"].endswith("/" + name):
                return row
        return {"probed": 0, "resent": 0}

    def parked(self, place, count):
        """{target: rows} when so many are parked in all."""
        def rows():
            said = json.loads(place.waybill_any("parked", "list", "--json") or "{}")
            found = [row for answer in said.get("processes", []) for row in answer.get("rows", [])]
            return len(found) >= count and found
        found = wait_for(f"{count} parked", rows, 40)
        self.assertEqual(len(found), count)
        by_target = {}
        for row in found:
            by_target.setdefault(row["account"].split("/")[-1], []).append(row)
        return by_target


class Content(Case):
    """It answers, and refuses the content: of one order, to each target in its own way."""
    ROWS = {  # options, what it is told, a word of the reason
        "inside": (RESULTS, "result=refused", "refused: told to say so"),
        "insidebatch": (RESULTS + BATCH, "result=refused", "refused: told to say so"),
        "batch": (BATCH, "status=422", "HTTP 422"),
        "s400": ("", "status=400", "HTTP 400"),
        "s409": ("", "status=409", "HTTP 409"),
        "s413": (RESULTS, "status=413", "HTTP 413"),
        "s418": ("", "status=418", "HTTP 418"),
        "s422": ("", "status=422", "HTTP 422"),
    }

    def test_one_refused_order_is_parked_and_the_others_arrive(self):
        place = self.deploy({name: (row[0], FAST) for name, row in self.ROWS.items()})
        place.ask("/sim/start", "POST")
        victim = wait_for("the orders", lambda: place.ask(
            "/sim/missing?target=inside")["missing"])[0]["id"]
        for name, (_, told, _) in self.ROWS.items():
            self.lever(place, name, f"{told}&bad={victim}")
        # nobody alone: they all wait there until the others are through
        self.lever(place, "batch", "status=429&retry_after=1&bad=none")
        place.up("--first")
        for name in self.ROWS:
            self.arrived(place, name, 0 if name == "batch" else ORDERS - 1)
        before = self.told(place, "batch")["requests"]
        self.lever(place, "batch", f"status=422&retry_after=0&bad={victim}")
        parked = self.parked(place, len(self.ROWS))
        for name, (_, _, reason) in self.ROWS.items():
            self.arrived(place, name, ORDERS - 1)
            self.assertEqual(len(parked[name]), 1, name)
            self.assertIn(victim, parked[name][0]["record"])
            self.assertIn(reason, parked[name][0]["reason"])
        # ten and two, and the ones of who was refused at the least: it was halved
        self.assertGreater(self.told(place, "batch")["requests"] - before, 3)
        said = place.waybill("why", victim).stdout
        self.assertIn("refused: told to say so", said)
        self.assertIn("HTTP 422", said)
        self.well(place, *self.ROWS)
        place.waybill("parked", "retry", "--all")
        for name in self.ROWS:
            self.arrived(place, name)

    def test_a_200_that_is_not_read_is_done(self):
        place = self.deploy({"main": ("", FAST)}, levers={"main": "result=refused"})
        self.start(place)
        wait_for("all", lambda: self.pusher(place).get("delivered") == ORDERS)
        self.assertEqual(self.told(place, "main")["records"], 0)

    def test_records_that_are_told_to_wait(self):
        place = self.deploy({"main": (RESULTS, PATIENT), "short": (
            RESULTS, FAST + "attempts_max: 3\n")}, levers={"main": "result=retry",
                                                           "short": "result=retry"})
        self.start(place)
        self.tried(place, "main", 3 * ORDERS)
        self.well(place, "main")
        self.arrived(place, "main")
        self.assertEqual(self.unknown(place, "main")["resent"], 0)
        for row in self.parked(place, ORDERS)["short"]:  # attempts come to an end
            self.assertIn("retry: told to say so", row["reason"])


class Unknown(Case):
    """Nobody knows whether it took effect."""
    CASES = (  # a lever, or a fault
        ("500", "status=500"),
        ("503", "status=503"),
        ("another word", "result=perhaps"),
        ("an answer that cannot be read, all done", "result=unreadable"),
        ("an answer that names nobody, all done", "result=silent"),
        ("half an answer, all done", "half@erp"),
        ("no answer, all done", "mute@erp"),
        ("a late answer, all done", "late@erp"),
        ("cut after it was done", "cut_after@erp"),
        ("cut before", "cut@erp"),
        ("5xx", "5xx@erp"),
    )
    GIVEN = 20000  # more than ever come: what has come when all cases are through is the last

    def strike(self, place, what):
        """It goes wrong from now on; gives back how often it did."""
        if "@" not in what:
            self.lever(place, "main", what)
            return lambda: self.told(place, "main")["requests"]
        place.ask(f"/sim/faults?set={what}=1", "POST")
        return lambda: place.ask("/sim/stats")["faults"].get(what.split("@")[0], 0)

    def each(self, mode, options, followed):
        """Orders come all the time; one case after the other, and a good time between them.
        `followed` counts what follows an unknown outcome. The place, and how many came."""
        place = self.deploy({"main": ("timeout: 300ms\n" + RESULTS + options, PATIENT)},
                            "--erp-mode", mode, "--late", "1s", "--pace", "40",
                            "--erp-secret", "sim-client-1" if SIGNED in options else "",
                            orders=self.GIVEN)
        self.start(place)
        for label, what in self.CASES:
            with self.subTest(label):
                before = followed(place)
                count = self.strike(place, what)
                begun = count()
                wait_for("it to happen", lambda: count() > begun)
                self.well(place, "main")
                wait_for("what follows", lambda: followed(place) > before, 30)
        place.ask("/sim/stop", "POST")
        return place, place.ask("/sim/stats")["given"]

    def all_there(self, place, given):
        self.arrived(place, "main", given, 60)

        def settled():
            pusher = self.pusher(place)
            return pusher.get("delivered", 0) + pusher.get("unchanged", 0)
        wait_for("the end", lambda: settled() == given)
        self.assertEqual(self.told(place, "main")["same_again"], 0)

    def test_it_is_sent_again_under_the_same_key(self):
        self.all_there(*self.each("keyed", "", lambda place: self.unknown(place, "main")["resent"]))

    def test_it_is_probed_first(self):
        """A target that takes whatever comes gets nothing twice."""
        self.all_there(*self.each("probed", PROBE + SIGNED,
                                  lambda place: self.unknown(place, "main")["probed"]))

    def test_it_is_parked(self):
        def parked(place):
            return place.waybill_any("parked", "list", "--limit", "1000").count("outcome unknown: ")
        place, given = self.each("probed", PARK, parked)
        wait_for("the others", lambda: self.pusher(place).get("delivered", 0) == given - parked(
            place), 60)
        self.assertGreaterEqual(parked(place), len(self.CASES))
        self.assertEqual(self.told(place, "main")["repeated"], 0)


class Waiting(Case):
    """Not now."""

    def test_retry_after(self):
        targets = {name: ("in_flight: 1\n" + PARK, FAST + "attempts_max: 2\n")
                   for name in ("s429", "s503")}
        place = self.deploy(targets, levers={
            name: f"status={name[1:]}&retry_after=5" for name in targets})
        self.start(place)
        untried, asked = {}, {}  # when it was not tried yet, by the clock that it goes by

        def tried():
            stats = place.ask("/sim/stats")
            for name in targets:
                asked[name] = stats["targets"][name]["requests"]
                if not asked[name]:
                    untried[name] = stats["now_us"]
            return all(asked.values())
        wait_for("the first of each", tried)
        self.well(place, *targets)
        for name in targets:
            self.arrived(place, name)  # neither parked, nor an attempt too many
            self.assertGreater(self.told(place, name)["first_us"] - untried[name], 4.9e6, name)
        # a 429 is about all of the account's calls
        self.assertEqual(asked["s429"], 1)
        self.assertEqual(self.told(place, "s429")["requests"], 1 + ORDERS)

    def test_408_and_425(self):
        targets = {name: ("", PATIENT) for name in ("s408", "s425")}
        place = self.deploy(targets, levers={name: f"status={name[1:]}" for name in targets})
        self.start(place)
        for name in targets:
            self.tried(place, name, 2 * ORDERS)
        self.well(place, *targets)
        for name in targets:
            self.arrived(place, name)
            self.assertEqual(self.unknown(place, name)["resent"], 0)

    def test_nobody_listens(self):
        other = Deployment(BINARIES, orders=0)
        self.addCleanup(other.close)
        other.sim.kill()  # its port is free, and nobody takes it
        other.sim.wait()
        place = Deployment(BINARIES, orders=ORDERS, config=config(
            {"main": ("", FAST + "attempts_max: 2\n")}).replace(
                "{port}/erp/main", f"{other.port}/erp/main"))
        self.addCleanup(place.close)
        self.start(place)
        victim = wait_for("the orders", lambda: place.ask(
            "/sim/missing?target=main")["missing"])[0]["id"]
        wait_for("the reason", lambda: "Connection refused (attempt 1 of 2)" in
                 place.waybill_any("why", victim))
        late = Deployment(BINARIES, orders=ORDERS, extra=("--port", str(other.port)))
        self.addCleanup(late.close)
        wait_for("them", lambda: late.target().get("records") == ORDERS, 40)
        self.assertEqual(late.target()["repeated"], 0)
        self.assertEqual(self.unknown(place, "main")["resent"], 0)  # nothing had left


class Stops(Case):
    STATUSES = (300, 301, 304, 401, 402, 403, 404, 405, 407, 410, 415, 421)

    def test_what_stops_the_account(self):
        targets = {f"s{status}": ("", FAST) for status in self.STATUSES}
        targets["good"] = ("", FAST)
        place = self.deploy(targets, levers={
            f"s{status}": f"status={status}" for status in self.STATUSES})
        self.start(place)
        self.arrived(place, "good")
        for status in self.STATUSES:
            line = wait_for(f"the stop by {status}", lambda: [
                line for line in place.waybill_any("status").splitlines()
                if f"default/s{status} " in line and "stopped" in line], 30)[0]
            self.assertIn(f"HTTP {status}", line)
            self.assertEqual(self.told(place, f"s{status}")["records"], 0)
        self.assertIn("0 shown of 0 parked", place.waybill("parked", "list").stdout)

    def test_a_wrong_signature(self):
        place = self.deploy({"main": (SIGNED, FAST)}, "--erp-secret", "another")
        self.start(place)
        wait_for("the stop", lambda: [
            line for line in place.waybill_any("status").splitlines()
            if "default/main" in line and "access refused (HTTP 401)" in line], 30)
        self.assertEqual(self.told(place, "main")["records"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
