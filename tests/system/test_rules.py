# SPDX-License-Identifier: Apache-2.0
"""What a rule keeps back waits, whoever is killed, until a person or another table lets it go.

usage: test_rules.py FOLDER_OF_BINARIES
"""
import json
import os
import re
import signal
import sys
import unittest

from deployment import ERP, ROUTES, SHOP, SOURCE, TOP, Deployment, wait_for
from receiver import Receiver

BINARIES = os.path.abspath(sys.argv.pop(1))
RULES = ("tables:\n  holds: {{file: holds.csv}}\n"
         "rules:\n  holds: [{{table: holds}}]\n  warehouses: [{{warehouse: WH-1}}]\n")
ORDERS = 30
HOLD, NONE = "reason,sku\nsomebody looks at it,\n", "reason,sku\nsomebody looks at it,NO-SUCH\n"


class Rules(unittest.TestCase):
    def write(self, place, text):
        path = os.path.join(place.folder, "holds.csv")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def deploy(self):
        place = Deployment(BINARIES, orders=ORDERS, config=TOP + SOURCE + ERP + ROUTES + RULES)
        self.addCleanup(place.close)
        self.write(place, HOLD)
        place.up("--first")
        place.ask("/sim/start", "POST")
        return place

    @staticmethod
    def held(place):
        said = place.told("conflicts")
        return [row for mapper in said["mappers"] for row in mapper["held"]]

    def test_held_released_killed_reloaded_and_all_arrive(self):
        place = self.deploy()
        wait_for("all of them are held", lambda: len(self.held(place)) == ORDERS, 60)
        self.assertEqual(place.target().get("records", 0), 0)
        first = self.held(place)[0]
        self.assertRegex(first["reason"], r"^rule hold: somebody looks at it \(rule 1 \(.*holds\.csv:2\)")
        self.assertEqual(first["wait"], "rule hold")
        self.assertIn(f"{ORDERS} shown of {ORDERS} kept back", place.waybill("conflicts").stdout)
        why = place.waybill("why", first["record"]).stdout
        self.assertRegex(why, r"default/erp +warehouse +WH-1 +rule 1: always")
        self.assertIn("somebody looks at it", why)

        place.waybill("release", first["record"], "--reason", "seen", "--by", "ann")
        wait_for("the released one", lambda: place.target().get("records") == 1)
        wait_for("who released it", lambda: "by ann: seen" in
                 place.waybill("why", first["record"]).stdout)
        self.assertIn("no rule keeps it back",
                      place.waybill("release", first["record"], "--reason", "x", wanted=1).stderr)
        self.assertIn("nobody knows", place.waybill("release", "default/shop/order/none", "--reason",
                                                    "x", wanted=1).stderr)

        before = place.pid("mapper-1")
        os.kill(before, signal.SIGKILL)
        wait_for("another mapper", lambda: place.pid("mapper-1") not in (None, before))
        wait_for("it answers", lambda: len(self.held(place)) == ORDERS - 1)

        self.write(place, NONE)
        did = json.loads(place.waybill("reload", "--json").stdout)["processes"]
        self.assertEqual({row["did"] for row in did}, {"tables"})
        wait_for("all orders", lambda: place.target().get("records") == ORDERS, 60)
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))
        self.assertEqual(self.held(place), [])
        self.assertTrue(re.search('"event":"rules.done"', place.log("mapper-1")))

        self.write(place, HOLD)  # what was delivered is not looked at
        place.waybill("reload")
        self.assertEqual(self.held(place), [])
        self.assertEqual(place.down(), 0)


TARGET = """\
  erp:
    connector: webhook
    retry_parked: {{every: 300ms, during: DURING}}
    options: {{url: "URL", results: true}}
"""


class Unmet(unittest.TestCase):
    """What a target misses that another system brings: it is tried again, and not for ever."""

    def deploy(self, during, tries):
        """An ERP that misses something of one order, so many times."""
        self.asked, self.missed = {}, None
        erp = Receiver()
        self.addCleanup(erp.close)

        def answer(_, records):
            key = records[0]["key"]
            self.missed = self.missed or key
            self.asked[key] = self.asked.get(key, 0) + 1
            if key == self.missed and self.asked[key] <= tries:
                return 200, {"results": [{"key": key, "status": "unmet", "reason": "no such SKU"}]}
            return None

        erp.answer = answer
        place = Deployment(BINARIES, orders=5, config=SHOP + TARGET.replace(
            "URL", erp.url).replace("DURING", during) + ROUTES)
        self.addCleanup(place.close)
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("the others", lambda: len(erp.records) >= 4, 60)
        return place, erp

    @staticmethod
    def parked(place):
        said = place.told("parked", "list")
        return [row for process in said["processes"] for row in process["rows"]]

    def test_it_goes_by_itself_when_it_is_there(self):
        place, erp = self.deploy("1h", 3)
        before = place.pid("pusher-1")
        os.kill(before, signal.SIGKILL)
        wait_for("all", lambda: len(erp.records) == 5, 60)
        wait_for("nothing is parked", lambda: self.parked(place) == [])
        self.assertGreaterEqual(self.asked[self.missed], 4)
        self.assertEqual(len(erp.took), 5)
        self.assertIn("retried", place.waybill("why", self.missed).stdout)
        self.assertEqual(place.down(), 0)

    def test_it_ends_by_itself(self):
        place, erp = self.deploy("1s", 1000)  # three tries fit in
        wait_for("the last try", lambda: [row["times"] for row in self.parked(place)] == [4], 60)
        asked = self.asked[self.missed]
        row = self.parked(place)[0]
        self.assertRegex(row["reason"], "^refused: unmet: no such SKU")
        place.waybill("parked", "retry", row["id"])  # a person may still ask for it
        wait_for("it was asked again", lambda: self.asked[self.missed] > asked)
        self.assertEqual(len(erp.records), 4)
        self.assertEqual(place.down(), 0)


if __name__ == "__main__":
    unittest.main()
