# SPDX-License-Identifier: Apache-2.0
"""A store and a disk that fill up: intake stops, then calls; what is held is worked off when there
is a way out again; nothing is lost and no process ends."""
import json
import os
import re
import signal
import sys
import unittest

from deployment import CONFIG, Deployment, wait_for
from disks import Ballast, own_mounts, small_disk

BINARIES = os.path.abspath(sys.argv.pop(1))
MAP = 320 << 20  # the smallest that is allowed
TITLE = 400000   # bytes of each order
SECOND = """\
  second:
    connector: webhook
    window_msgs: 64
    attempts_max: 1000
    backoff_max_ms: 1s
    options:
      url: http://127.0.0.1:{port}/erp/second
"""
FILLED = """\
map_bytes: 320MiB
intake_free_bytes: 1B
calls_free_bytes: 0
hold_ms: 100ms
"""


def config(second=False, more=FILLED):
    text = CONFIG.replace("connector: webhook\n", "connector: webhook\n    window_msgs: 64\n"
                          "    attempts_max: 1000\n    backoff_max_ms: 1s\n")
    text = text.replace("connector: amazon\n", "connector: amazon\n    window_msgs: 32\n")
    if second:
        text = text.replace("routes:\n", SECOND + "routes:\n"
                            "  - {{from: shop, kind: order, to: second}}\n")
    return text + more


class Full(unittest.TestCase):
    def deploy(self, orders, settings, *extra):
        place = Deployment(BINARIES, orders=orders, extra=extra, config=settings)
        self.addCleanup(place.close)
        return place

    @staticmethod
    def process(place, instance):
        """What it says of itself; {} while it does not answer."""
        said = json.loads(place.waybill_any("status", "--json") or "{}")
        return next((row for row in said.get("processes", []) if row["instance"] == instance and
                     "store" in row), {})

    def pressed(self, place, instance, level):
        """It says so; its store."""
        def look():
            store = self.process(place, instance).get("store", {})
            return store.get("pressure") == level and store
        return wait_for(f"pressure {level} at {instance}", look, 60)

    def arrived(self, place, count, targets):
        def records():
            told = place.ask("/sim/stats")["targets"]
            return [told.get(name, {}).get("records") for name in targets]
        wait_for(f"{count} orders", lambda: records() == [count] * len(targets), 60)
        for row in place.ask("/sim/stats")["targets"].values():
            self.assertEqual((row["repeated"], row["older_after_newer"], row["missing"]),
                             (0, 0, []))

    def reconfigure(self, place, *changes):
        """Each process takes it by draining and starting anew under the same id."""
        begun = {name: place.log(name).count('"event":"ready"') for name in self.instances(place)}
        with open(place.config, encoding="utf-8") as file:
            text = file.read()
        for was, now in changes:
            self.assertIn(was, text)
            text = text.replace(was, now)
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(text)
        place.up_process.send_signal(signal.SIGHUP)
        for name, count in begun.items():
            wait_for("new " + name, lambda: place.log(name).count('"event":"ready"') > count, 40)

    @staticmethod
    def instances(place):
        return [name[:-6] for name in os.listdir(place.state("run"))
                if name.endswith(".ready") and not name.startswith("broker")]

    def told(self, place, key, text):
        """`why` says so."""
        wait_for(text, lambda: re.search(text, place.waybill_any("why", key)), 20)


