# SPDX-License-Identifier: Apache-2.0
"""An account that has left is forgotten: its tasks, logs and timelines."""
import json
import os
import sys
import unittest

from deployment import Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 30


class Tasks(unittest.TestCase):
    def setUp(self):
        self.deployment = Deployment(BINARIES, orders=ORDERS)
        self.addCleanup(self.deployment.close)
        self.deployment.up("--first")
        self.deployment.ask("/sim/start", "POST")
        wait_for("all orders", lambda: self.deployment.settled(ORDERS), 60)

    def said(self, *words, wanted=0):
        return json.loads(self.deployment.waybill(*words, "--json", wanted=wanted).stdout)

    def test_an_account_that_has_left_is_forgotten(self):
        refused = self.deployment.waybill("accounts", "remove", "shop", "--yes", wanted=1)
        self.assertIn("is in the configuration", refused.stderr)
        with open(self.deployment.config, encoding="utf-8") as file:
            before = file.read()
        with open(self.deployment.config, "w", encoding="utf-8") as file:
            file.write(before.replace("  shop:\n", "  shop2:\n").replace("from: shop,", "from: shop2,"))
        self.deployment.waybill("reload")
        self.assertIn("nobody is there", self.deployment.waybill(
            "accounts", "remove", "default/shop", wanted=1).stderr)
        self.assertTrue(self.deployment.told("tasks", "--account", "default/shop")["tasks"])
        wait_for("all of it is gone",  # some of the processes are just beginning again
                 lambda: self.deployment.told("accounts", "remove", "default/shop",
                                              "--yes")["complete"])
        self.assertEqual(self.said("tasks", "--account", "default/shop")["tasks"], [])


if __name__ == "__main__":
    unittest.main()
