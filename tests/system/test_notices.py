# SPDX-License-Identifier: Apache-2.0
"""What a queue may carry besides good notifications: parked with its reason, filtered, or
delivered; the stream goes on, and the ledger adds up."""
import json
import os
import signal
import sys
import time
import unittest
import urllib.request
import uuid

from deployment import ERP, ROUTES, SHOP, Deployment, wait_for
from receiver import Receiver
from sim_client import sign

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 10
# what is older than keep_seen_ms is not remembered: its id may leave at the next start
NOW = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
COLUMNS = ("handed_on", "unchanged", "stale", "merged", "filtered", "parked", "held", "open")


def notice(kind, payload, **metadata):
    if "NotificationId" not in metadata:
        metadata["NotificationId"] = str(uuid.uuid4())
    return {"NotificationVersion": "1.0", "NotificationType": kind, "PayloadVersion": "1.0",
            "EventTime": NOW, "Payload": payload,
            "NotificationMetadata": {key: value for key, value in metadata.items() if value}}


def order_change(order, **metadata):
    return notice("ORDER_CHANGE", {"OrderChangeNotification": {
        "NotificationLevel": "OrderLevel", "AmazonOrderId": order}}, **metadata)


def status_change(order):
    return notice("ORDER_STATUS_CHANGE", {"OrderStatusChangeNotification": {
        "AmazonOrderId": order}})


OFFER = notice("ANY_OFFER_CHANGED", {"AnyOfferChangedNotification": {
    "SellerId": "A1", "OfferChangeTrigger": {
        "MarketplaceId": "ATVPDKIKX0DER", "ASIN": "B00TEST", "ItemCondition": "new",
        "TimeOfOfferChange": "2026-01-02T03:04:05Z"}, "Summary": {}, "Offers": []}})


class Queue(unittest.TestCase):
    def send(self, place, text):
        host = f"127.0.0.1:{place.port}"
        body = json.dumps({"QueueUrl": f"http://{host}/000000000000/q1",
                           "MessageBody": text if isinstance(text, str) else json.dumps(text)})
        request = urllib.request.Request(
            f"http://{host}/", body.encode(), sign(host, "SendMessage", body.encode()))
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.assertEqual(answer.status, 200)

    def add_up(self, place, sent):
        total = wait_for("the ledger", lambda: place.settled(sent), 40)
        self.assertEqual(total["read"], sum(total[name] for name in COLUMNS))
        self.assertEqual((total["held"], total["open"]), (0, 0))
        return total


