# SPDX-License-Identifier: Apache-2.0
"""The configuration of a story's deployment, and what of its figures is held against which bound.

usage: test_story.py TOOLS
"""
import sys
import unittest

sys.path.insert(0, sys.argv.pop(1))
from benchmark import circle, goals, story  # noqa: E402


def account(name):
    return {"name": name, "connector": "c", "options": {"url": "http://x"}, "secrets": {"key": "s-" + name},
            "streams": {"first": "interval_ms: 1s", "second": "interval_ms: 1s"}}


def told(count):
    return {"accounts": [account(f"shop{k}") for k in range(1, count + 1)] + [account("erp")],
            "routes": [{"from": "*", "kind": "order", "to": "erp"},
                       {"from": "erp", "kind": "inventory", "to": "shop1"}]}


class Configuration(unittest.TestCase):
    def test_an_account(self):
        lines = circle.account_lines(account("shop1"), {"limits": "false"}, {"first": "cron: x"})
        self.assertEqual("\n".join(lines), "\n".join((
            "  shop1:", "    connector: c", "    limits: false", "    options:",
            "      url: http://x", "      key: ${file:../secrets/shop1.key}",
            "    streams:", "      first: {cron: x}")))

    def test_files_of_a_few_hundred_accounts(self):
        files = circle.files_of(told(circle.FILE_ACCOUNTS), lambda _: ({}, {}), {"order": ", skus: t"})
        parts = [text for name, text in files.items() if name.startswith("accounts/")]
        self.assertEqual([text.count("connector: ") for text in parts], [circle.FILE_ACCOUNTS, 1])
        self.assertEqual(files["secrets/erp.key"], "s-erp")
        self.assertIn("kind: order, to: erp, skus: t}", files["waybill.yaml"])
        self.assertNotIn("inventory", files["waybill.yaml"])

    def test_who_is_read(self):
        shaped = story.by_interval({"shop2"}, 7)
        self.assertEqual(shaped(account("shop2")),
                         ({}, {"first": "interval_ms: 7s", "second": circle.NEVER}))
        self.assertEqual(shaped(account("shop1"))[1], {"first": circle.NEVER, "second": circle.NEVER})
        self.assertEqual(story.unlimited({"shop1": "x"})(account("shop1")),
                         ({"limits": "false"}, {"first": "x", "second": circle.NEVER}))


def met(result):
    return {name: goal["met"] for name, goal in goals.story_goals(result).items()}


class Goals(unittest.TestCase):
    def test_nothing_measured(self):
        self.assertEqual(goals.story_goals({}), {})

    def test_shops(self):
        good = {"shops_idle": {"percent": 4.9, "pss_mib_total": 1000, "ready_s": 4.9},
                "shops_polled": {"late_max_s": 4.9}}
        bad = {"shops_idle": {"percent": 5.1, "pss_mib_total": 1025, "ready_s": 5.1},
               "shops_polled": {"late_max_s": 5.1}}
        self.assertEqual(set(met(good).values()), {True})
        self.assertEqual(set(met(bad).values()), {False})
        self.assertEqual(len(met(bad)), 4)

    def test_backfill(self):
        def of(rate, most):
            return {"backfill": {"waybill": {"orders_per_s": rate, "pss_mib_total": [50, most, 58]},
                                 "floor": {"orders_per_s": 1000}}}
        self.assertEqual(met(of(500, 60)), {"backfill_throughput": True, "backfill_memory": True})
        self.assertEqual(met(of(499, 61)), {"backfill_throughput": False, "backfill_memory": False})

    def test_live_orders_beside_it(self):
        def of(beside):
            return {"live_alone": {"p99_ms": 1000}, "live_beside": {"p99_ms": beside}}
        self.assertEqual(met(of(1250)), {"backfill_live_p99_ms": True})
        self.assertEqual(met(of(1251)), {"backfill_live_p99_ms": False})

    def test_the_middle_run(self):
        runs = [{"orders_per_s": rate} for rate in (3, 1, 2)]
        self.assertEqual(story.middle(runs)["orders_per_s"], 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
