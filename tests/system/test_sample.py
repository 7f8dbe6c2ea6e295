# SPDX-License-Identifier: Apache-2.0
"""From the made-up shop to the made-up ERP: a system that is nothing but its connector, its simulated
side and a row, through all the processes.

usage: test_sample.py FOLDER_OF_BINARIES
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

from deployment import TOP, Deployment, wait_for
from sim_client import Sim

BINARIES = os.path.abspath(sys.argv.pop(1))
WORLD = ("--shop", "sample", "--erp", "sample", "--accounts", "2")
ROUTES = 'routes:\n  - {from: "*", kind: order, to: erp}\n'


class World(unittest.TestCase):
    """Two shops and an ERP, all of them made up."""

    erp = {}  # what its account has beside what the world tells

    def configure(self, orders, *extra):
        place = Deployment(BINARIES, orders=orders, extra=(*WORLD, *extra))
        self.addCleanup(place.close)
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(TOP + self.accounts(place) + ROUTES)
        return place

    def deploy(self, orders, *extra):
        place = self.configure(orders, *extra)
        place.up("--first")
        place.ask("/sim/start", "POST")
        return place

    def accounts(self, place):
        """As the world tells them; the secrets are in the environment."""
        text = ""
        for account in place.ask("/sim/setup?target=main")["accounts"]:
            rows = dict(account["options"], **(self.erp if account["name"] == "erp" else {}))
            for name, value in account["secrets"].items():
                place.environment[f"T_{account['name']}_{name}"] = value
                rows[name] = f"${{env:T_{account['name']}_{name}}}"
            text += f"  {account['name']}:\n    connector: {account['connector']}\n    options:\n"
            text += "".join(f"      {name}: {value}\n" for name, value in rows.items())
            text += "    streams:\n" if account["streams"] else ""
            text += "".join(f"      {name}: {{{settings}}}\n"
                            for name, settings in account["streams"].items())
        return text

    def all_newest(self, place, orders):
        wait_for("the newest of all", lambda: place.target().get("newest") == orders, 60)
        told = place.target()
        self.assertEqual((told["records"], told["unmarked"], told["missing"]), (orders, 0, []))
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))
        self.assertEqual(place.down(), 0)


class One(World):
    """One record by its id, of which no list has told: the first one is an hour away."""

    def lone(self):
        place = self.configure(20, "--accounts", "1")
        with open(place.config, encoding="utf-8") as file:
            text = file.read()
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(text.replace("orders: {interval_ms: 1s,", "orders: {interval_ms: 1h,"))
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("all orders", lambda: place.ask("/sim/stats")["done"])
        shop = [account["name"] for account in place.ask("/sim/setup?target=main")["accounts"]
                if account["name"] != "erp"][0]
        return place, shop, [row["id"] for row in place.ask("/sim/missing?target=main")["missing"]]

    @staticmethod
    def arrived(place, count):
        wait_for("what was asked for", lambda: place.target().get("newest") == count)
        told = place.target()
        assert (told["records"], told["repeated"]) == (count, 0), told

    def test_it_is_read_now_and_goes_its_way(self):
        place, shop, orders = self.lone()
        said = json.loads(place.waybill("sync", shop, "order", orders[0], "--json").stdout)
        self.assertEqual((said["ok"], said["outcome"], said["action"]), (True, "handed_on", "created"))
        self.assertEqual(said["record"], f"default/{shop}/order/{orders[0]}")
        self.arrived(place, 1)
        self.assertIn("unchanged", place.waybill("sync", shop, "orders", orders[0]).stdout)
        self.assertIn("created", place.waybill("sync", shop, "order", orders[1]).stdout)
        self.arrived(place, 2)
        gone = place.waybill("sync", shop, "order", "nobody-7", wanted=1)
        self.assertIn(f"no such order at default/{shop}: nobody-7", gone.stderr)
        said = json.loads(place.waybill("sync", shop, "order", "nobody-7", "--json", wanted=1).stdout)
        self.assertEqual((said["ok"], said["outcome"], said["action"]), (False, "absent", None))
        for process in place.told("parked", "list")["processes"]:
            self.assertEqual(process["rows"], [])
        wait_for("its timeline", lambda: "no such order" in place.waybill_any(
            "why", f"default/{shop}/order/nobody-7"))
        self.assertIn("cannot read a single record of kind shipment",
                      place.waybill("sync", "erp", "shipment", "1", wanted=1).stderr)
        self.assertIn("no account", place.waybill("sync", "nowhere", "order", "1", wanted=1).stderr)
        for words in (("sync", shop, "letter", "1"), ("sync", shop, "order", "1", "--full"),
                      ("sync", shop, "orders", "--wait", "5")):
            place.waybill(*words, wanted=2)

    def test_what_was_promised_is_done_once_by_the_next_life(self):
        place, shop, orders = self.lone()
        place.ask("/sim/faults?set=5xx@sample.reads=1", "POST")
        said = place.waybill("sync", shop, "order", orders[0])
        self.assertRegex(said.stdout, "taken, and not through yet: .*(HTTP 50|fails)")
        place.waybill("sync", shop, "order", orders[1], "--wait", "1", wanted=111)
        os.kill(place.pid("enricher-1"), signal.SIGKILL)
        wait_for("its end", lambda: not place.pid("enricher-1"))
        place.ask("/sim/faults?set=none", "POST")
        self.arrived(place, 2)
        said = place.waybill("sync", shop, "order", orders[2], "--wait", "30")
        self.assertIn("created", said.stdout)
        self.arrived(place, 3)


class Sample(World):
    def test_every_order_of_both_shops_arrives(self):
        self.all_newest(self.deploy(40), 40)

    def test_changes_arrive_in_order_in_spite_of_faults(self):
        place = self.deploy(30, "--changes", "2", "--gap", "3", "--pace", "20", "--faults",
                            "5xx=0.05,cut_after@sample.writes=0.1,element_unusable@sample.reads=0.1")
        wait_for("all of them", lambda: place.ask("/sim/stats")["done"], 60)
        place.ask("/sim/faults?set=none", "POST")
        self.all_newest(place, 30)

    def test_what_arrives_is_shipped(self):
        place = self.deploy(20, "--ship-after", "50ms", "--goods", "10")
        wait_for("the shipments", lambda: place.ask("/sim/stats")["works"]["shipments"] == 20, 60)
        works = place.ask("/sim/stats")["works"]
        self.assertEqual((works["listings"], works["stock_wrong"]), (20, 20))  # nobody brings it back
        self.assertEqual(place.down(), 0)


class WrongClient(unittest.TestCase):
    """Whoever brings things to a far end that are wrong is counted, whatever he is told."""

    def setUp(self):
        self.sim = self.enterContext(Sim(os.path.join(BINARIES, "waybill-sim"), *WORLD, "--orders", "10",
                                         "--goods", "5", "--ship-after", "20ms", "--rate-scale", "off"))
        wait_for("the orders", lambda: self.sim.stats()["done"])
        self.ids = {row["number"]: row["id"] for row in self.missing("order")}
        for number in (0, 1):  # of either shop one is ordered, and shipped
            self.put("main", f"/records/k-{number}", 1, record={"seller_order_id": f"S-{number}-v1"})
        wait_for("the shipments", lambda: not self.sim.stats()["story"]["due"])

    def missing(self, kind):
        return [row for row in self.sim.json("GET", "/sim/missing")[1]["missing"] if row["kind"] == kind]

    def put(self, account, path, revision, key="", **more):
        headers = {"Authorization": f"Bearer sample-token-{account}", "Idempotency-Key": key}
        status, said = self.sim.json("PUT", f"/sample/{account}{path}",
                                     json.dumps({"revision": revision, **more}), headers)
        self.assertEqual(status, 200, said)
        return said["result"]

    def ship(self, order, version, revision, key="", of=None):
        return self.put(str(order % 2 + 1), f"/orders/{self.ids[order]}/shipments/H-{order}", revision,
                        key, reference=f"S-{order if of is None else of}-v{version}")

    def counted(self, kind):
        row = self.sim.stats()["story"]["kinds"][kind]
        return {name: count for name, count in row.items() if count and name != "kind"}

    def test_a_shipment_that_comes_once(self):
        self.assertEqual(self.counted("shipments"), {"at_source": 2})
        self.assertEqual(len(self.missing("shipment")), 2)
        self.ship(0, 2, 7)  # the fifths are corrected
        self.ship(1, 1, 7, "k")
        self.assertEqual(self.ship(1, 1, 7, "k"), "unchanged")
        self.assertEqual(self.counted("shipments"), {"at_source": 2, "at_target": 2})
        self.assertEqual(self.missing("shipment"), [])

    def test_a_shipment_that_comes_twice(self):
        self.ship(1, 1, 7, "one key")
        self.ship(1, 1, 7, "another")
        self.assertEqual(self.counted("shipments"), {"at_source": 2, "at_target": 1, "repeated": 1})

    def test_an_older_shipment_after_a_newer(self):
        self.ship(0, 2, 7)
        self.ship(0, 1, 8)
        self.assertEqual(self.counted("shipments"), {"at_source": 2, "older_after_newer": 1})

    def test_a_shipment_that_nobody_made(self):
        self.ship(2, 1, 1)        # its order was not shipped
        self.ship(1, 1, 1, of=0)  # of another order
        self.assertEqual(self.counted("shipments"), {"at_source": 2, "invented": 2})
        self.assertEqual(self.sim.stats()["story"]["invented"], 2)

    def test_stock(self):
        held = {row["id"]: row["newest"] for row in self.missing("stock")}
        self.assertEqual(self.sim.stats()["story"]["stock_wrong"], 10)
        for shop in "12":
            for listing, quantity in held.items():
                self.put(shop, f"/listings/{listing}", 5, "a", quantity=quantity)
        self.assertEqual(self.counted("stock"), {"at_source": 5, "at_target": 5})
        self.assertEqual(self.counted("listings"), {"at_source": 10, "at_target": 10})
        self.put("1", "/listings/L-0", 5, "b", quantity=held["L-0"])      # twice
        self.put("2", "/listings/L-1", 6, quantity=held["L-1"] + 1)       # more than is held now
        self.put("2", "/listings/L-2", 6, quantity=held["L-2"] + 10 ** 6)  # than ever was
        story = self.sim.stats()["story"]
        self.assertEqual((story["stock_wrong"], story["invented"]), (2, 1))
        self.assertEqual(self.counted("listings"), {"at_source": 10, "at_target": 10, "repeated": 1,
                                                    "invented": 1})
        self.assertEqual(self.counted("stock"), {"at_source": 5, "at_target": 3, "repeated": 1,
                                                 "older_after_newer": 2})


class Later(World):
    """An ERP that takes records and does them later, honours no keys and cannot be probed: only
    tickets and attempts tell what became of a write."""

    erp = {"async": "true"}

    def begin(self, orders, *extra, killed_at=None):
        place = self.configure(orders, "--erp-mode", "probed", *extra)
        place.environment["WB_KILL_DIR"] = self.kills = os.path.join(place.folder, "kills")
        os.mkdir(self.kills)
        if killed_at:
            self.plan(killed_at)
        place.up("--first")
        place.outlive_backlog()
        place.ask("/sim/start", "POST")
        return place

    def plan(self, point):
        """Where the pusher's next life ends."""
        with open(os.path.join(self.kills, "pusher-1"), "w", encoding="ascii") as file:
            file.write(point)

    def planned(self, state):
        return os.path.exists(os.path.join(self.kills, "pusher-1." + state))

    @staticmethod
    def tickets(place):
        """How many the pusher has; None when it does not say."""
        said = json.loads(place.waybill_any("status", "--json") or "{}")
        pumps = [row["pump"] for row in said.get("processes", [])
                 if row.get("instance") == "pusher-1" and "pump" in row]
        return sum(account["tickets"] for account in pumps[0]) if pumps else None

    def end(self, place, orders):
        wait_for("all of them", lambda: place.ask("/sim/stats")["done"], 60)
        wait_for("the last ticket", lambda: self.tickets(place) == 0, 60)
        told = json.loads(place.waybill("parked", "list", "--json").stdout)
        self.assertEqual([row for one in told["processes"] for row in one["rows"]], [])
        self.all_newest(place, orders)

    def test_what_is_accepted_is_waited_for(self):
        place = self.begin(40, "--changes", "1", "--gap", "1", "--pace", "40")
        wait_for("tickets", lambda: self.tickets(place))
        self.end(place, 40)

    def test_whoever_is_killed_when(self):
        """Of the pusher's life around a ticket each moment once."""
        points = ["pusher.leaving:2", "pusher.left:1", "pusher.answered:2", "pusher.accepted:3",
                  "pusher.committed:2"]
        place = self.begin(200, "--pace", "10", "--sample-writes-delay", "50ms", killed_at=points[0])
        for point, after in zip(points, points[1:] + [None]):
            wait_for(f"{point} to come", lambda: self.planned("armed") or self.planned("fired"), 30)
            if after:
                self.plan(after)
            wait_for(point, lambda: self.planned("fired"), 30)
            os.unlink(os.path.join(self.kills, "pusher-1.fired"))
        self.end(place, 200)


