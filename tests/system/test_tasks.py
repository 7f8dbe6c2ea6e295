# SPDX-License-Identifier: Apache-2.0
"""Syncs as tasks, their logs, what is known of accounts, a forecast; an account that is forgotten."""
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

    def read_whole(self):
        self.deployment.waybill("sync", "shop", "orders.sync", "--full")
        return wait_for("a full sync", lambda: next(
            (task for task in self.said("tasks", "--account", "shop", "--status", "completed")["tasks"]
             if task["task_type"] == "orders.sync" and task["full"] and task["total_items"]), None), 60)

    def test_a_sync_is_a_task_with_logs(self):
        task = self.read_whole()
        self.assertEqual(task["account"], "default/shop")
        self.assertEqual(task["total_items"], task["success_items"] + task["failed_items"])
        self.assertTrue(task["start_time"] and task["end_time"])
        tasks = self.said("tasks", "--account", "shop")["tasks"]
        self.assertEqual(self.said("tasks", task["id"])["tasks"], [task])
        self.deployment.waybill("tasks", "0" * 32, wanted=1)
        logs = [row for each in tasks for row in
                self.said("tasks", each["id"], "--logs", "--limit", "1000")["logs"]]
        self.assertEqual({row["item_type"] for row in logs}, {"order"})
        self.assertEqual(len({row["item_id"] for row in logs}), ORDERS)
        self.assertEqual({row["status"] for row in logs}, {"success"})
        self.assertLessEqual({row["action"] for row in logs}, {"create", "update", "unchanged"})
        self.assertEqual(sum(row["action"] == "create" for row in logs), ORDERS)

    def test_when_it_was_synced_and_how_long_it_would_take(self):
        self.read_whole()
        row, = (row for row in self.said("accounts", "list")["accounts"]
                if row["account"] == "default/shop")
        self.assertEqual(row["sync_status"], "completed")
        self.assertTrue(row["last_sync_at"] >= row["last_full_sync_at"] > "2026")
        self.assertNotIn("product_sync_status", row)
        told = self.said("sync", "shop", "orders.sync", "--from", "2026-01-01", "--forecast")["forecast"]
        self.assertGreater(told["slices"], 0)
        self.assertGreaterEqual(told["pages"], told["slices"])
        self.assertGreater(told["seconds"], 0)
        self.assertIn("by the limit of", self.deployment.waybill(
            "sync", "shop", "orders.sync", "--forecast").stdout)
        self.assertIn("is a queue", self.deployment.waybill(
            "sync", "shop", "orders.queue", "--forecast", wanted=1).stderr)
        self.assertEqual(self.said("enrich", "stats")["enrichers"][0]["total"], 0)

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
        gone = self.said("accounts", "remove", "default/shop", "--yes")
        self.assertGreater(gone["tasks_and_logs"], ORDERS)
        self.assertEqual(self.said("tasks", "--account", "default/shop")["tasks"], [])


if __name__ == "__main__":
    unittest.main()
