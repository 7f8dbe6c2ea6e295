# SPDX-License-Identifier: Apache-2.0
"""A person's own jq program between a record and its target: tried out, applied, refused, mended."""
import json
import os
import re
import sys
import unittest

from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 30
ROUTE = "kind: order, to: erp"
MAPPED = CONFIG.replace(ROUTE, ROUTE + ", mapping: maps/erp.jq")
PAUSED = MAPPED.replace("    connector: webhook\n", "    connector: webhook\n    paused: true\n")
NAMED = '.seller_order_id = "MAPPED-" + .seller_order_id'
PICKY = NAMED + ' | if (.lines | length) > 1 then error("more than one line") else . end'


class Mapping(unittest.TestCase):
    @staticmethod
    def write(place, program, config=None):
        with open(os.path.join(place.folder, "maps", "erp.jq"), "w", encoding="utf-8") as file:
            file.write(program)
        if config:
            with open(place.config, "w", encoding="utf-8") as file:
                file.write(config.format(port=place.port))

    def deploy(self, config, program):
        place = Deployment(BINARIES, orders=ORDERS, config=config)
        self.addCleanup(place.close)
        os.mkdir(os.path.join(place.folder, "maps"))
        self.write(place, program)
        return place

    @staticmethod
    def parked(place):
        told = json.loads(place.waybill_any("parked", "list", "--json") or "{}")
        return [row for one in told.get("processes", []) for row in one["rows"]]

    def arrived(self, place, count):
        wait_for(f"{count} orders", lambda: place.target().get("records") == count, 60)
        self.assertEqual(place.target()["repeated"], 0)

    def test_what_it_refuses_is_parked_and_goes_on_when_it_is_mended(self):
        place = self.deploy(PAUSED, PICKY)
        place.up("--first")
        place.ask("/sim/start", "POST")

        def planned():
            said = place.waybill_ended("plan", "erp", "--json", "--offline").stdout
            rows = [json.loads(line) for line in said.splitlines()][1:-1]
            parked = self.parked(place)
            return (rows, parked) if len(rows) + len(parked) == ORDERS else None
        rows, parked = wait_for("all of them", planned, 60)
        self.assertTrue(rows and parked)
        for line in rows:
            named = [field["to"] for field in line["row"]["fields"] if field["field"] == "seller_order_id"]
            self.assertRegex(named[0], "^MAPPED-")
        for row in parked:
            self.assertEqual(row["reason"], "mapping maps/erp.jq: more than one line")

        # tried out on one that is kept: nothing of it changes here
        other = os.path.join(place.folder, "other.jq")
        with open(other, "w", encoding="utf-8") as file:
            file.write('.service_level = "OURS"')
        said = place.waybill("map", parked[0]["record"], "--with", other).stdout
        self.assertTrue(re.search('^~ service_level: ".*" -> "OURS"$', said, re.M), said)
        refused = place.waybill("map", parked[0]["record"], "--with",
                                os.path.join(place.folder, "maps", "erp.jq"), wanted=1)
        self.assertIn("more than one line", refused.stderr)

        self.write(place, NAMED, MAPPED)
        lives = place.log("pusher-1").count('"event":"ready"')
        place.waybill("reload")
        wait_for("a new pusher", lambda: place.log("pusher-1").count('"event":"ready"') > lives)
        place.waybill("parked", "retry", "--reason", "mapping")
        self.arrived(place, ORDERS)
        wait_for("nothing is parked", lambda: not self.parked(place))
        self.assertEqual(place.down(), 0)

    def test_check_compiles_it(self):
        place = self.deploy(MAPPED, ".lines[")
        said = place.waybill("check", wanted=100)
        self.assertTrue(re.search("waybill.yaml:[0-9]+:[0-9]+: mapping maps/erp.jq: jq: error: syntax error",
                                  said.stderr), said.stderr)
        os.unlink(os.path.join(place.folder, "maps", "erp.jq"))
        self.assertIn("maps/erp.jq", place.waybill("check", wanted=100).stderr)
        self.write(place, NAMED)
        place.waybill("check")


if __name__ == "__main__":
    unittest.main(verbosity=2)
