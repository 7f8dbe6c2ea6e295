# SPDX-License-Identifier: Apache-2.0
"""Changes of a deployment that lives: a configuration that reaches its processes one by one,
accounts that come and go."""
import json
import os
import re
import shutil
import signal
import sys
import unittest

from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
SHOP = CONFIG[CONFIG.index("  shop:"):CONFIG.index("  erp:")]
ROUTES = CONFIG[CONFIG.index("routes:"):]
WITHOUT = CONFIG.replace(SHOP, "").replace(ROUTES, "")
SHOP_ONLY = CONFIG[:CONFIG.index("  erp:")]
SECOND = """\
  second:
    connector: webhook
    options:
      url: http://127.0.0.1:{port}/erp/second
"""
TWO = CONFIG.replace("routes:\n", SECOND + "routes:\n  - {{from: shop, kind: order, to: second}}\n")


class Case(unittest.TestCase):
    def deploy(self, config, orders=20, extra=()):
        place = Deployment(BINARIES, orders=orders, config=config, extra=extra)
        self.addCleanup(place.close)
        place.up("--first")
        place.ask("/sim/start", "POST")
        return place

    @staticmethod
    def process(place, instance):
        """What it says of itself; {} while it does not answer."""
        said = json.loads(place.waybill_any("status", "--json") or "{}")
        return next((row for row in said.get("processes", []) if row["instance"] == instance), {})

    @staticmethod
    def write(place, config):
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(config.format(port=place.port))

    @staticmethod
    def reload(place, *instances):
        """These processes alone take the configuration as it stands."""
        for name in instances:
            begun = place.log(name).count('"event":"ready"')
            os.kill(wait_for(name, lambda: place.pid(name)), signal.SIGHUP)
            wait_for("new " + name, lambda: place.log(name).count('"event":"ready"') > begun, 40)

    def waits_for_account(self, place, instance, account):
        wait_for(f"{account} at {instance}", lambda: [
            row for row in self.process(place, instance).get("unknown_accounts", [])
            if row["account"] == account], 60)

    @staticmethod
    def parked(place):
        told = json.loads(place.waybill("parked", "list", "--json").stdout)
        return [row for one in told["processes"] for row in one["rows"]]

    def arrived(self, place, count, target="main"):
        wait_for(f"{count} orders at {target}", lambda: place.ask("/sim/stats")["targets"].get(
            target, {}).get("records") == count, 60)
        told = place.ask("/sim/stats")["targets"][target]
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))


class OneByOne(Case):
    """A process that was given the new configuration sends to one that was not yet."""

    def test_messages_of_a_new_account_wait_for_the_processes_that_do_not_know_it_yet(self):
        place = self.deploy(WITHOUT)
        self.write(place, CONFIG)
        self.reload(place, "keeper-1", "poller-1")
        self.waits_for_account(place, "enricher-1", "default/shop")
        said = place.waybill_any("status")
        self.assertRegex(said, "enricher-1: does not know the account default/shop")
        self.reload(place, "enricher-1")
        self.waits_for_account(place, "mapper-1", "default/shop")
        self.reload(place, "mapper-1", "pusher-1")
        self.arrived(place, 20)
        self.assertEqual(self.parked(place), [])
        self.assertNotIn('"event":"parked"', place.log("enricher-1") + place.log("mapper-1"))
        self.assertEqual(place.down(), 0)

    def test_states_for_a_new_target_wait_for_its_pusher(self):
        place = self.deploy(CONFIG, 200, ("--pace", "20"))
        self.write(place, TWO)
        self.reload(place, "mapper-1")
        self.waits_for_account(place, "pusher-1", "default/second")
        self.arrived(place, 200)
        self.assertEqual(self.parked(place), [])
        waiting = self.process(place, "mapper-1")["store"]["rows"]["outbox"]
        self.assertGreater(waiting, 0)
        self.reload(place, "pusher-1")
        self.arrived(place, waiting, "second")
        self.assertEqual(self.parked(place), [])
        self.assertEqual(place.down(), 0)

    def test_what_nobody_adds_is_parked_after_its_time_and_can_be_sent_again(self):
        place = self.deploy(WITHOUT + "unknown_account_ms: 1500ms\n", orders=5)
        self.write(place, CONFIG + "unknown_account_ms: 1500ms\n")
        self.reload(place, "keeper-1", "poller-1")
        rows = wait_for("five parked rows", lambda: len(self.parked(place)) == 5 and
                        self.parked(place), 30)
        for row in rows:
            self.assertEqual(row["account"], "default/shop")
            self.assertRegex(row["reason"], "^account: default/shop is not in the configuration, "
                             "1500 ms after")
        self.reload(place, "enricher-1", "mapper-1", "pusher-1")
        place.waybill("parked", "retry", "--reason", "account")
        self.arrived(place, 5)
        self.assertEqual(self.parked(place), [])
        self.assertEqual(place.down(), 0)


