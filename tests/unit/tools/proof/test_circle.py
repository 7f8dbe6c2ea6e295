# SPDX-License-Identifier: Apache-2.0
"""Both ends of a story are counted by kind: who counts must see each way in which they can differ.

usage: test_circle.py TOOLS
"""
import sys
import unittest

sys.path.insert(0, sys.argv.pop(1))
from proof.circle import Circle, ends_of  # noqa: E402

NAMES = {"main": "erp", "1": "shop1"}


def refusal(kind, number, target="", lasting=True):
    return {"at": "p", "target": target, "id": f"{kind[0]}-{number}", "kind": kind, "number": number,
            "own": True, "lasting": lasting}


def row(source, target, repeated=0, older=0):
    return {"kind": "", "at_source": source, "at_target": target, "repeated": repeated,
            "older_after_newer": older, "invented": 0}


class World:
    """Simulator and processes, as they answer."""

    def __init__(self):
        kinds = {"orders": row(4, 4), "shipments": row(4, 4), "listings": row(2, 2),
                 "stock": row(2, 2)}
        for name, kind in kinds.items():
            kind["kind"] = name.removesuffix("s")
        self.story = {"kinds": kinds, "due": 0, "arrived": 10, "invented": 0, "stock_wrong": 0,
                      "cases": {"split": 3}}
        self.absent, self.rows, self.parked = [], [], []
        self.done, self.orders = True, 4
        self.held = []

    def stats(self):
        return {"story": self.story, "done": self.done, "given": 4, "orders": self.orders}

    def refused(self):
        return {"refused": self.rows, "elements": 0}

    def call(self, *_):
        return {"missing": self.absent}

    def ask(self, word, *_):
        if word == "parked":
            return {"processes": [{"instance": f"{actor}-1", "more": False, "rows": [
                {"account": f"default/{account}", "record": f"default/{record}"}
                for who, account, record in self.parked if who == actor]}
                                  for actor in ("enricher", "pusher")]}
        if word == "conflicts":
            return {"mappers": [{"instance": "mapper-1", "more": 0, "held": self.held}]}
        total = dict.fromkeys(("read", "open", "handed_on", "unchanged", "stale", "merged",
                               "filtered", "parked", "held"), 0)
        return {"processes": [], "monitors": [{"total": total}]}

    def ledger(self):
        circle = Circle("both")
        circle.names = NAMES
        return circle.ledger(self, self)

    def result(self):
        return Circle.result(self.ledger())

    def miss(self, kind, number, account=1):
        self.absent.append({"kind": kind, "id": f"{kind[0]}-{number}", "number": number,
                            "account": account, "newest": 2, "held": 1})


class BothEnds(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.assertTrue(self.world.ledger().settled())

    def test_what_is_missing_is_lost(self):
        self.world.miss("shipment", 3)
        self.assertFalse(self.world.ledger().settled())
        result = self.world.result()
        self.assertEqual((result["shipments"]["lost"], result["orders"]["lost"], result["lost"]),
                         (1, 0, 1))

    def test_what_was_refused_for_good_may_be_missing_and_must_be_parked(self):
        self.world.miss("shipment", 3)
        self.world.rows = [refusal("shipment", 3, "1"), refusal("order", 3, "main", lasting=False)]
        self.assertEqual(self.world.result()["lost"], 0)
        self.assertEqual(self.world.ledger().refused.missing(), [("shop1", "shipment", "s-3")])
        self.world.parked = [("pusher", "shop1", "erp/shipment/s-3")]
        self.assertTrue(self.world.ledger().settled())
        self.world.parked.append(("pusher", "erp", "shop1/order/o-3"))
        self.assertEqual(self.world.ledger().refused.unexpected(), [("erp", "order", "o-3")])

    def test_a_place_is_where_it_was_refused(self):
        self.world.rows = [refusal("listing", 1, "1"), refusal("order", 2)]
        self.world.parked = [("pusher", "shop1", "shop1/listing/l-1"),
                             ("enricher", "shop1", "shop1/order/o-2")]
        self.assertTrue(self.world.ledger().refused.same())

    def test_a_key_tells_slashes_in_its_own_way(self):
        self.world.rows = [{**refusal("shipment", 1, "1"), "id": "WO1/2"}]
        self.world.parked = [("pusher", "shop1", "erp/shipment/WO1%2F2")]
        self.assertTrue(self.world.ledger().refused.same())

    def test_what_is_kept_back_as_a_conflict_is_with_people_too(self):
        self.world.rows = [refusal("order", 2, "main")]
        self.assertFalse(self.world.ledger().refused.same())
        self.world.held = [{"record": "default/shop1/order/o-2", "target": "default/erp",
                            "wait": "conflict"}]
        self.assertTrue(self.world.ledger().refused.same())
        self.world.held[0]["wait"] = "rule hold"
        self.assertFalse(self.world.ledger().refused.same())
        self.world.rows, self.world.held[0]["wait"] = [], "conflict"
        self.assertEqual(self.world.ledger().refused.unexpected(), [("erp", "order", "o-2")])

    def test_stock_is_counted_by_goods_and_by_listings(self):
        self.world.miss("stock", 1)
        self.world.absent.append({**self.world.absent[0], "number": 3, "account": 2})
        result = self.world.result()
        self.assertEqual((result["stock"]["lost"], result["stock_wrong"]), (1, 2))
        self.world.rows = [refusal("listing", 1, "1")]
        self.assertEqual(self.world.result()["stock_wrong"], 1)

    def test_is_not_settled_while_more_is_to_come(self):
        self.world.story["due"] = 1
        self.assertFalse(self.world.ledger().settled())
        self.world.story["due"] = 0
        self.world.done = False
        self.assertFalse(self.world.ledger().settled())

    def test_sums(self):
        self.world.story["kinds"]["listings"] = {**row(2, 2, 1, 2), "kind": "listing"}
        result = self.world.result()
        self.assertEqual((result["repeated"], result["older_after_newer"]), (1, 2))

    def test_special_cases_that_are_rare_are_named_where_there_are_many_orders(self):
        self.assertEqual(self.world.result()["cases_rare"], [])
        self.world.orders = 2000
        self.world.story["cases"]["merged"] = 20
        self.assertEqual(self.world.result()["cases_rare"], ["split"])

    def test_who_sells_and_who_buys(self):
        self.assertEqual((ends_of("one"), ends_of("one-two")), (("one", "one"), ("one", "two")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