class Map(Full):
    def test_of_the_pusher_while_its_targets_are_down(self):
        orders, targets = 450, ("main", "second")
        place = self.deploy(orders, config(second=True), "--title", str(TITLE))
        for name in targets:
            place.ask(f"/sim/target?name={name}&status=503", "POST")
        place.up("--first")
        pids = sorted(place.pids())
        place.ask("/sim/start", "POST")
        store = self.pressed(place, "pusher-1", 1)
        wait_for("all of them at the mapper", lambda: self.process(place, "mapper-1").get(
            "outcomes", {}).get("handed_on") == orders, 60)
        # it holds what there is room for, and its senders have the others
        store = self.pressed(place, "pusher-1", 1)
        self.assertGreaterEqual(store["used_bytes"], MAP // 100 * 80)
        self.assertLess(store["used_bytes"], MAP // 100 * 90)
        self.assertEqual(store["map_bytes"], MAP)
        self.assertLess(store["rows"]["jobs"], 2 * orders)
        said = place.waybill_any("status")
        self.assertRegex(said, "pusher-1 +store full")
        self.assertRegex(said, "pusher-1: map used: 8[0-9] %, limit 80: takes nothing new\n")
        # above the second line no call leaves, though the targets are back
        held = place.ask("/sim/missing?target=main")["missing"][0]["id"]
        self.reconfigure(place, ("intake_free", "intake_percent: 60\ncalls_percent: 70\nintake_free"))
        asked = self.requests(place)
        for name in targets:
            place.ask(f"/sim/target?name={name}&status=0", "POST")
        self.pressed(place, "pusher-1", 2)
        self.told(place, held, "our disk or store is full")
        self.assertRegex(place.waybill_any("status"), "pusher-1: .*limit 70: .*makes no calls")
        self.assertEqual(self.requests(place), asked)
        self.reconfigure(place, ("intake_percent: 60\ncalls_percent: 70\n", ""))
        self.arrived(place, orders, targets)
        self.pressed(place, "pusher-1", 0)
        self.assertEqual(sorted(place.pids()), pids)
        self.assertEqual(place.down(), 0)

    @staticmethod
    def requests(place):
        return [row["requests"] for row in place.ask("/sim/stats")["targets"].values()]

    def test_of_the_mapper_by_what_it_keeps(self):
        orders = 800
        place = self.deploy(orders, config(), "--title", str(TITLE))
        place.up("--first")
        pids = sorted(place.pids())
        place.ask("/sim/start", "POST")
        self.pressed(place, "mapper-1", 1)
        wait_for("what it took", lambda: self.process(place, "mapper-1")["outcomes"]["handed_on"] ==
                 place.target()["records"], 60)
        store = self.process(place, "mapper-1")["store"]
        self.assertLess(store["used_bytes"], MAP // 100 * 90)
        self.assertEqual(store["map_bytes"], MAP)
        self.assertLess(place.target()["records"], orders)
        waiting = place.ask("/sim/missing?target=main")["missing"][-1]["id"]
        self.told(place, waiting, "mapper-1 +takes nothing new: map used")
        self.assertRegex(place.waybill_any("status"), "mapper-1 +store full")
        self.reconfigure(place, ("map_bytes: 320MiB", "map_bytes: 640MiB"))
        self.arrived(place, orders, ["main"])
        self.assertEqual(sorted(place.pids()), pids)
        self.assertEqual(place.down(), 0)


@unittest.skipUnless(own_mounts(), "small disks need mounts of our own, which are not allowed here")
class Disk(Full):
    ORDERS = 40

    def on_a_disk(self, orders, mib, settings, *extra):
        place = self.deploy(orders, settings, *extra)
        small_disk(self, place.state(), mib)
        return place, Ballast(place.state())

    def test_intake_and_calls_stop_in_time_and_go_on(self):
        place, ballast = self.on_a_disk(self.ORDERS, 420, config(
            more="map_bytes: 320MiB\nintake_free_bytes: 100MiB\ncalls_free_bytes: 60MiB\n"
                 "hold_ms: 100ms\n"))
        place.ask("/sim/target?name=main&status=503", "POST")
        place.up("--first")
        pids = sorted(place.pids())
        ballast.leave(80)
        self.pressed(place, "poller-1", 1)
        place.ask("/sim/start", "POST")
        wait_for("the stream's reason", lambda: re.search(
            "orders.queue .*pressure", place.waybill_any("status")))
        self.assertRegex(place.waybill_any("status"), "poller-1: disk free: [0-9]+ MiB, limit 100: ")
        # but for those of the receive that was open
        self.assertGreaterEqual(self.notices(place), self.ORDERS - 10)
        ballast.drop()
        wait_for("the held ones", lambda: self.process(place, "pusher-1")["store"]["rows"][
            "jobs"] == self.ORDERS, 40)
        ballast.leave(40)
        self.pressed(place, "pusher-1", 2)
        asked = place.target()["requests"]
        place.ask("/sim/target?name=main&status=0", "POST")
        held = place.ask("/sim/missing?target=main")["missing"][0]["id"]
        self.told(place, held, "our disk or store is full")
        self.assertRegex(place.waybill_any("status"), "pusher-1: .*limit 60: .*makes no calls")
        self.assertEqual(place.target()["requests"], asked)
        ballast.drop()
        self.arrived(place, self.ORDERS, ["main"])
        self.assertEqual(sorted(place.pids()), pids)
        self.assertEqual(place.down(), 0)

    @staticmethod
    def notices(place):
        """In the queue, as it says."""
        told = place.ask("/sim/stats")["notices"]
        return told["visible"] + told["in_flight"]

    def test_one_without_any_room_ends_nobody_and_loses_nothing(self):
        orders = 120
        place, ballast = self.on_a_disk(orders, 420, config(), "--title", str(TITLE), "--pace", "30")
        place.up("--first")
        pids = sorted(place.pids())
        place.ask("/sim/start", "POST")
        wait_for("some orders", lambda: place.target().get("records", 0) >= 10, 40)
        ballast.leave(0)
        self.pressed(place, "mapper-1", 1)
        self.assertLess(place.target()["records"], orders)
        ballast.drop()
        self.arrived(place, orders, ["main"])
        self.assertEqual(sorted(place.pids()), pids)

    def test_no_room_for_a_new_store(self):
        place, _ = self.on_a_disk(1, 20, config())
        ended = place.waybill_ended("up", "--first", "--only", "mapper-1")
        self.assertEqual(ended.returncode, 100, ended.stderr)
        self.assertRegex(ended.stderr, "mapper-1.*full")
        self.assertFalse(os.path.exists(place.state("mapper-1", "data.mdb")))


if __name__ == "__main__":
    unittest.main(verbosity=1)