class Gone(Case):
    """An account that leaves the configuration leaves its rows behind."""
    HELD = CONFIG.replace("connector: webhook", "connector: webhook\n    held_rows: 5\n"
                          "    attempts_max: 1000\n    backoff_max_ms: 1s") + "hold_ms: 50ms\ndrain_ms: 500ms\n"

    def strays(self, place, instance):
        return self.process(place, instance).get("strays")

    def reload_all(self, place):
        self.reload(place, "poller-1", "enricher-1", "mapper-1", "pusher-1")

    def left_behind(self, place):
        """The target refused for a while, then its account went; how many rows are where."""
        def rows(instance, table):
            return self.process(place, instance).get("store", {}).get("rows", {}).get(table)
        wait_for("all of them", lambda: self.process(place, "mapper-1").get("outcomes", {}).get(
            "handed_on") == 20, 60)
        wait_for("five held", lambda: (rows("pusher-1", "jobs"), rows("mapper-1", "outbox")) ==
                 (5, 15), 60)
        self.write(place, SHOP_ONLY)
        self.reload_all(place)
        rows = {"account": "default/erp", "configured": False, "stored": 5, "wanted": 0,
                "parked": 0}
        self.assertEqual(self.strays(place, "pusher-1"), [rows])
        self.assertEqual(self.strays(place, "mapper-1"), [dict(rows, stored=0, wanted=15)])
        self.assertRegex(place.waybill_any("status"), "mapper-1: 15 stored and 0 parked rows of "
                         "default/erp, which is not in the configuration")

    def test_its_rows_are_told_of_and_go_on_when_it_is_back(self):
        place = Deployment(BINARIES, orders=20, config=self.HELD)
        self.addCleanup(place.close)
        place.ask("/sim/target?name=main&status=503", "POST")
        place.up("--first")
        place.ask("/sim/start", "POST")
        self.left_behind(place)
        place.ask("/sim/target?name=main&status=0", "POST")
        self.write(place, self.HELD)
        self.reload_all(place)
        self.arrived(place, 20)
        self.assertEqual(self.strays(place, "mapper-1") + self.strays(place, "pusher-1"), [])
        self.assertEqual(place.down(), 0)

    def test_its_rows_go_when_somebody_says_so_and_no_others(self):
        place = Deployment(BINARIES, orders=20, config=self.HELD)
        self.addCleanup(place.close)
        place.ask("/sim/target?name=main&status=503", "POST")
        place.up("--first")
        place.ask("/sim/start", "POST")
        said = place.waybill("parked", "drop", "--stray", "--account", "erp", "--json", wanted=1)
        self.assertEqual(json.loads(said.stdout), {"changed": 0})  # it is configured
        self.left_behind(place)
        drop = ("parked", "drop", "--stray", "--account", "default/erp", "--json")
        self.assertEqual(json.loads(place.waybill(*drop).stdout), {"changed": 20})
        self.assertEqual(json.loads(place.waybill(*drop, wanted=1).stdout), {"changed": 0})
        self.assertEqual(self.strays(place, "mapper-1") + self.strays(place, "pusher-1"), [])
        for name in ("mapper-1", "pusher-1"):
            rows = self.process(place, name)["store"]["rows"]
            self.assertEqual((rows["jobs"], rows["outbox"]), (0, 0), name)
        self.assertEqual(place.down(), 0)

    def test_what_a_poller_keeps_of_it_is_dropped_and_its_ledger_adds_up(self):
        place = self.deploy(WITHOUT)
        self.write(place, CONFIG)
        self.reload(place, "keeper-1", "poller-1")
        self.waits_for_account(place, "enricher-1", "default/shop")
        wait_for("all of them", lambda: self.process(place, "poller-1").get("received") == 20)
        self.write(place, WITHOUT)
        self.reload(place, "poller-1")
        self.assertEqual(self.strays(place, "poller-1"), [
            {"account": "default/shop", "configured": False, "stored": 20, "wanted": 0,
             "parked": 0}])
        place.waybill("parked", "drop", "--stray", "--account", "default/shop")
        self.assertEqual(self.strays(place, "poller-1"), [])

        def total():
            told = json.loads(place.waybill("ledger", "--json").stdout)["monitors"][0]
            return [(run["status"], run["read"], run["parked"], run["open"])
                    for run in told["runs"]]
        wait_for("its end", lambda: total() == [("completed", 20, 20, 0)])
        self.assertEqual(place.down(), 0)


