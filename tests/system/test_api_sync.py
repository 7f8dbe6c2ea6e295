# SPDX-License-Identifier: Apache-2.0
"""Syncs as tasks, asked for by the API: begun, followed, gone on with after a kill.

usage: test_api_sync.py FOLDER_OF_BINARIES
"""
import http.client
import os
import signal
import subprocess
import sys
import time
import unittest

from api import GATEWAY, ApiCase
from deployment import TOP, Deployment, wait_for, with_us

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 40
SHOP_ID = 7001
NOBODYS = 64 * 1000 + 1
MEMBERS = ["task_id", "status", "total_items", "success_items", "failed_items", "progress",
           "start_time", "estimated_completion"]
TASK = ["id", "task_type", "status", "start_time", "end_time", "total_items", "success_items",
        "failed_items", "error_message", "created_at", "updated_at"]
LOG = ["id", "task_id", "item_type", "item_id", "action", "status", "error_message", "created_at"]
PROGRESS = ["shop_id", "last_sync_at", "last_full_sync_at", "sync_status", "last_product_sync_at",
            "last_product_full_sync_at", "product_sync_status", "total_items", "success_items",
            "failed_items", "progress"]


def hour(hours):
    """So many hours from now."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600 * hours))


WORLD = ("--shop", "sample", "--erp", "sample", "--accounts", "1")
# Nothing is read but what a task asks for.
CONFIG = TOP + """\
  shop:
    connector: sample
    shop_id: 7001
    options: {{url: "http://127.0.0.1:{port}/sample/1", token: "${{env:T_SHOP}}"}}
    streams: {{orders: {{interval_ms: 1h, margin_ms: 500ms}}}}
  erp:
    connector: sample
    options: {{url: "http://127.0.0.1:{port}/sample/main", token: "${{env:T_ERP}}"}}
    streams: {{orders: {{enabled: false}}}}
routes:
  - {{from: shop, kind: order, to: erp}}