class Story(unittest.TestCase):
    """`waybill run` between two systems that are named."""

    @staticmethod
    def run_story(*words):
        return subprocess.run([os.path.join(BINARIES, "waybill"), "run", "--until-done", "--json", *words],
                              capture_output=True, text=True, timeout=120, check=False)

    def test_from_the_sample_to_itself_and_to_another(self):
        for story, systems in (("sample", ["sample"] * 3), ("sample-webhook", ["sample"] * 2 + ["webhook"])):
            with self.subTest(story), tempfile.TemporaryDirectory() as state:
                run = self.run_story("--story", story, "--orders", "60", "--changes", "1", "--state", state)
                self.assertEqual(run.returncode, 0, run.stderr)
                with open(os.path.join(state, "waybill.yaml"), encoding="utf-8") as file:
                    self.assertEqual(re.findall(r"connector: (\w+)", file.read()), systems)
                told = json.loads(run.stdout)
                self.assertEqual((told["lost"], told["parked"], told["target"]["records"]), (0, 0, 60))
                self.assertEqual(told["target"]["repeated"], 0)
                self.assertEqual(told["orders"]["at_target"], 60)
                self.assertEqual("shipments" in told, story == "sample")  # another takes orders alone

    def test_a_circle(self):
        """What is ordered is shipped, and the shops hear of it; so they do of what is left."""
        run = self.run_story("--story", "sample", "--orders", "60", "--accounts", "2")
        self.assertEqual(run.returncode, 0, run.stderr)
        told = json.loads(run.stdout)
        for kind, count in (("orders", 60), ("shipments", 60), ("listings", 14), ("stock", 7)):
            self.assertEqual(told[kind], {"at_source": count, "at_target": count, "lost": 0,
                                          "repeated": 0, "older_after_newer": 0}, kind)
        self.assertEqual((told["stock_wrong"], told["invented"], told["parked"], told["held"]), (0, 0, 0, 0))

    def test_nobody_of_that_name(self):
        for story in ("nobody", "webhook", "sample-nobody"):
            run = self.run_story("--story", story, "--orders", "1")
            self.assertEqual(run.returncode, 2, story)
            self.assertRegex(run.stderr, "nobody|gives no orders")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
