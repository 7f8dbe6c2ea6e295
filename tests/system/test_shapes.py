# SPDX-License-Identifier: Apache-2.0
"""Loads of many shapes, through the real processes: what one account does, others do not notice.
Several simulated worlds beside each other; counted by the target: nothing is lost, repeated or out
of order."""
import os
import sys
import unittest

from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
SOURCES = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, os.path.join(SOURCES, "tools"))
from simulator import Simulator  # noqa: E402  (found by the line above)

FLOOD = 3000
FEW = 20
SHOP = CONFIG[CONFIG.index("  shop:"):CONFIG.index("  erp:")]


class Shapes(unittest.TestCase):
    def world(self, *options):
        """A second world, whose sellers have the credentials of the first one's."""
        world = Simulator(os.path.join(BINARIES, "waybill-sim"), "--rate-scale", "off", *options)
        self.addCleanup(world.end)
        return world

    def deploy(self, config, orders, *options):
        place = Deployment(BINARIES, orders=orders, config=config,
                           extra=("--rate-scale", "off", *options))
        self.addCleanup(place.close)
        place.ask("/sim/target?name=main&only=/shop/", "POST")
        return place

    def in_order(self, told):
        self.assertEqual((told["repeated"], told["older_after_newer"], told["same_again"]),
                         (0, 0, 0))

    def test_orders_of_a_shop_do_not_wait_behind_the_backlog_of_another_at_their_erp(self):
        big = self.world("--orders", FLOOD)
        shop = SHOP.replace("{port}", str(big.port)).replace("  shop:", "  big:")
        place = self.deploy(CONFIG.replace("accounts:\n", "accounts:\n" + shop)
                            .replace("/erp/main\n", "/erp/main\n      rate: 20\n")
                            .replace("{from: shop,", '{from: "*",'), FEW)
        place.up("--first")
        big.start()
        wait_for("the backlog of the big shop",
                 lambda: big.stats()["notices"]["deleted"] == FLOOD, 120)
        place.ask("/sim/start", "POST")
        wait_for("the orders of the small shop", lambda: place.target()["newest"] == FEW, 60)
        told = place.target()
        self.assertLess(told["records"], FLOOD, "they came last")
        self.in_order(told)

    def test_what_changes_hundreds_of_times_arrives_as_it_is_last_and_others_do_not_wait(self):
        hot = self.world("--orders", 3, "--changes", 200, "--gap", 1, "--pace", 200)
        shop = SHOP.replace("{port}", str(hot.port)).replace("  shop:", "  hot:")
        erp = CONFIG[CONFIG.index("  erp:"):CONFIG.index("routes:")]
        place = self.deploy(CONFIG.replace("accounts:\n", "accounts:\n" + shop + erp.replace(
            "{port}", str(hot.port)).replace("  erp:", "  other:")) +
            "  - {{from: hot, kind: order, to: other}}\n"
            "  - {{from: hot, kind: order, to: erp}}\n", 200)
        place.up("--first")
        hot.start()
        place.ask("/sim/start", "POST")
        wait_for("orders of the others", lambda: place.target()["newest"] == 200, 60)
        wait_for("the last change of each", lambda: hot.stats()["done"] and
                 hot.stats()["targets"]["main"]["newest"] == 3, 60)
        told = hot.stats()["targets"]["main"]
        self.assertEqual(told["records"], 3)
        wait_for("them at the other's", lambda: place.target()["records"] == 203)
        self.in_order(told)
        self.in_order(place.target())
        ledger = wait_for("the ledger", lambda: place.settled(803), 30)
        self.assertEqual(ledger["read"], 603 + 200)


if __name__ == "__main__":
    unittest.main()
