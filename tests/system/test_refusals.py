# SPDX-License-Identifier: Apache-2.0
"""A refusal is the record's or the account's: which, and who waits, through the real processes.
The simulator tells which records it refused; what is parked is exactly these."""
import os
import sys
import time
import unittest

from deployment import CONFIG, SHOP, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 30
FAST = "backoff_min_ms: 50ms\n    backoff_max_ms: 200ms\n    "
SOURCE = CONFIG.replace("connector: amazon", FAST + "connector: amazon")
TARGET = CONFIG.replace("connector: webhook", FAST + "connector: webhook")
ALONE = """\
  erp:
    backoff_min_ms: 50ms
    connector: webhook
    options:
      url: http://127.0.0.1:{port}/erp/main
      %s
routes:
  - {{from: shop, kind: order, to: erp}}
"""


class Case(unittest.TestCase):
    def deploy(self, config, orders=ORDERS):
        place = Deployment(BINARIES, orders=orders, config=config)
        self.addCleanup(place.close)
        place.ask("/sim/target?name=main", "POST")
        return place

    @staticmethod
    def victim(place):
        place.ask("/sim/start", "POST")
        return wait_for("the orders", lambda: place.ask("/sim/missing?target=main")["missing"]
                        )[7]["id"]

    @staticmethod
    def refused(place):
        return {row["id"] for row in place.ask("/sim/refused")["refused"]}

    @staticmethod
    def parked(place):
        rows = {}
        for process in place.told("parked", "list")["processes"]:
            for row in process["rows"]:
                rows[row["record"].rsplit("/", 1)[1]] = row["reason"]
        return rows

    def settled(self, place, seconds=40):
        """All that can arrive has; what is parked is the one that was refused."""
        told = wait_for("the others", lambda: self.whole(place), seconds)
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))
        self.assertNotIn(" stopped ", place.waybill("status").stdout)
        parked = self.parked(place)
        self.assertEqual(len(parked), 1)
        return parked

    def whole(self, place):
        told = place.ask("/sim/stats")["targets"]["main"]
        parked = self.parked(place)
        return (told["records"] + len(parked) == ORDERS and
                set(parked) == self.refused(place)) and told

    @staticmethod
    def go(place):
        place.up("--first")
        place.ask("/sim/start", "POST")


class OneRecord(Case):
    def test_a_target_refuses_one(self):
        for status in (403, 404):
            place = self.deploy(TARGET)
            place.ask(f"/sim/target?name=main&status={status}&page=1&bad={self.victim(place)}",
                      "POST")
            self.go(place)
            for reason in self.settled(place).values():
                self.assertRegex(reason, f"^refused: .*HTTP {status}")

    def test_a_source_refuses_one(self):
        place = self.deploy(SOURCE)
        place.ask(f"/sim/orders?status=403&page=1&bad={self.victim(place)}", "POST")
        self.go(place)
        for reason in self.settled(place).values():
            self.assertRegex(reason, "^refused: .*HTTP 403")


class AllRecords(Case):
    def test_a_source_declines_all_for_a_while(self):
        place = self.deploy(SOURCE)
        place.ask("/sim/orders?status=400&bad=none", "POST")
        self.go(place)
        wait_for("the stop", lambda: "in a row" in place.waybill_any("status"), 20)
        time.sleep(3)  # so long it lasts: what is waited for is that nothing is parked meanwhile
        self.assertEqual(self.parked(place), {})
        place.ask("/sim/orders?status=0", "POST")
        wait_for("all", lambda: place.ask("/sim/stats")["targets"]["main"]["records"] == ORDERS, 60)
        self.assertEqual(self.parked(place), {})

    def test_a_target_declines_all_for_a_while(self):
        place = self.deploy(TARGET)
        place.ask("/sim/target?name=main&status=422", "POST")
        self.go(place)
        wait_for("the stop", lambda: "in a row" in place.waybill_any("status"), 20)
        wait_for("those that were first", lambda: self.parked(place) == {}, 20)
        place.ask("/sim/target?name=main&status=0", "POST")
        wait_for("all", lambda: place.ask("/sim/stats")["targets"]["main"]["records"] == ORDERS, 60)
        self.assertEqual(self.parked(place), {})


class Alone(Case):
    def test_who_waits_hears_which_record_it_is_and_a_person_sets_it_aside(self):
        place = self.deploy(SHOP + ALONE % "", orders=1)
        place.ask("/sim/target?name=main&status=403", "POST")
        self.go(place)
        line = wait_for("the stop", lambda: [
            line for line in place.waybill_any("status").splitlines() if "first for" in line], 20)[0]
        key = line.rsplit("first for ", 1)[1].strip()
        told = place.waybill("why", key).stdout
        self.assertIn(f"waybill parked aside --record {key}", told)
        self.assertIn("HTTP 403", told)
        self.assertIn("0 shown", place.waybill("parked", "list").stdout)
        self.assertEqual(place.waybill("parked", "aside", "--record", key).stdout, "1 set aside\n")
        self.assertEqual(list(self.parked(place).values())[0].split(":")[0], "set aside by hand")
        place.waybill("parked", "aside", "--record", key, wanted=1)
        place.waybill("parked", "aside", wanted=2)

    def test_a_question_tells(self):
        place = self.deploy(SHOP + ALONE % "ask_url: http://127.0.0.1:{port}/sim/stats", orders=1)
        place.ask("/sim/target?name=main&status=403", "POST")
        self.go(place)
        wait_for("it to be parked", lambda: self.parked(place), 20)
        self.assertNotIn(" stopped ", place.waybill("status").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