"""


def new_place():
    """A deployment, and a key."""
    place = Deployment(BINARIES, orders=ORDERS, extra=WORLD, config=CONFIG + GATEWAY)
    for account in place.ask("/sim/setup?target=main")["accounts"]:
        place.environment["T_" + account["name"].upper().rstrip("1")] = account["secrets"]["token"]
    key = place.waybill("api-key", "add", "tester", "--role", "operate").stdout.strip()
    place.up("--first")
    return place, key


class SyncCase(ApiCase):
    def begin_world(self):
        """All that there is was read by a task."""
        self.place.ask("/sim/start", "POST")
        wait_for("all orders", lambda: self.ended(self.begin(sync_type="full"))["total_items"] ==
                 ORDERS, 60)
        wait_for("the ERP", lambda: self.place.target().get("newest") == ORDERS)


    def begin(self, port=None, **body):
        said = self.told("/api/sync/orders", method="POST", body=body, port=port)
        self.assertEqual(sorted(said), ["message", "status", "task_id"])
        self.assertEqual(said["status"], "pending")
        return said["task_id"]

    def status(self, task, port=None):
        said = self.told(f"/api/sync/orders/status/{task}", port=port)
        self.assertEqual(list(said), MEMBERS)
        self.assertEqual(said["task_id"], task)
        return said

    def ended(self, task, port=None):
        """Its last word."""
        def over():
            said = self.status(task, port)
            return said if said["status"] in ("completed", "failed") else None
        return wait_for(f"the end of task {task}", over, 60)


class Tasks(SyncCase):
    @classmethod
    def setUpClass(cls):
        cls.place, cls.key = new_place()
        cls.addClassCleanup(cls.place.close)
        cls.port = cls.find_port()
        cls().begin_world()

    # --- a task ---

    def test_a_full_sync_is_followed_to_its_end(self):
        task = self.begin(sync_type="full", shop_id=SHOP_ID)
        said = self.ended(task)
        self.assertEqual((said["status"], said["progress"]), ("completed", 100))
        self.assertEqual((said["total_items"], said["success_items"], said["failed_items"]),
                         (ORDERS, ORDERS, 0))
        self.assertRegex(said["start_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z$")
        self.assertIsNone(said["estimated_completion"])

    def test_a_range_is_read_and_no_more(self):
        said = self.ended(self.begin(start_time=hour(-48), end_time=hour(-47), shop_id=SHOP_ID))
        self.assertEqual((said["status"], said["total_items"]), ("completed", 0))

    def test_one_shop_alone_need_not_be_named(self):
        self.assertEqual(self.ended(self.begin())["status"], "completed")

    def test_ids_grow_and_tell_their_gateway(self):
        tasks = [self.begin(shop_id=SHOP_ID) for _ in range(3)]
        self.assertEqual(tasks, sorted(set(tasks)))
        self.assertEqual([task % 64 for task in tasks], [1, 1, 1])
        self.assertLess(tasks[-1], 2 ** 53)
        for task in tasks:  # one after the other: one run of a list at a time
            self.assertEqual(self.ended(task)["status"], "completed")

    # --- lists ---

    def test_the_newest_come_first_in_pages(self):
        tasks = [self.begin(shop_id=SHOP_ID) for _ in range(3)]
        page = self.told("/api/sync/orders/status?limit=2")
        self.assertEqual([row["task_id"] for row in page["tasks"]], tasks[:0:-1])
        self.assertEqual((list(page["tasks"][0]), page["silent"]), (MEMBERS, []))
        page = self.told(f"/api/sync/orders/status?limit=1&cursor={page['next']}")
        self.assertEqual([row["task_id"] for row in page["tasks"]], tasks[:1])
        seen, cursor = [], ""
        while cursor is not None:
            page = self.told("/api/sync/orders/status?limit=2" + (cursor and f"&cursor={cursor}"))
            seen += [row["task_id"] for row in page["tasks"]]
            cursor = page["next"]
        self.assertEqual(seen, sorted(set(seen), reverse=True))
        self.assertEqual(seen[:3], tasks[::-1])
        for task in tasks:
            self.ended(task)

    def test_a_cursor_that_is_not_ours(self):
        self.begin(shop_id=SHOP_ID)
        self.begin(shop_id=SHOP_ID)
        cursor = self.told("/api/sync/orders/status?limit=1")["next"]
        other = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
        for forged in ("x", "AAAA", cursor[1:], other, 3000 * "A"):
            self.wrong(f"/api/sync/orders/status?cursor={forged}", "query.cursor")

    # --- what is refused ---

    def test_what_is_wrong_is_named(self):
        def wrong(body, *fields):
            self.wrong("/api/sync/orders", *fields, method="POST", body=body)
        wrong({"sync_type": "half"}, "body.sync_type")
        wrong({"shop_id": "7001"}, "body.shop_id")
        wrong({"shop_id": 0}, "body.shop_id")
        wrong({"start_time": "yesterday", "end_time": 7}, "body.start_time", "body.end_time")
        wrong({"end_time": hour(-1)}, "body.end_time")
        wrong({"start_time": hour(-1), "end_time": hour(-2)}, "body.end_time")
        wrong({"start_time": hour(2)}, "body.start_time")
        wrong({"shop": 7001}, "body")
        wrong("[]", "body")
        wrong("", "body")
        self.refused(404, "/api/sync/orders", method="POST", body={"shop_id": SHOP_ID + 1})
        self.refused(404, "/api/sync/orders?tenant=other", method="POST", body={"shop_id": SHOP_ID})
        for task in ("0", "x", "-1", str(2 ** 53)):
            self.wrong(f"/api/sync/orders/status/{task}", "path.task_id")
        self.refused(404, f"/api/sync/orders/status/{NOBODYS}")

    # --- tasks and their logs ---

    def test_a_task_and_its_logs(self):
        task = self.begin(sync_type="full", shop_id=SHOP_ID)
        self.ended(task)
        said = self.told(f"/api/sync/tasks/{task}")
        self.assertEqual(list(said), TASK)
        self.assertEqual((said["id"], said["task_type"], said["status"], said["total_items"],
                          said["error_message"]), (task, "orders", "completed", ORDERS, None))
        self.assertLessEqual(said["created_at"], said["start_time"])
        self.assertLessEqual(said["start_time"], said["end_time"])
        self.assertEqual(self.told(f"/api/sync/tasks/{task}/logs"), {"logs": [], "next": None})
        self.refused(404, f"/api/sync/tasks/{NOBODYS}/logs")
        for query in ("limit=0", "status=bad", "action=x", "cursor=abc"):
            self.refused(400, f"/api/sync/tasks/{task}/logs?{query}")

    def logs(self, task, query=""):
        """All rows, by pages of seven."""
        rows, cursor = [], ""
        while cursor is not None:
            page = self.told(f"/api/sync/tasks/{task}/logs?limit=7{query}" +
                             (cursor and f"&cursor={cursor}"))
            self.assertLessEqual(len(page["logs"]), 7)
            rows, cursor = rows + page["logs"], page["next"]
        return rows

    def test_each_order_has_a_row_of_its_creation(self):
        tasks = [row["id"] for row in self.told("/api/sync/tasks?limit=200")["tasks"]]
        rows = [row for task in tasks for row in self.logs(task)]
        made = [row for row in rows if row["action"] == "create"]
        self.assertEqual(len({row["item_id"] for row in made}), ORDERS)
        self.assertEqual(len({row["id"] for row in rows}), len(rows))
        self.assertEqual(list(made[0]), LOG)
        self.assertEqual({(row["item_type"], row["status"], row["error_message"]) for row in made},
                         {("order", "success", None)})
        task = made[0]["task_id"]
        self.assertEqual(self.logs(task, "&action=create"),
                         [row for row in made if row["task_id"] == task])
        self.assertEqual(self.logs(task, "&status=failed"), [])

    def test_tasks_are_filtered(self):
        task = self.begin(shop_id=SHOP_ID)
        self.ended(task)

        def listed(query):
            return [row["id"] for row in self.told(f"/api/sync/tasks?limit=200&{query}")["tasks"]]
        for query in ("status=completed", "task_type=orders", f"shop_id={SHOP_ID}",
                      "account=default/shop"):
            self.assertIn(task, listed(query), query)
        for query in ("status=failed", "task_type=products", f"shop_id={SHOP_ID + 1}",
                      "account=default/erp"):
            self.assertEqual(listed(query), [], query)
        self.begin(shop_id=SHOP_ID)
        cursor = self.told("/api/sync/tasks?limit=1&task_type=orders")["next"]
        self.told(f"/api/sync/tasks?limit=1&task_type=orders&cursor={cursor}")
        self.wrong(f"/api/sync/tasks?limit=1&cursor={cursor}", "query.cursor")
        self.wrong(f"/api/sync/orders/status?limit=1&cursor={cursor}", "query.cursor")

    # --- one record ---

    def test_one_order(self):
        key = self.place.told("records", "list", "--kind", "order", "--limit", "1")["records"][0]["record"]
        number = key.rsplit("/", 1)[1]
        for query in ("", f"?shop_id={SHOP_ID}"):
            said = self.told(f"/api/sync/orders/{number}{query}", method="POST")
            self.assertEqual(list(said), ["success", "order_sn", "action", "message"])
            self.assertEqual((said["success"], said["order_sn"], said["action"]),
                             (True, number, "unchanged"))
        self.refused(404, "/api/sync/orders/none", method="POST")
        self.refused(404, f"/api/sync/orders/{number}?shop_id={SHOP_ID + 1}", method="POST")
        self.refused(409, "/api/sync/products/1", method="POST")

    # --- shops ---

    def test_the_progress_of_a_shop(self):
        self.ended(self.begin(sync_type="full", shop_id=SHOP_ID))
        said = self.told(f"/api/sync/shops/{SHOP_ID}/orders/progress")
        self.assertEqual(list(said), PROGRESS)
        self.assertEqual((said["shop_id"], said["sync_status"], said["product_sync_status"]),
                         (SHOP_ID, "completed", None))
        self.assertEqual((said["total_items"], said["success_items"], said["failed_items"],
                          said["progress"]), (ORDERS, ORDERS, 0, 100))
        self.assertTrue(said["last_full_sync_at"])
        self.refused(404, f"/api/sync/shops/{SHOP_ID + 1}/orders/progress")

    def test_what_orders_lack(self):
        self.assertEqual(self.told(f"/api/sync/shops/{SHOP_ID}/orders/enrich-tasks"),
                         {"tasks": [], "next": None})
        self.assertEqual(self.told("/api/sync/orders/enrich-tasks/stats"),
                         {"pending": 0, "processing": 0, "completed": 0, "failed": 0, "total": 0,
                          "queue_length": 0})
        said = self.told(f"/api/sync/shops/{SHOP_ID}/orders/enrich-details", method="POST")
        self.assertEqual((said["success"], said["changed"]), (True, 0))
        self.wrong(f"/api/sync/shops/{SHOP_ID}/orders/enrich-tasks?cursor=abc", "query.cursor")

    def test_products(self):
        self.wrong("/api/sync/products", "body.shop_id", method="POST", body={"shop_id": SHOP_ID})
        self.wrong("/api/sync/products", "body.page_size", "body.goods_status_filter_type",
                   method="POST", body={"page_size": 0, "goods_status_filter_type": 9})
        self.assertEqual(self.told("/api/sync/products/status")["tasks"], [])

    def test_who_may_only_read_begins_nothing(self):
        reader = self.place.waybill("api-key", "add", "reader", "--role", "read").stdout.strip()
        wait_for("it counts", lambda: self.ask("/api/accounts", key=reader)[0] == 200, 5)
        self.refused(403, "/api/sync/orders", method="POST", body={}, key=reader)
        self.assertEqual(self.ask("/api/sync/orders/status", key=reader)[0], 200)

    def test_a_poller_that_dies_goes_on(self):
        task = self.begin(sync_type="full", shop_id=SHOP_ID)
        pid = self.place.pid("poller-1")
        os.kill(pid, signal.SIGKILL)
        said = self.ended(task)
        self.assertEqual((said["status"], said["total_items"]), ("completed", ORDERS))


class Gateways(SyncCase):
    """Several of them, and their ends."""

    def setUp(self):
        self.place, self.key = new_place()
        self.addCleanup(self.place.close)
        type(self).place = self.place  # find_port looks there
        self.port = self.find_port()
        self.begin_world()

    def gateway(self, instance, kill_at=None):
        """Another gateway, by hand."""
        environment = dict(self.place.environment, **({"WB_KILL_AT": kill_at} if kill_at else {}))
        process = subprocess.Popen(
            [self.place.path("waybill-gateway"), "--config", self.place.config, "--instance",
             instance], env=environment, cwd=self.place.folder, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=with_us)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait(20)

    def test_two_gateways_tell_of_each_others_tasks(self):
        second = self.gateway("gateway-2")
        port = self.find_port("gateway-2")
        wait_for("they know each other",
                 lambda: self.ask("/api/sync/orders/status", port=port)[0] == 200)
        ours, theirs = self.begin(), self.begin(port=port)
        self.assertEqual((ours % 64, theirs % 64), (1, 2))
        self.assertEqual(self.ended(ours, port)["status"], "completed")
        wait_for("the first knows the second", lambda: self.ask(
            f"/api/sync/orders/status/{theirs}")[0] == 200)
        self.assertEqual(self.ended(theirs)["status"], "completed")
        newest = self.told("/api/sync/orders/status?limit=2", port=port)["tasks"]
        self.assertEqual({row["task_id"] for row in newest}, {ours, theirs})
        second.send_signal(signal.SIGSTOP)
        _, problem = self.refused(503, f"/api/sync/orders/status/{theirs}")
        self.assertIn("gateway-2", problem["detail"])
        self.refused(503, f"/api/sync/orders/status/{NOBODYS}")
        self.assertEqual(self.status(ours)["status"], "completed")
        page = self.told("/api/sync/orders/status?limit=1")
        self.assertEqual(page["silent"], ["gateway-2"])

    def test_an_account_that_has_left_takes_its_tasks_with_it(self):
        with open(self.place.config, encoding="utf-8") as file:
            before = file.read()
        with open(self.place.config, "w", encoding="utf-8") as file:
            file.write(before.replace("  shop:\n", "  shop2:\n").replace("from: shop,",
                                                                        "from: shop2,"))
        self.place.waybill("reload")
        wait_for("the gateway", self.is_back)
        self.assertTrue(self.told("/api/sync/tasks?account=default/shop")["tasks"])
        wait_for("all of it is gone", lambda: self.removed("default/shop"))
        wait_for("the gateway", self.is_back)
        self.assertEqual(self.told("/api/sync/tasks")["tasks"], [])

    def is_back(self):
        """A gateway that starts anew is told at its former port for a moment."""
        try:
            self.port = self.find_port()
            return self.ask("/api/sync/tasks")[0] == 200
        except OSError:
            return False

    def removed(self, account):
        said = self.place.told("accounts", "remove", account, "--yes")
        return said if said["complete"] else None

    def killed(self, kill_at):
        """The task that a gateway had when it died there."""
        before = {row["task_id"] for row in self.told("/api/sync/orders/status")["tasks"]}
        doomed = self.gateway("gateway-3", kill_at)
        try:
            self.begin(port=self.find_port("gateway-3"), sync_type="full")
        except (http.client.HTTPException, OSError):
            pass  # it died before it could answer
        doomed.wait(30)
        self.gateway("gateway-3")
        port = wait_for("another life", lambda: self.told_port("gateway-3"))
        tasks = [row["task_id"] for row in
                 self.told("/api/sync/orders/status", port=port)["tasks"]
                 if row["task_id"] % 64 == 3 and row["task_id"] not in before]
        self.assertEqual(len(tasks), 1)
        said = self.ended(tasks[0], port)
        self.assertEqual((said["status"], said["total_items"], said["success_items"]),
                         ("completed", ORDERS, ORDERS))
        return tasks[0]

    def runs(self):
        said = self.place.told("tasks", "--stream", "orders", "--limit", "1000")["tasks"]
        return {row["id"] for row in said}

    def test_a_gateway_that_dies_goes_on_and_reads_once(self):
        for point in ("gateway.task:1", "gateway.task_begun:1", "gateway.task_stored:1",
                      "gateway.task_over:1"):
            with self.subTest(point):
                before = self.runs()
                self.killed(point)
                wait_for("the ledger", lambda known=before: self.runs() - known)
                self.assertEqual(len(self.runs() - before), 1)


if __name__ == "__main__":
    unittest.main()
