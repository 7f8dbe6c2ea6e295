# SPDX-License-Identifier: Apache-2.0
"""A person's own configuration that is proven: what is sold, what stays, what is counted as what.

usage: test_own.py TOOLS
"""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, sys.argv.pop(1))
from proof import own  # noqa: E402
from proof.own import Own, Route  # noqa: E402
from proof.own_goods import Goods, Skus, Wrong, merged, read_table  # noqa: E402
from proof.own_ledger import OwnLedger, OwnRefused, held_rows  # noqa: E402

SYSTEMS = {
    "mall": {"sells": True, "buys": False, "tells": [], "takes": ["shipment", "inventory"]},
    "bazaar": {"sells": True, "buys": False, "tells": [], "takes": []},
    "house": {"sells": False, "buys": True, "tells": ["shipment", "inventory"], "takes": []},
    "hook": {"sells": False, "buys": True, "tells": [], "takes": []},
}


def scene(accounts, routes, sell=None, **document):
    """Who is who, without a file and a simulator."""
    self = Own.__new__(Own)
    self.systems, self.sell, self.folder = SYSTEMS, sell, None
    self.accounts = {name: {"connector": connector, "options": {}} if isinstance(connector, str)
                     else connector for name, connector in accounts.items()}
    self.document = dict(document, accounts=self.accounts)
    self.routes = [Route(row) for row in routes]
    self.reads = {name: [] for name in accounts}
    self.skus = {}
    self.find_roles()
    return self


ORDERS = {"from": "a", "kind": "orders", "to": "erp"}
SHIPPED = {"from": "erp", "kind": "shipment", "to": "origin"}
STOCK = {"from": "erp", "kind": "inventory", "to": "a"}


class Roles(unittest.TestCase):
    def test_who_sells_and_what_comes_back(self):
        found = scene({"a": "mall", "b": "mall", "erp": "house"}, [ORDERS, SHIPPED, STOCK])
        self.assertEqual((found.sellers, found.erps), (["a"], ["erp"]))
        self.assertEqual(found.kinds, {"order", "shipment", "inventory"})
        self.assertEqual(found.names, {"1": "a", "t1": "b", "t2": "erp"})
        self.assertEqual(found.gets("inventory"), {"a"})
        one_way = scene({"a": "mall", "erp": "house"}, [ORDERS])
        self.assertEqual(one_way.kinds, {"order"})
        off = scene({"a": "mall", "erp": "house"}, [ORDERS, dict(SHIPPED, enabled="false")])
        self.assertEqual(off.kinds, {"order"})

    def test_what_cannot_be_played(self):
        rows = [
            ({"a": "mall", "erp": "sap"}, [ORDERS], None, "account erp: there is no simulator of sap"),
            ({"a": "mall", "b": "bazaar", "erp": "hook"}, [dict(ORDERS, **{"from": "*"})], None,
             "a (mall), b (bazaar); add --sell bazaar"),
            ({"a": "mall", "erp": "hook"}, [ORDERS], "bazaar", "--sell bazaar: no account sells"),
            ({"a": "mall", "erp": "hook"}, [], None, "no route takes orders"),
            ({"a": {"connector": "mall", "paused": "true"}, "erp": "hook"}, [ORDERS], None,
             "not paused"),
            ({"a": "mall", "erp": {"connector": "hook", "paused": "true"}}, [ORDERS], None,
             "every account that orders go to is paused"),
        ]
        for accounts, routes, sell, words in rows:
            with self.subTest(words), self.assertRaises(Wrong) as caught:
                scene(accounts, routes, sell)
            self.assertIn(words, str(caught.exception))

    def test_one_of_several_systems(self):
        found = scene({"a": "mall", "b": "bazaar", "erp": "hook"}, [dict(ORDERS, **{"from": "*"})],
                      "mall")
        self.assertEqual(found.sellers, ["a"])
        found.setup = {"accounts": []}
        told = {"name": "b", "options": {}, "secrets": {}, "streams": {}}
        self.assertEqual(found.played_account(0, told)["paused"], "true")


