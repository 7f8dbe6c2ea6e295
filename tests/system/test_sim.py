# SPDX-License-Identifier: Apache-2.0
"""test_sim - the simulator as a process, over real sockets.

usage: test_sim.py PATH_TO_WAYBILL_SIM
"""
import hashlib
import http.client
import json
import os
import selectors
import socket
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sim_client import Sim, sign  # noqa: E402

BINARY = sys.argv[1]
ALL_SETS = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"


def change_of(message):
    return json.loads(message["Body"])["Payload"]["OrderChangeNotification"]


def until(happened, deadline_s=20):
    deadline = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"


def long_poll(sim):
    """A connection whose receive is waited for by the simulator."""
    body = json.dumps({"QueueUrl": sim.queue_url(), "WaitTimeSeconds": 20}).encode()
    waiting = socket.create_connection(("127.0.0.1", sim.port), timeout=30)
    head = "".join(f"{k}: {v}\r\n" for k, v in sign(sim.host, "ReceiveMessage", body).items())
    waiting.sendall(f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    until(lambda: sim.stats()["notices"]["waiting"] == 1)
    return waiting


class Queue(unittest.TestCase):
    def test_notices_come_once_and_are_deleted(self):
        with Sim(BINARY, "--orders", "25", "--changes", "1") as sim:
            seen = set()
            while messages := sim.receive():
                for message in messages:
                    digest = hashlib.md5(message["Body"].encode()).hexdigest()
                    self.assertEqual(digest, message["MD5OfBody"])
                    notice = json.loads(message["Body"])
                    seen.add(notice["NotificationMetadata"]["NotificationId"])
                status, answer = sim.delete(messages)
                self.assertEqual((status, len(answer["Successful"])), (200, len(messages)))
            self.assertEqual(len(seen), 50)
            self.assertEqual(sim.stats()["notices"]["deleted"], 50)

    def test_a_long_poll_is_answered_the_moment_a_message_is_there(self):
        with Sim(BINARY, "--orders", "1", "--start", "manual") as sim:
            waiting = long_poll(sim)
            begin = time.monotonic()
            sim.call("POST", "/sim/start")
            self.assertIn(b"200 OK", waiting.recv(65536))
            self.assertLess(time.monotonic() - begin, 10)  # not when its 20 s are over
            waiting.close()

    def test_who_leaves_in_a_long_poll_takes_no_message_along(self):
        with Sim(BINARY, "--orders", "1", "--start", "manual") as sim:
            waiting = long_poll(sim)
            waiting.close()
            until(lambda: sim.stats()["notices"]["waiting"] == 0)
            sim.call("POST", "/sim/start")
            self.assertEqual(len(sim.receive()), 1)

    def test_an_empty_long_poll_ends_without_messages(self):
        with Sim(BINARY, "--orders", "0") as sim:
            begin = time.monotonic()
            status, answer = sim.sqs("ReceiveMessage",
                                     {"QueueUrl": sim.queue_url(), "WaitTimeSeconds": 1})
            self.assertEqual((status, answer), (200, {}))
            self.assertGreater(time.monotonic() - begin, 0.9)

    def test_visibility(self):
        with Sim(BINARY, "--orders", "1") as sim:
            url = sim.queue_url()
            first = sim.receive(VisibilityTimeout=600)
            self.assertEqual(sim.receive(), [])
            soon = {"QueueUrl": url, "ReceiptHandle": first[0]["ReceiptHandle"], "VisibilityTimeout": 1}
            self.assertEqual(sim.sqs("ChangeMessageVisibility", soon)[0], 200)
            again = sim.receive(wait=20, VisibilityTimeout=600)
            self.assertEqual(again[0]["Body"], first[0]["Body"])
            self.assertEqual(again[0]["Attributes"]["ApproximateReceiveCount"], "2")
            self.assertEqual(sim.delete(first)[0], 200)  # an old handle: success, and no effect
            self.assertEqual(sim.stats()["notices"]["in_flight"], 1)
            give_back = {"QueueUrl": url, "ReceiptHandle": again[0]["ReceiptHandle"],
                         "VisibilityTimeout": 0}
            self.assertEqual(sim.sqs("ChangeMessageVisibility", give_back)[0], 200)
            self.assertEqual(len(sim.receive()), 1)
            status, answer = sim.sqs("ChangeMessageVisibility", give_back)
            self.assertEqual((status, answer["__type"]), (400, "com.amazonaws.sqs#MessageNotInflight"))

    def test_wrong_signatures_are_refused(self):
        rows = [
            ({}, 200, None),
            ({"token": "sim-session-1"}, 200, None),
            ({"secret": "wrong"}, 403, "SignatureDoesNotMatch"),
            ({"number": 7}, 403, "UnrecognizedClientException"),
            ({"token": "wrong"}, 403, "UnrecognizedClientException"),
            ({"skew_s": -290}, 200, None),
            ({"skew_s": -320}, 403, "InvalidSignatureException"),
            ({"skew_s": 320}, 403, "InvalidSignatureException"),
        ]
        with Sim(BINARY, "--orders", "1") as sim:
            for how, want, code in rows:
                status, answer = sim.sqs("GetQueueUrl", {"QueueName": "q1"}, **how)
                self.assertEqual(status, want, how)
                if code:
                    self.assertEqual(answer["__type"].split("#")[1], code)
            body = b'{"QueueName":"q1"}'
            headers = sign(sim.host, "GetQueueUrl", body)
            self.assertEqual(sim.json("POST", "/", b'{"QueueName":"q2"}', headers)[0], 403)
            del headers["Authorization"]
            self.assertEqual(sim.json("POST", "/", body, headers)[0], 403)

    def test_batches_and_errors(self):
        with Sim(BINARY, "--orders", "0") as sim:
            url = sim.queue_url()
            rows = [
                ("DeleteMessageBatch", {"QueueUrl": url, "Entries": []}, "EmptyBatchRequest"),
                ("DeleteMessageBatch", {"QueueUrl": url, "Entries": [{"Id": "a"}, {"Id": "a"}]},
                 "BatchEntryIdsNotDistinct"),
                ("DeleteMessageBatch", {"QueueUrl": url, "Entries": [{"Id": "a b"}]},
                 "InvalidBatchEntryId"),
                ("DeleteMessageBatch", {"QueueUrl": url, "Entries": [{"Id": str(i)} for i in range(11)]},
                 "TooManyEntriesInBatchRequest"),
                ("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": "x"}, "ReceiptHandleIsInvalid"),
                ("ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 11}, "InvalidParameterValue"),
                ("ReceiveMessage", {"QueueUrl": url + "x"}, "QueueDoesNotExist"),
                ("GetQueueUrl", {"QueueName": "nope"}, "QueueDoesNotExist"),
                ("Nonsense", {"QueueUrl": url}, "UnsupportedOperation"),
            ]
            for operation, arguments, code in rows:
                status, answer = sim.sqs(operation, arguments)
                self.assertEqual((status, answer["__type"].split("#")[1]), (400, code))
            status, answer = sim.sqs("DeleteMessageBatch", {
                "QueueUrl": url, "Entries": [{"Id": "a", "ReceiptHandle": "nonsense"}]})
            self.assertEqual((status, answer["Successful"]), (200, []))
            self.assertEqual(answer["Failed"][0]["Code"], "ReceiptHandleIsInvalid")

    def test_a_queue_of_ones_own(self):
        with Sim(BINARY, "--orders", "0") as sim:
            url = sim.sqs("CreateQueue", {"QueueName": "mine"})[1]["QueueUrl"]
            text = 'quotes " and \\ and \u00fcml\u00e4ut \u2603'
            sent = sim.sqs("SendMessage", {"QueueUrl": url, "MessageBody": text})[1]
            self.assertEqual(sent["MD5OfMessageBody"], hashlib.md5(text.encode()).hexdigest())
            got = sim.sqs("ReceiveMessage", {"QueueUrl": url})[1]["Messages"][0]
            self.assertEqual(got["Body"], text)
            names = {"QueueUrl": url, "AttributeNames": ["All"]}
            attributes = sim.sqs("GetQueueAttributes", names)[1]["Attributes"]
            self.assertEqual(attributes["ApproximateNumberOfMessagesNotVisible"], "1")


class Tokens(unittest.TestCase):
    def test_grants_and_refusals(self):
        rows = [
            ({}, 200, None),
            ({"grant_type": "client_credentials", "scope": "sellingpartnerapi::notifications"}, 200, None),
            ({"grant_type": "client_credentials", "scope": "x"}, 400, "invalid_scope"),
            ({"refresh_token": "Atzr|sim-9"}, 400, "invalid_grant"),
            ({"client_secret": "x"}, 401, "invalid_client"),
            ({"client_id": "x"}, 401, "invalid_client"),
            ({"grant_type": "x"}, 400, "unsupported_grant_type"),
        ]
        with Sim(BINARY, "--orders", "0") as sim:
            for change, want, error in rows:
                status, answer = sim.token(**change)
                self.assertEqual((status, answer.get("error")), (want, error), change)
            sim.call("POST", "/sim/account?number=1&revoked=1")
            self.assertEqual(sim.token()[1]["error"], "invalid_grant")

    def test_a_token_expires(self):
        with Sim(BINARY, "--orders", "1", "--token-ttl", "300ms", "--rate-scale", "off") as sim:
            order = change_of(sim.receive()[0])["AmazonOrderId"]
            path = f"/orders/2026-01-01/orders/{order}"
            headers = {}

            def taken():
                """Of a slow client it may have ended before it was shown: then the next one."""
                headers["x-amz-access-token"] = sim.token()[1]["access_token"]
                return sim.call("GET", path, headers=headers)[0] == 200
            until(taken)
            until(lambda: sim.call("GET", path, headers=headers)[0] != 200)
            status, answer = sim.json("GET", path, headers=headers)
            self.assertEqual((status, answer["errors"][0]["code"]), (403, "Unauthorized"))
            self.assertEqual(sim.call("GET", path)[0], 401)


class Orders(unittest.TestCase):
    def setUp(self):
        self.sim = Sim(BINARY, "--orders", "250", "--changes", "1", "--gap", "1", "--accounts", "2",
                       "--rate-scale", "off", "--search-lag", "0")
        self.headers = {"x-amz-access-token": self.sim.token()[1]["access_token"]}
        until(lambda: self.sim.stats()["done"])

    def tearDown(self):
        self.sim.__exit__()

    def get(self, path, **query):
        return self.sim.json("GET", path + "?" + urllib.parse.urlencode(query, safe=","),
                             headers=self.headers)

    def test_search_finds_each_order_of_the_seller_once(self):
        ids, token = [], {}
        query = {"lastUpdatedAfter": "2020-01-01T00:00:00Z", "maxResultsPerPage": 40,
                 "includedData": "FULFILLMENT"}
        while True:
            status, page = self.get("/orders/2026-01-01/orders", **query, **token)
            self.assertEqual(status, 200, page)
            ids += [order["orderId"] for order in page["orders"]]
            if "nextToken" not in page["pagination"]:
                break
            token = {"paginationToken": page["pagination"]["nextToken"]}
        self.assertEqual((len(ids), len(set(ids))), (125, 125))
        status, _ = self.get("/orders/2026-01-01/orders", **{**query, "maxResultsPerPage": 41}, **token)
        self.assertEqual(status, 400)
        for order in ids[:3]:
            status, one = self.get(f"/orders/2026-01-01/orders/{order}", includedData=ALL_SETS)
            self.assertEqual((status, one["order"]["orderId"]), (200, order))
            items = self.get(f"/orders/v0/orders/{order}/orderItems")[1]["payload"]["OrderItems"]
            self.assertEqual([item["OrderItemId"] for item in items],
                             [item["orderItemId"] for item in one["order"]["orderItems"]])

    def test_v0_by_ids_and_by_time(self):
        ids, token = [], {}
        query = {"MarketplaceIds": "ATVPDKIKX0DER", "CreatedAfter": "2020-01-01T00:00:00Z"}
        while True:
            payload = self.get("/orders/v0/orders", **query, **token)[1]["payload"]
            ids += [order["AmazonOrderId"] for order in payload["Orders"]]
            if "NextToken" not in payload:
                break
            token = {"NextToken": payload["NextToken"]}
        self.assertEqual(len(set(ids)), 125)
        some = ids[:50]
        found = self.get("/orders/v0/orders", MarketplaceIds="ATVPDKIKX0DER",
                         AmazonOrderIds=",".join(some))[1]["payload"]["Orders"]
        self.assertEqual([order["AmazonOrderId"] for order in found], some)
        status, _ = self.get("/orders/v0/orders", MarketplaceIds="ATVPDKIKX0DER",
                             AmazonOrderIds=",".join(ids[:51]))
        self.assertEqual(status, 400)

    def test_bad_searches(self):
        after, path = "2020-01-01T00:00:00Z", "/orders/2026-01-01/orders"
        rows = [
            {}, {"createdAfter": after, "lastUpdatedAfter": after}, {"createdAfter": "yesterday"},
            {"createdAfter": after, "lastUpdatedBefore": "2021-01-01T00:00:00Z"},
            {"createdAfter": after, "createdBefore": "2019-01-01T00:00:00Z"},
            {"createdAfter": after, "createdBefore": "2999-01-01T00:00:00Z"},
            {"createdAfter": after, "maxResultsPerPage": 101},
            {"createdAfter": after, "includedData": "NONSENSE"},
            {"createdAfter": after, "paginationToken": "nonsense"},
        ]
        for query in rows:
            status, answer = self.get(path, **query)
            self.assertEqual((status, answer["errors"][0]["code"]), (400, "InvalidInput"), query)

    def test_other_sellers_and_unknown_orders_are_not_found(self):
        theirs = {"x-amz-access-token": self.sim.token(account=2)[1]["access_token"]}
        mine = self.get("/orders/2026-01-01/orders", createdAfter="2020-01-01T00:00:00Z")[1]["orders"]
        path = f"/orders/2026-01-01/orders/{mine[0]['orderId']}"
        self.assertEqual(self.sim.call("GET", path, headers=theirs)[0], 404)
        self.assertEqual(self.get("/orders/2026-01-01/orders/111-0000000-0000000")[0], 404)


class Limits(unittest.TestCase):
    def test_published_limits(self):
        with Sim(BINARY, "--orders", "1", "--rate-scale", "1") as sim:
            headers = {"x-amz-access-token": sim.token()[1]["access_token"]}
            path = "/orders/2026-01-01/orders?createdAfter=2020-01-01T00:00:00Z"
            got = [sim.call("GET", path, headers=headers) for _ in range(22)]
            self.assertEqual([answer[0] for answer in got], [200] * 20 + [429] * 2)
            self.assertEqual(float(got[0][1]["x-amzn-RateLimit-Limit"]), 0.0056)
            self.assertIsNone(got[21][1]["x-amzn-RateLimit-Limit"])
            self.assertEqual(sim.stats()["throttled"], {"orders.searchOrders": 2})


class Target(unittest.TestCase):
    def record(self, sim):
        order = change_of(sim.receive()[0])["AmazonOrderId"]
        return {"key": f"t/a/order/{order}", "revision": 3, "idempotency": "k3", "marker": "S-0-v1"}

    def test_keyed_and_probed(self):
        with Sim(BINARY, "--orders", "1") as sim:
            record = self.record(sim)
            self.assertEqual(sim.push(record)[1]["results"][0]["status"], "done")
            self.assertEqual(sim.push(record)[1]["results"][0]["status"], "unchanged")
            sim.call("POST", "/sim/target?name=other&mode=probed")
            for _ in range(2):
                self.assertEqual(sim.push(record, "other")[1]["results"][0]["status"], "done")
            key = urllib.parse.quote(record["key"], safe="")
            status, probed = sim.json("GET", f"/erp/other/records/{key}")
            self.assertEqual((status, probed["revision"]), (200, 3))
            self.assertEqual(sim.call("GET", "/erp/other/records/none")[0], 404)
            targets = sim.stats()["targets"]
            self.assertEqual((targets["erp"]["repeated"], targets["other"]["repeated"]), (0, 1))
            self.assertEqual((targets["erp"]["records"], targets["erp"]["newest"]), (1, 1))
            self.assertEqual(sim.json("GET", "/sim/missing?target=erp")[1]["missing"], [])

    def test_a_target_that_is_down_answers_nothing_and_does_nothing(self):
        with Sim(BINARY, "--orders", "1") as sim:
            record = self.record(sim)
            sim.call("POST", "/sim/target?name=erp&down=1")
            sim.connection.timeout = 0.3
            sim.connection.close()
            with self.assertRaises(OSError):
                sim.push(record)
            sim.connection.timeout = 30
            self.assertEqual(sim.stats()["targets"]["erp"]["records"], 0)
            sim.call("POST", "/sim/target?name=erp&down=0")
            self.assertEqual(sim.push(record)[0], 200)

    def test_late_answers_apply_on_arrival(self):
        with Sim(BINARY, "--orders", "1", "--late", "60s") as sim:
            record = self.record(sim)
            sim.call("POST", "/sim/faults?set=late=1")
            sim.connection.timeout = 0.3
            sim.connection.close()
            with self.assertRaises(OSError):
                sim.push(record)
            sim.connection.timeout = 30
            until(lambda: sim.stats()["targets"]["erp"]["newest"] == 1)

    def test_broken_answers(self):
        rows = [("cut=1", 0), ("cut_after=1", 1), ("half=1", 1), ("5xx=1", 0), ("429=1", 0)]
        for spec, newest in rows:
            with Sim(BINARY, "--orders", "1") as sim:
                record = self.record(sim)
                sim.call("POST", f"/sim/faults?set={spec.replace('=', '@erp=')}")
                try:
                    status, _ = sim.push(record)
                    self.assertIn(status, (429, 500, 503), spec)
                except (OSError, http.client.HTTPException):
                    pass  # that is what a broken answer looks like
                sim.call("POST", "/sim/faults?set=none")
                self.assertEqual(sim.stats()["targets"]["erp"]["newest"], newest, spec)


class Crowd(unittest.TestCase):
    CLIENTS, ROUNDS = 2000, 5

    def test_2000_connections_at_once(self):
        with Sim(BINARY, "--orders", "0") as sim:
            selector, request = selectors.DefaultSelector(), b"GET /sim/none HTTP/1.1\r\nHost: x\r\n\r\n"
            sockets = [socket.create_connection(("127.0.0.1", sim.port)) for _ in range(self.CLIENTS)]
            for one in sockets:
                one.setblocking(False)
                selector.register(one, selectors.EVENT_READ, [0])
            for one in sockets:
                one.sendall(request)
            answered, deadline = 0, time.monotonic() + 60
            while answered < self.CLIENTS * self.ROUNDS and time.monotonic() < deadline:
                for key, _ in selector.select(1):
                    self.assertIn(b"404", key.fileobj.recv(65536))
                    answered, key.data[0] = answered + 1, key.data[0] + 1
                    if key.data[0] < self.ROUNDS:
                        key.fileobj.sendall(request)
            self.assertEqual(answered, self.CLIENTS * self.ROUNDS)
            self.assertGreaterEqual(sim.stats()["connections"], self.CLIENTS)
            for one in sockets:
                one.close()

    def test_pipelined_requests_are_answered_in_order(self):
        with Sim(BINARY, "--orders", "0") as sim, \
                socket.create_connection(("127.0.0.1", sim.port), timeout=30) as one:
            paths = ["/sim/accounts", "/sim/none", "/sim/accounts", "/erp/x/records/y"]
            one.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths))
            got = b""
            while got.count(b"HTTP/1.1 ") < len(paths):
                got += one.recv(65536)
            statuses = [part[:3] for part in got.split(b"HTTP/1.1 ")[1:]]
            self.assertEqual(statuses, [b"200", b"404", b"200", b"404"])

    def test_what_is_no_http_is_refused(self):
        with Sim(BINARY, "--orders", "0") as sim:
            for bytes_ in (b"\r\n\r\n", b"x" * 40000, b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"):
                with socket.create_connection(("127.0.0.1", sim.port), timeout=30) as one:
                    one.sendall(bytes_)
                    self.assertIn(one.recv(100)[9:12], (b"400", b"413"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