class Notices(Queue):
    def test_of_every_kind(self):
        place = Deployment(BINARIES, orders=ORDERS)
        self.addCleanup(place.close)
        place.ask("/sim/target?name=main", "POST")
        place.ask("/sim/start", "POST")
        given = wait_for("the orders", lambda: place.ask("/sim/missing?target=main")["missing"])
        ids = [row["id"] for row in given]
        whole = json.dumps(order_change(ids[0]))
        bad = [  # a text in the reason of what is parked
            ("this is no JSON", "not JSON"),
            (whole[:len(whole) // 2], "not JSON"),
            ("\x01\x7f" * 200, "not JSON"),
            ("x" * 300000, "not JSON"),
            ("{" * 5000, "not JSON"),
            ("[]", "no NotificationType"),
            ("{}", "no NotificationType"),
            ('{"NotificationType": 7}', "NotificationType is not a text"),
            (notice("SOMETHING_NEW", {}), "unknown notification type: SOMETHING_NEW"),
            (order_change(ids[1], NotificationId=None), "NotificationId is missing"),
            (notice("ORDER_CHANGE", {"OrderChangeNotification": {"NotificationLevel": "x"}}),
             "AmazonOrderId is missing"),
            (order_change("../../etc/passwd"), "AmazonOrderId is not an order id"),
            (order_change(ids[2], Wrong="x") | {"Payload": None}, "missing"),
        ]
        good = [order_change(ids[3]), status_change(ids[4]), {"source": "aws.partner",
                "detail-type": "ORDER_CHANGE", "detail": order_change(ids[5])},
                {"Type": "Notification", "Message": json.dumps(order_change(ids[6]))}]
        twice = order_change(ids[7])
        for text, _ in bad:
            self.send(place, text)
        for text in good + [twice, twice, OFFER]:
            self.send(place, text)
        place.up("--first")
        wait_for("the orders", lambda: place.target().get("records") == ORDERS, 40)
        sent = ORDERS + len(bad) + len(good) + 3
        total = self.add_up(place, sent)
        self.assertEqual((total["parked"], total["filtered"]), (len(bad), 1))
        self.assertGreaterEqual(total["unchanged"], 1)  # the doubled one
        self.reasons(place, [reason for _, reason in bad])

        def empty():
            queue = place.ask("/sim/stats")["notices"]
            return not queue["visible"] + queue["in_flight"]
        wait_for("the last deletes", empty)
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"], told["missing"]), (0, 0, []))

    def reasons(self, place, wanted):
        """Each parked message has its own reason, and its bytes."""
        said = json.loads(place.waybill("parked", "list", "--json").stdout)
        rows = [row for answer in said["processes"] for row in answer.get("rows", [])]
        self.assertEqual(len(rows), len(wanted))
        left = [row["reason"] for row in rows]
        for text in wanted:
            found = [reason for reason in left if text in reason]
            self.assertTrue(found, (text, left))
            left.remove(found[0])
        shown = json.loads(place.waybill("parked", "show", rows[0]["id"], "--body",
                                         "--json").stdout)
        self.assertGreater(shown["message"]["body_bytes"], 0)


# The target of notices, beside that of orders.
DESK = ERP.replace("  erp:", "  desk:").replace("http://127.0.0.1:{port}/erp/main", "DESK") + ERP


class AsTheyAre(Queue):
    """A route of notices: whatever their type, they come to its target as they were, once each."""

    def deployment(self, routes):
        desk = Receiver()
        self.addCleanup(desk.close)
        place = Deployment(BINARIES, orders=ORDERS,
                           config=SHOP + DESK.replace("DESK", desk.url) + ROUTES + routes)
        self.addCleanup(place.close)
        place.ask("/sim/target?name=main", "POST")
        return place, desk

    def test_of_any_type_beside_what_they_announce(self):
        place, desk = self.deployment("  - {{from: shop, kind: notice, to: desk}}\n")
        place.ask("/sim/start", "POST")
        odd = {OFFER["NotificationMetadata"]["NotificationId"]: OFFER}
        for sent in (notice("SOMETHING_NEW", {"a": 1}), notice("SOMETHING_NEW", None)):
            odd[sent["NotificationMetadata"]["NotificationId"]] = sent
        for sent in odd.values():
            self.send(place, sent)
            self.send(place, sent)  # told twice
        self.send(place, "{half of it")
        place.up("--first")
        wait_for("the orders", lambda: place.target().get("records") == ORDERS, 40)
        wait_for("the notices", lambda: len(desk.records) == ORDERS + len(odd), 40)
        # of each order two: its notice, and what that announces
        total = self.add_up(place, 2 * ORDERS + 2 * len(odd) + 1)
        self.assertEqual((total["parked"], total["filtered"]), (1, 0))
        self.assertEqual(total["unchanged"], len(odd))
        self.assertEqual(len(desk.took), len(desk.records))
        for name, sent in odd.items():
            _, record = desk.records[f"default/shop/notice/{name}"]
            self.assertEqual(json.loads(record["body"]), sent)
            self.assertEqual(record["type"], sent["NotificationType"])
            self.assertEqual(record["event_at"], NOW)
        for _, record in desk.records.values():
            self.assertIn(record["type"], ("ORDER_CHANGE", "SOMETHING_NEW", OFFER["NotificationType"]))
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"], told["missing"]), (0, 0, []))

    def test_one_type_while_processes_are_killed(self):
        place, desk = self.deployment(
            "  - {{from: '*', kind: notice, type: ANY_OFFER_CHANGED, to: desk}}\n")
        place.up("--first")
        place.ask("/sim/start", "POST")
        ids, others = [], 0
        for instance in ("poller-1", "mapper-1", "poller-1", "pusher-1", "mapper-1", "poller-1"):
            for at in range(8):
                sent = notice("ANY_OFFER_CHANGED", {"at": at})
                ids.append(sent["NotificationMetadata"]["NotificationId"])
                self.send(place, sent)
                if at % 2:
                    self.send(place, sent)
                self.send(place, notice("REPORT_PROCESSING_FINISHED", {}))
                others += 1
                if at == 3:
                    pid = wait_for(instance, lambda: place.pid(instance))
                    os.kill(pid, signal.SIGKILL)
        wait_for("the notices", lambda: len(desk.records) == len(ids), 60)
        wait_for("the orders", lambda: place.target().get("records") == ORDERS, 40)
        total = self.add_up(place, ORDERS + len(ids) + len(ids) // 2 + others)
        self.assertEqual((total["parked"], total["filtered"]), (0, others))
        self.assertEqual({key.rsplit("/", 1)[1] for key in desk.records}, set(ids))
        self.assertEqual(len(desk.took), len(ids))
        self.assertEqual(desk.problems, [])

    def test_only_from_where_there_are_any(self):
        place, _ = self.deployment("  - {{from: desk, kind: notice, to: erp}}\n")
        said = place.waybill_ended("check")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("nothing comes from 'desk'", said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