class Lost(Case):
    """A run whose items lay in a store that is gone has ended there, and says so."""

    def ledger(self, place):
        told = json.loads(place.waybill_any("ledger", "--json") or "{}").get("monitors") or [{}]
        return told[0].get("runs", [])

    def queue_run(self, place, status):
        """The run that read the orders, when it stands so."""
        return next((run for run in self.ledger(place) if run["read"] == 20 and
                     run["stream"] == "orders.queue" and run["status"] in status), None)

    def lose(self, place, instance):
        self.assertEqual(place.down(), 0)
        shutil.rmtree(place.state(instance))
        self.write(place, self.FAST)
        place.up("--first")

    def ended(self, place, instance):
        run = wait_for("the end of the run", lambda: self.queue_run(place, ("failed",)))
        self.assertEqual((run["lost"], run["open"], run["held"]), (20, 0, 0))
        self.assertIn(f"the store of {instance}", run["error"])
        total = json.loads(place.waybill("ledger", "--json").stdout)["monitors"][0]["total"]
        self.assertEqual(total["read"], sum(total[name] for name in (
            "handed_on", "unchanged", "stale", "merged", "filtered", "parked", "held", "lost",
            "open")))

    FAST = CONFIG + "queue_run_ms: 1s\ndrain_ms: 500ms\nhold_ms: 50ms\n"

    def begin(self, *instances):
        place = self.deploy(WITHOUT + "queue_run_ms: 1s\ndrain_ms: 500ms\nhold_ms: 50ms\n",
                            extra=("--search-lag", "0s"))
        self.write(place, self.FAST)
        self.reload(place, *instances)
        return place

    def test_what_was_open_in_a_pollers_store(self):
        place = self.begin("keeper-1", "poller-1")
        run = wait_for("the run", lambda: self.queue_run(place, ("running", "settling")))
        self.assertEqual((run["lost"], run["open"]), (0, 20))
        self.lose(place, "poller-1")
        self.ended(place, "poller-1")
        self.assertEqual(place.down(), 0)

    def test_what_was_held_in_an_enrichers_store(self):
        place = self.begin("keeper-1", "poller-1", "enricher-1")
        wait_for("all held", lambda: any(run["held"] == 20 for run in self.ledger(place)), 60)
        self.lose(place, "enricher-1")
        self.ended(place, "enricher-1")
        self.assertEqual(place.down(), 0)


class Asked(Case):
    """Who was told that a run begins can rely on it."""

    def deployed(self, orders, more="", plan=None):
        place = Deployment(BINARIES, orders=orders, extra=("--pace", "50"), config=CONFIG + more)
        self.addCleanup(place.close)
        place.environment["WB_KILL_DIR"] = place.folder
        if plan:
            with open(os.path.join(place.folder, "poller-1"), "w", encoding="ascii") as file:
                file.write(plan)
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("orders", lambda: place.target().get("records"))
        return place, place.pid("poller-1")

    def test_a_run_that_a_crash_took_back_was_told_to_nobody(self):
        # a commit gathers for a second what comes in meanwhile, the run's beginning among it
        place, former = self.deployed(1000, "commit_ms: 1s\n", "poller.run_begins")
        said = place.waybill_ended("sync", "shop", "orders.sync")
        wait_for("the end", lambda: os.path.exists(os.path.join(place.folder, "poller-1.fired")))
        wait_for("the next", lambda: place.pid("poller-1") not in (None, former))
        self.assertNotEqual(said.returncode, 0, said.stdout)
        self.assertNotIn("begins", said.stdout)
        self.assertIn("begins", place.waybill("sync", "shop", "orders.sync").stdout)
        self.assertEqual(place.down(), 0)

    def test_a_run_that_was_told_of_goes_on_after_a_crash(self):
        place, former = self.deployed(5)
        self.assertIn("begins", place.waybill("sync", "shop", "orders.sync").stdout)
        os.kill(former, signal.SIGKILL)
        wait_for("its end", lambda: '"run.read"' in place.log("poller-1"))
        self.assertEqual(place.log("poller-1").count('"run.begin"'), 1)
        self.assertEqual(place.down(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