class Table(unittest.TestCase):
    ROWS = [{"sku": sku, "master": master, "quantity": quantity, "account": account}
            for sku, master, quantity, account in (
                ("RED", "M1", "", ""), ("RED", "M9", "2", "b"), ("B-*", "MB-*", "", ""),
                ("B-X*", "MX", "3", ""), ("SET", "M1", "1", ""), ("SET", "M2", "2", ""),
                ("SET", "M2", "1", ""))]

    def test_which_row_counts(self):
        skus = Skus(self.ROWS)
        self.assertEqual(skus.find("a", "RED"), [("M1", 1)])
        self.assertEqual(skus.find("b", "RED"), [("M9", 2)])
        self.assertEqual(skus.find("a", "B-7"), [("MB-7", 1)])
        self.assertEqual(skus.find("a", "B-X7"), [("MX", 3)])
        self.assertEqual(skus.find("a", "NONE"), [])
        self.assertEqual(merged(skus.find("a", "SET")), [("M1", 1), ("M2", 3)])
        self.assertEqual(list(skus.samples("a")), ["RED", "B-00001", "B-00002", "B-X00001",
                                                   "B-X00002", "SET"])

    def test_goods(self):
        goods = Goods()
        goods.add("RED", [("M1", 1)], 0)
        goods.add("ROUGE", [("M1", 1)], 0)  # another name of the same
        goods.add("SET", [("M1", 1), ("M2", 3)], 2)
        self.assertEqual(goods.rows, [
            {"master": "M1", "sku": "RED", "seller": 0},
            {"sku": "ROUGE", "seller": 0, "parts": [[0, 1]]},
            {"master": "M2"}, {"sku": "SET", "seller": 2, "parts": [[0, 1], [2, 3]]}])

    def test_two_sellers(self):
        found = scene({"a": "mall", "b": "mall", "erp": "house"},
                      [dict(ORDERS, **{"from": "*", "skus": "t"})],
                      rules={"holds": [{"sku": ["B-X*", "OTHER"]}]})
        found.skus = {"t": Skus(self.ROWS)}
        rows = found.make_goods().rows
        self.assertEqual([(row["sku"], row["seller"]) for row in rows if row.get("sku") == "RED"],
                         [("RED", 1), ("RED", 2)])
        self.assertIn("B-X1", [row.get("sku") for row in rows])
        self.assertNotIn("OTHER", [row.get("sku") for row in rows])

    def test_a_table_that_knows_nothing(self):
        found = scene({"a": "mall", "erp": "house"}, [dict(ORDERS, skus="t")])
        found.skus = {"t": Skus([{"sku": "X", "master": "Y", "account": "other"}])}
        with self.assertRaisesRegex(Wrong, "table t knows no SKU of account a"):
            found.make_goods()

    def test_not_csv(self):
        with self.assertRaisesRegex(Wrong, "tables.t: SKUs are played from a CSV"):
            read_table("t", {"file": "/x/t.yaml"})

    def test_separator_and_mark(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.csv")
            with open(path, "w", encoding="utf-8-sig") as file:
                file.write("sku;master\nA;B\n")
            rows = read_table("t", {"file": path, "separator": "semicolon"})
        self.assertEqual(rows, [{"sku": "A", "master": "B"}])


class Config(unittest.TestCase):
    def test_what_is_replaced(self):
        found = scene({"a": {"connector": "mall", "streams": {"list": {"cron": "0 2 * * *",
                                                                      "enabled": "true"}},
                             "options": {"url": "https://real", "key": "${env:KEY}", "rate": "1",
                                         "head": ["X: ${file:s}"], "mode": "semi", "$": "$${x}"}},
                       "erp": "house"}, [ORDERS])
        found.reads["a"] = ["list"]
        told = {"name": "a", "options": {"url": "\"http://127.0.0.1:1/\""}, "secrets": {"key": "k"},
                "streams": {"list": "interval_ms: 1s, overlap_ms: 2s", "other": "interval_ms: 1s"}}
        account = found.played_account(4, told)
        self.assertEqual(account["options"], {
            "url": "http://127.0.0.1:1/", "key": "${env:WAYBILL_PLAYED_4_key}",
            "head": ["X: ${env:WAYBILL_PLAYED}"], "mode": "semi", "$": "$${x}"})
        self.assertEqual(account["streams"], {"list": {"enabled": "true", "interval_ms": "1s",
                                                       "overlap_ms": "2s"}})
        self.assertEqual(found.options("a")["key"], "${env:KEY}")
        self.assertEqual(own.without_references({"s": "${env:A}", "t": "b"}), {"s": "given", "t": "b"})


class Problems(unittest.TestCase):
    def test_place(self):
        row = {"file": "w.yaml", "line": 3, "column": 5, "text": "odd"}
        self.assertEqual(own.problem_text(row), "w.yaml:3:5: odd")
        self.assertEqual(own.problem_text(dict(row, column=None)), "w.yaml:3: odd")
        self.assertEqual(own.problem_text(dict(row, file="", line=None, column=None)), "odd")


class Crew:
    def __init__(self, held=(), parked=()):
        self.held, self.parked = held, parked

    def ask(self, word, *_):
        if word == "conflicts":
            return {"mappers": [{"held": [
                {"record": f"default/{record}", "target": f"default/{target}", "wait": "rule hold",
                 "reason": reason} for record, target, reason in self.held]}]}
        if word == "parked":
            return {"processes": [{"instance": "pusher-1", "more": False, "rows": [
                {"account": f"default/{account}", "record": f"default/{record}", "reason": reason}
                for account, record, reason in self.parked]}]}
        total = dict.fromkeys(("read", "open", "handed_on", "unchanged", "stale", "merged",
                               "filtered", "parked", "held"), 0)
        return {"processes": [], "monitors": [{"total": total}]}


class Sim:
    """Two orders of one seller, what was not brought, and one listing of two pieces of goods 0."""
    shown, held = 10, [15, 6]

    def __init__(self, absent=(), refused=(), open_orders=()):
        self.absent, self.rows, self.open = list(absent), list(refused), list(open_orders)

    def stats(self):
        kind = {"at_source": 2, "at_target": 2 - len(self.absent), "repeated": 0, "kept": 0,
                "older_after_newer": 0}
        counts = {"records": 2, "repeated": 0, "older_after_newer": 0}
        return {"story": {"kinds": {"orders": dict(kind, kind="order"),
                                    "stock": dict(kind, kind="stock")},
                          "due": 0, "arrived": 0, "invented": 0, "cases": {}},
                "targets": {"t1": dict(counts, kinds={}), "1": dict(counts, kinds={})},
                "given": 2, "done": True}

    def call(self, _, path):
        if path == "/sim/stock":
            return {"goods": [{"held": self.held, "parts": [[0, 1]]},
                              {"held": [0, 0], "parts": [[0, 2]]}],
                    "listings": [{"account": 1, "goods": 1, "shown": self.shown}],
                    "open": self.open}
        return {"missing": self.absent}

    def refused(self):
        return {"refused": self.rows, "elements": 0}

    def missing(self, _):
        return self.absent


def absent(number=0):
    return {"kind": "order", "id": f"O{number}", "number": number, "account": 1, "newest": 2,
            "held": 0}


class Counted(unittest.TestCase):
    def ledger(self, sim, crew=None, **way):
        found = scene({"a": "mall", "erp": {"connector": "house", "options": self.options}},
                      [ORDERS, dict(STOCK, **way)])
        found.goods = [{}, {"sku": "SET"}]
        return OwnLedger(found, sim, crew or Crew())

    options: dict = {}

    def test_all_is_there(self):
        ledger = self.ledger(Sim())
        self.assertTrue(ledger.settled(), ledger.open_words())
        result = ledger.result()
        self.assertEqual((result["lost"], result["stock_wrong"], result["kept_back"]), (0, 0, {}))

    def test_lost(self):
        ledger = self.ledger(Sim([absent()]))
        self.assertFalse(ledger.settled())
        self.assertEqual(ledger.result()["kinds"]["orders"]["lost"], 1)
        self.assertEqual([row[1] for row in ledger.open_records()], ["default/a/order/O0"])

    def test_kept_back_by_a_rule(self):
        ledger = self.ledger(Sim([absent()]), Crew([("a/order/O0", "erp", "hold: rule 1")]))
        self.assertTrue(ledger.settled(), ledger.open_words())
        result = ledger.result()
        self.assertEqual(result["kept_back"], {"hold: rule 1": 1})
        self.assertEqual(result["kinds"]["orders"]["kept_back"], 1)
        self.assertEqual(result["accounts"]["erp: orders"]["kept_back"], 1)
        other = self.ledger(Sim([absent()]), Crew([("a/order/O0", "other", "hold: rule 1")]))
        self.assertEqual(other.result()["lost"], 1)

    def test_refused_is_parked(self):
        refusal = {"id": "O0", "kind": "order", "number": 0, "lasting": True, "own": True,
                   "target": "t1"}
        ledger = self.ledger(Sim([absent()], [refusal]))
        self.assertEqual((ledger.missing(), ledger.refused.missing()),
                         (0, [("erp", "order", "O0")]))
        ledger = self.ledger(Sim([absent()], [refusal]), Crew((), [("erp", "a/order/O0", "no")]))
        self.assertTrue(ledger.settled())
        ledger = self.ledger(Sim([absent()], [refusal]), Crew([("a/order/O0", "erp", "conflict: moved")]))
        self.assertTrue(ledger.refused.same())

    def test_parked_because_it_is_told_to(self):
        crew = Crew((), [("erp", "a/order/O0", "outcome unknown: no answer")])
        ledger = self.ledger(Sim([absent()]), crew)
        self.assertEqual(ledger.refused.unexpected(), [("erp", "order", "O0")])
        self.assertEqual(ledger.refused.words(), {"erp: outcome unknown: no answer": 1})
        self.options = {"after_unknown": "park"}
        ledger = self.ledger(Sim([absent()]), crew)
        self.assertTrue(ledger.settled(), ledger.open_words())
        self.assertEqual(ledger.refused.words(), {"erp: outcome unknown: no answer": 1})

    def test_somebody_does_not_answer(self):
        self.assertIsNone(held_rows(None))
        self.assertIsNone(held_rows({"mappers": ["silent"]}))

    def test_stock_by_the_route(self):
        rows = [  # 15 and 6 pieces, two each
            ({}, 10), ({"reserve": "3"}, 7), ({"cap": "4"}, 4), ({"share": "50"}, 5),
            ({"warehouses": [{"id": "W1"}]}, 7),
            ({"warehouses": [{"id": "W1", "share": "50", "reserve": "5"}, {"id": "W2"}]}, 5),
            ({"warehouses": [{"id": "W1"}, {"id": "W3"}], "reserve": "99"}, 0)]
        for way, wanted in rows:
            sim = Sim()
            sim.shown = wanted
            with self.subTest(way):
                self.assertEqual(self.ledger(sim, **way).wrong_rows, [])
                sim.shown = wanted + 1
                self.assertEqual(self.ledger(sim, **way).wrong_rows, [("a", 1, wanted + 1, wanted)])

    def test_open_orders_take_of_it(self):
        sim = Sim([], [], [{"id": "O0", "goods": [[1, 2], [0, 1]]}])  # five pieces of goods 0
        sim.shown = 8
        self.assertEqual(self.ledger(sim).wrong_rows, [])
        sim.rows = [{"id": "O0", "kind": "order", "number": 0, "lasting": True, "own": True,
                     "target": ""}]  # it was never read
        self.assertEqual(self.ledger(sim).wrong_rows, [("a", 1, 8, 10)])

    def test_refused_knows_both(self):
        found = scene({"a": "mall", "erp": "house"}, [ORDERS])
        told = {"refused": [], "elements": 0}
        self.assertIsNone(OwnRefused(told, None, {"mappers": []}, found).parked)
        self.assertIsNone(OwnRefused(told, {"processes": []}, None, found).parked)
        self.assertEqual(OwnRefused(told, {"processes": []}, {"mappers": []}, found).parked, set())


if __name__ == "__main__":
    unittest.main()
