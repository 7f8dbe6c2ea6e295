# SPDX-License-Identifier: Apache-2.0
"""Faults of our own: a body that ends its process, one that spins, a slow commit, a wrong clock; a
target where nobody listens. Whatever happens, nothing is lost and nothing is doubled."""
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import unittest

from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 30


class Case(unittest.TestCase):
    def deploy(self, orders=ORDERS, **how):
        place = Deployment(BINARIES, orders=orders, **how)
        self.addCleanup(place.close)
        return place

    def arrived(self, place, count, seconds=60):
        """So many orders are at the target, each revision once and in order."""
        wait_for(f"{count} orders", lambda: place.target().get("records") == count, seconds)
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))

    def ends(self, place, instance):
        """Why it ended uncleanly, each time."""
        with open(place.state(instance + ".unclean"), encoding="ascii") as file:
            return [line.split()[1] for line in file]


class Body(Case):
    """One order ends the process whenever it is taken; it alone is parked, the others arrive."""

    def poison(self, instance, fault, end, **how):
        place = self.deploy(**how)
        place.ask("/sim/target?name=main", "POST")
        place.ask("/sim/start", "POST")
        given = wait_for("the orders", lambda: place.ask("/sim/missing?target=main")["missing"])
        victim = given[7]["id"]
        place.environment["WB_FAULT_ON"] = f"{instance} {fault}:{victim}"
        place.up("--first")
        wait_for("the parking",
                 lambda: "ends the process" in place.waybill_any("parked", "list"), 40)
        self.arrived(place, ORDERS - 1)
        listed = place.waybill("parked", "list").stdout
        self.assertIn("1 shown of 1 parked", listed)
        self.assertIn(victim, listed)
        self.assertIn("ends the process", place.waybill("why", victim).stdout)
        self.told(place, victim, instance)
        self.assertEqual(self.ends(place, instance), [end] * 3)
        self.assertEqual(place.down(), 0)
        del place.environment["WB_FAULT_ON"]
        place.up()
        said = place.waybill("parked", "retry", "--reason", "ends the process").stdout
        self.assertEqual(said, "1 sent again\n")
        self.arrived(place, ORDERS)
        self.assertIn("0 shown of 0 parked", place.waybill("parked", "list").stdout)

    def told(self, place, victim, instance):
        """That it was parked, and at a pusher that a write of it may have left."""
        said = json.loads(place.waybill("why", victim, "--json").stdout)
        at = next(row for row in said["processes"] if row["instance"] == instance)
        if instance == "pusher-1":
            parked = at["parked"][0]
            self.assertTrue(parked["outcome_unknown"])
            self.assertEqual(len(at["targets"]), 1)  # where it is known of at all
            self.assertGreater(at["targets"][0]["mark"]["unknown_revision"], 0)

        def events():
            timeline = json.loads(place.waybill("why", victim, "--json").stdout)["timeline"]
            return [event for row in timeline for event in row.get("events", [])
                    if event["what"] == "parked"]
        self.assertIn("ends the process", wait_for("its event", events)[0]["text"])

    def test_an_enricher_aborts(self):
        self.poison("enricher-1", "abort", "signal-6")

    def test_an_enricher_aborts_at_the_answer_of_a_stored_notice(self):
        self.poison("enricher-1", "abort_late", "signal-6", extra=("--api-delay", "1500ms"))

    def test_a_mapper_aborts(self):
        self.poison("mapper-1", "abort", "signal-6")

    def test_a_pusher_spins(self):
        self.poison("pusher-1", "spin", "watchdog", config=CONFIG + "watchdog_ms: 2s\n")


class Answers(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # pylint: disable=invalid-name
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Target(Case):
    """Nobody listens at the target, then somebody does."""

    @staticmethod
    def held(place):
        said = json.loads(place.waybill("status", "--json").stdout)["processes"]
        return sum(row["stored"] for process in said if process["instance"] == "pusher-1"
                   for row in process["pump"])

    def test_each_turn_of_its_breaker_is_on_the_bus(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        place = self.deploy(config=CONFIG.replace("{port}/erp/main", f"{port}/erp/main"))
        place.up("--first")
        seen = []
        with subprocess.Popen([place.path("waybill"), "tail", "--json"], env=place.environment,
                              cwd=place.folder, text=True, stdout=subprocess.PIPE) as tail:
            self.addCleanup(tail.kill)
            threading.Thread(target=lambda: seen.extend(map(json.loads, tail.stdout)),
                             daemon=True).start()
            # until it hears of one, nobody knows whether it is subscribed
            wait_for("a first event",
                     lambda: place.waybill("sync", "shop", "orders.sync") and seen)
            place.ask("/sim/start", "POST")
            wait_for("the breaker", lambda: "breaker.open" in place.log("pusher-1"))
            wait_for("what is held", lambda: self.held(place) == ORDERS)
            with http.server.ThreadingHTTPServer(("127.0.0.1", port), Answers) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                wait_for("its last turn", lambda: "breaker_closed" in str(seen))
                # and the mapper hears of each, some to a message
                wait_for("their marks", lambda: len(json.loads(place.waybill(
                    "orders", "list", "--status", "synced", "--limit", "100", "--json").stdout)
                    ["records"]) == ORDERS)
                self.assertEqual(self.held(place), 0)
                server.shutdown()
            tail.kill()
        told = [row["event"] for row in seen if row["topic"] == "account.pusher-1"]
        self.assertEqual([event["what"] for event in told],
                         ["breaker_open", "breaker_half_open", "breaker_closed"])
        self.assertEqual({event["operation"] for event in told}, {"records.push"})
        self.assertEqual({event["account"] for event in told}, {"default/erp"})
        self.assertTrue(told[0]["text"])


class Time(Case):
    def test_a_commit_of_four_seconds_in_each_process(self):
        place = self.deploy(extra=("--pace", "30"))  # many commits, not one
        place.environment["WB_FAULT_ON"] = "slow_commit:4000"
        place.up("--first")
        pids = sorted(place.pids())
        place.ask("/sim/start", "POST")
        self.arrived(place, ORDERS, 60)
        longest = [row["longest_commit_us"] for row in
                   json.loads(place.waybill("status", "--json").stdout)["processes"]]
        self.assertGreaterEqual(max(longest), 4000000)
        self.assertEqual(sorted(place.pids()), pids)  # nobody was ended for it

    def test_a_clock_that_is_an_hour_off(self):
        for offset in ("3600", "-3600"):
            with self.subTest(offset):
                place = self.deploy(extra=("--search-lag", "0s"))
                place.environment["WB_CLOCK_OFFSET_S"] = offset
                place.up("--first")
                place.ask("/sim/start", "POST")
                self.arrived(place, ORDERS)
                self.assertEqual(place.down(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
