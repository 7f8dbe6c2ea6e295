# SPDX-License-Identifier: Apache-2.0
"""Invoices by rule: one for each shipped order, numbered without gaps, whoever is killed.

usage: test_invoices.py FOLDER_OF_BINARIES
"""
import os
import signal
import sys
import unittest

from deployment import TOP, Deployment, wait_for
from receiver import Receiver

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS, KILLS = 60, 4
# The second version of an order is shipped, or cancelled.
WORLD = ("--shop", "sample", "--erp", "sample", "--accounts", "2", "--changes", "1", "--gap", "3",
         "--pace", "20")
OWN = '  own:\n    connector: webhook\n    options: {url: "%s", results: true}\n'
ROUTES = """\
routes:
  - {from: "*", kind: order, to: erp}
"""


class Invoices(unittest.TestCase):
    """Two shops, an ERP that has no invoices, and a system of one's own that takes them."""

    def setUp(self):
        self.own = Receiver()
        self.addCleanup(self.own.close)
        self.place = Deployment(BINARIES, orders=ORDERS, extra=WORLD)
        self.addCleanup(self.place.close)
        self.shops = []
        accounts = "".join(self.account(row)
                           for row in self.place.ask("/sim/setup?target=main")["accounts"])
        routes = "".join(f"  - {{from: {shop}, kind: invoices, to: own}}\n" for shop in self.shops)
        rules = "".join(f"  - {{account: {shop}, prefix: {shop}-, since: 2020-01-01}}\n"
                        for shop in self.shops)
        with open(self.place.config, "w", encoding="utf-8") as file:
            file.write(TOP + accounts + OWN % self.own.url + ROUTES + routes + "invoices:\n" + rules)
        self.place.up("--first")
        self.place.ask("/sim/start", "POST")

    def account(self, account):
        rows = dict(account["options"])
        if account["name"] != "erp":
            self.shops.append(account["name"])
        for name, value in account["secrets"].items():
            self.place.environment[f"T_{account['name']}_{name}"] = value
            rows[name] = f"${{env:T_{account['name']}_{name}}}"
        text = f"  {account['name']}:\n    connector: {account['connector']}\n    options:\n"
        text += "".join(f"      {name}: {value}\n" for name, value in rows.items())
        text += "    streams:\n" if account["streams"] else ""
        return text + "".join(f"      {name}: {{{settings}}}\n"
                              for name, settings in account["streams"].items())

    def invoices(self):
        return {key: row[1] for key, row in self.own.records.items()}

    def all_invoiced(self):
        """How many orders are shipped, when each of them has one."""
        said = self.place.told("records", "list", "--kind", "order", "--limit", "1000")
        rows = said["records"]
        done = [row for row in rows if row["status"] == "invoiced"]
        return len(rows) == ORDERS and not any(row["status"] == "shipped" for row in rows) and \
            len(done) == len(self.own.records) and len(done)

    def test_numbers_have_no_gaps_whoever_is_killed(self):
        for kills in range(KILLS):
            wait_for("some more", lambda: len(self.own.records) >= 8 * kills, 60)
            before = self.place.pid("mapper-1")
            os.kill(before, signal.SIGKILL)
            wait_for("another mapper", lambda: self.place.pid("mapper-1") not in (None, before), 60)
        wait_for("the newest of all orders", lambda: self.place.target().get("newest") == ORDERS, 90)
        shipped = wait_for("an invoice of each that is shipped", self.all_invoiced, 60)
        self.assertGreater(shipped, ORDERS // 2)
        told = self.invoices()
        self.assertEqual({key.split("/")[2] for key in told}, {"invoice"})
        self.assertEqual(len(self.own.took), shipped)  # none was changed, or told twice
        for shop in self.shops:
            mine = {key: told[key] for key in told if key.split("/")[1] == shop}
            self.assertEqual({row["number"] for row in mine.values()},
                             {f"{shop}-{n:06}" for n in range(1, len(mine) + 1)})
            for key, row in mine.items():
                self.assertEqual(row["order_id"], key.split("/")[3])
                self.assertEqual((row["status"], row["type"]), ("issued", "invoice"))
                self.assertTrue(row["lines"] and row["total"])
        one = next(iter(told)).replace("/invoice/", "/order/")
        wait_for("who asks is told", lambda: "invoiced" in self.place.waybill_any("why", one))
        self.assertEqual(self.place.down(), 0)


if __name__ == "__main__":
    unittest.main()
