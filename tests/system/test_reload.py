# SPDX-License-Identifier: Apache-2.0
"""A configuration in several files is read again while orders flow: new tables in place, anything
else by a drain and a new start."""
import hashlib
import json
import os
import signal
import sys
import unittest

from deployment import ERP, ROUTES, SOURCE, TOP, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
MAIN = TOP + SOURCE + "include: [more/*.yaml]\ntables:\n  skus: {{file: skus.csv, key: sku}}\n"
ACTORS = ("enricher-1", "keeper-1", "mapper-1", "monitor-1", "poller-1", "pusher-1")
ORDERS = 300
OLD, NEW = "sku,master\nA,M1\n", "sku,master\nA,M2\nB,M3\n"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Case(unittest.TestCase):
    def deploy(self):
        place = Deployment(BINARIES, orders=ORDERS, config=MAIN, extra=("--pace", "60"))
        self.addCleanup(place.close)
        os.mkdir(os.path.join(place.folder, "more"))
        self.write(place, "more/erp.yaml", "accounts:\n" + ERP.format(port=place.port) +
                   ROUTES.format())
        self.write(place, "skus.csv", OLD)
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("the first orders", lambda: place.target().get("records", 0) > 10)
        return place

    @staticmethod
    def write(place, name, text):
        path = os.path.join(place.folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    @staticmethod
    def lives(place):
        """Of each process: its number, since when it is that life, and its tables."""
        said = place.told("status")
        return {row["instance"]: (row["pid"], row["started_utc_us"],
                                  [(one["table"], one["rows"], one["digest"])
                                   for one in row["tables"]])
                for row in said["processes"]}

    def reload(self, place, *words, wanted=0):
        """What each process says that it did."""
        ended = place.waybill("reload", "--json", *words, wanted=wanted)
        return {row["instance"]: row for row in json.loads(ended.stdout)["processes"]}

    def did(self, place, word, *words, wanted=0):
        said = self.reload(place, *words, wanted=wanted)
        self.assertEqual({name: row["did"] for name, row in said.items()},
                         {name: word for name in ACTORS})
        return said

    def arrived(self, place):
        wait_for("all orders", lambda: place.target().get("records") == ORDERS, 60)
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))
        self.assertEqual(place.down(), 0)


class Tables(Case):
    def test_new_tables_are_taken_in_place_while_orders_flow(self):
        place = self.deploy()
        before = self.lives(place)
        self.assertEqual(sorted(before), list(ACTORS))
        self.write(place, "skus.csv", NEW)
        self.did(place, "tables")
        after = self.lives(place)
        for name in ACTORS:
            self.assertEqual(before[name][:2], after[name][:2], name)
            self.assertEqual(before[name][2], [("skus", 1, digest(OLD))])
            self.assertEqual(after[name][2], [("skus", 2, digest(NEW))])
            self.assertEqual(place.log(name).count('"event":"tables.changed"'), 1)
            self.assertNotIn('"event":"drain"', place.log(name))
        self.assertLess(place.target()["records"], ORDERS)  # they flowed meanwhile
        self.assertRegex(place.waybill("status").stdout,
                         f"skus +2 +{digest(NEW)} +[0-9]+s +enricher-1 and 5 more")
        self.arrived(place)

    def test_sighup_takes_tables_in_place_as_well(self):
        place = self.deploy()
        before = self.lives(place)
        self.write(place, "skus.csv", NEW)
        place.up_process.send_signal(signal.SIGHUP)
        wait_for("the new table everywhere", lambda: all(
            one[2] == [("skus", 2, digest(NEW))] for one in self.lives(place).values()))
        after = self.lives(place)
        self.assertEqual([before[name][:2] for name in ACTORS],
                         [after[name][:2] for name in ACTORS])
        self.arrived(place)

    def test_a_bad_table_leaves_the_old_one_and_says_where(self):
        place = self.deploy()
        before = self.lives(place)
        self.write(place, "skus.csv", NEW + "A,M4\n")
        self.assertIn("skus.csv:4:1: sku 'A' is given twice (first in line 2)",
                      place.waybill("check", wanted=100).stderr)
        said = self.did(place, "refused", wanted=1)
        for row in said.values():
            self.assertRegex(row["why"], r"skus\.csv:4:1: sku 'A' is given twice")
        self.assertEqual(self.lives(place), before)
        self.write(place, "skus.csv", OLD)
        self.did(place, "nothing")
        self.assertEqual(self.lives(place), before)
        self.arrived(place)

    def test_who_died_in_between_has_the_new_one_and_status_tells_who_has_not(self):
        place = self.deploy()
        self.write(place, "skus.csv", NEW)
        first = place.pid("pusher-1")
        os.kill(first, signal.SIGKILL)
        wait_for("a new pusher", lambda: place.pid("pusher-1") not in (first, None))
        wait_for("its table", lambda: self.lives(place).get("pusher-1", (0, 0, 0))[2] ==
                 [("skus", 2, digest(NEW))])
        self.assertRegex(place.waybill("status", wanted=1).stdout,
                         f"skus +2 +{digest(NEW)} .*pusher-1: not the same as above: reload")
        said = self.reload(place)
        self.assertEqual(sorted(row["did"] for row in said.values()), ["nothing"] + 5 * ["tables"])
        place.waybill("status")
        self.arrived(place)


class More(Case):
    def test_any_other_change_is_a_drain_and_a_new_start(self):
        place = self.deploy()
        before = self.lives(place)
        self.write(place, "skus.csv", NEW)
        self.write(place, "more/limits.yaml", "keep_runs_ms: 20d\n")
        said = self.did(place, "refused", "--tables-only", wanted=1)
        self.assertEqual({row["why"] for row in said.values()}, {"more than tables has changed"})
        self.assertEqual(self.lives(place), before)
        self.did(place, "restart")
        wait_for("new lives", lambda: all(
            name in (now := self.lives(place)) and now[name][1] > before[name][1] and
            now[name][0] == before[name][0] and now[name][2] == [("skus", 2, digest(NEW))]
            for name in ACTORS), 60)
        self.arrived(place)

    def test_nothing_new_is_nothing_unless_it_is_asked_for(self):
        place = self.deploy()
        before = self.lives(place)
        self.did(place, "nothing")
        self.did(place, "nothing", "--tables-only")
        self.assertEqual(self.lives(place), before)
        self.did(place, "restart", "--always")
        wait_for("new lives", lambda: all(
            name in (now := self.lives(place)) and now[name][1] > before[name][1]
            for name in ACTORS), 60)
        self.arrived(place)


if __name__ == "__main__":
    unittest.main()
