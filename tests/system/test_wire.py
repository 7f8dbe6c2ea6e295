# SPDX-License-Identifier: Apache-2.0
"""A peer that knows docs/wire.md alone, among the real processes: it hears every topic, asks every
question, sends every kind of message, and gets its receipts."""
import json
import os
import re
import sys
import time
import unittest
import urllib.parse
import urllib.request
import uuid

try:
    import zmq

    import wire
except ImportError as missing:
    sys.exit(f"{missing}: tools/install test installs it")

from bus_reader import out_endpoint
from deployment import ERP, ROUTES, SHOP, SOURCE, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 12
# Its token is refused, and so is its signature.
STOPPED = SOURCE.replace("shop:", "stopped:").replace("/q1", "/q2").replace(
    "${{env:T_CLIENT_ID}}", "nobody").replace("env:T_SECRET_KEY", "env:T_CLIENT_ID")
GOLDEN = os.path.join(os.path.dirname(__file__), "..", "fixtures", "protocol", "order-full.hex")


def paragraph(name):
    """The fields of **run**, **account**, **process**: every name in backticks."""
    text = wire.section(9)
    start = text.index(f"**{name}**")
    return set(re.findall(r"`(\w+)`", text[start:text.index("\n\n", start)]))


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Deployment(BINARIES, orders=ORDERS, config=SHOP + STOPPED + ERP + ROUTES)
        cls.addClassCleanup(cls.place.close)
        cls.place.ask("/sim/target?name=main", "POST")
        cls.place.ask("/sim/start", "POST")
        cls.context = zmq.Context()
        cls.bus = cls.context.socket(zmq.SUB)
        cls.bus.set(zmq.RCVHWM, 0)  # read late, and nothing is dropped
        cls.bus.subscribe(b"")
        cls.bus.connect(out_endpoint("ipc://" + cls.place.state("run", "broker")))
        cls.addClassCleanup(cls.context.destroy, 0)
        cls.place.up("--first")
        cls.peer = wire.Peer(cls.place.state("run"))
        cls.addClassCleanup(cls.peer.close)
        cls.broker = "ipc://" + cls.place.state("run", "broker") + ".inlet"
        wait_for("the orders", lambda: cls.place.target().get("records") == ORDERS, 40)
        cls.beats = wait_for("their beats", lambda: cls.found(), 20)
        answer = cls.ask("call.records", "mapper-1", {})
        cls.key = answer["records"][0]["record"]

    @classmethod
    def found(cls):
        beats = wire.run_beats(cls.place.state("run"))
        return beats if sum(beat["ready"] for beat in beats.values()) >= 6 else None

    @classmethod
    def ask(cls, kind, instance, question, **fields):
        """A question of an operator: JSON to JSON."""
        return json.loads(cls.peer.call(cls.beats[instance]["work"], kind,
                                        json.dumps(question).encode(), **fields))

    # --- what is told ---

    def test_beats_own_each_shard_once(self):
        owned = {}
        for beat in self.beats.values():
            self.assertEqual(beat["deployment"], "waybill")
            for shard, generation in wire.claims(beat).items():
                self.assertGreaterEqual(generation, 1)
                owned.setdefault(beat["stage"], []).append(shard)
        for stage in ("pull", "fetch", "map", "push", "keep"):
            self.assertEqual(sorted(owned[stage]), list(range(64)), stage)

    def record_event(self, event):
        for name, value in event.items():
            wire.typed(name, wire.RECORD_EVENT[name], value)
        self.assertLessEqual({"what", "record", "at", "outcome", "revision"}, set(event))
        self.assertIn(event["what"], re.findall(r"\w+", " ".join(
            row[0] for row in wire.table(wire.section(9), "what | who"))))

    def heard(self, topic, header, body):
        """One message of the bus, looked at by the page."""
        parts = topic.split(".")
        self.assertEqual(header["deployment"], "waybill")
        if parts[0] in ("beat", "claim"):
            beat = wire.read_beat(body)
            self.assertEqual(topic, f"{parts[0]}.{beat['stage']}.{beat['instance']}")
            return parts[0]
        self.assertEqual(topic, f"{parts[0]}.{header['instance']}")
        self.assertEqual(header["kind"], wire.KINDS["event"])
        for event in wire.unpack(body):
            if parts[0] == "record":
                self.record_event(event)
            else:
                self.assertLessEqual(set(event), paragraph(parts[0]), topic)
        if parts[0] != "process":
            last = self.last.setdefault((header["store"], parts[0]), header["sequence"] - 1)
            self.assertEqual(header["sequence"], last + 1, topic)
            self.last[header["store"], parts[0]] = header["sequence"]
        return parts[0]

    def test_every_topic(self):
        """With a second claim for shards that somebody has, which the broker tells of."""
        self.last, topics, end = {}, set(), time.monotonic() + 30
        other = dict(self.beats["mapper-1"], instance="mapper-9", incarnation=7, number=1,
                     store=b"another store...", work=self.peer.endpoint, pid=os.getpid())
        self.peer.send(self.broker, wire.write_header(kind=wire.KINDS["beat"], **self.peer.own()),
                       wire.pack(other))
        self.place.waybill_ended("sync", "shop", "orders.sync")
        while not topics >= {"beat", "claim", "record", "run", "process"}:
            self.assertLess(time.monotonic(), end, topics)
            if self.bus.poll(500):
                topic, header, body = self.bus.recv_multipart()
                topics.add(self.heard(topic.decode(), wire.read_header(header), body))
        if "account" not in topics:  # it was told before we listened: then it is asked for
            told = wait_for("a stopped account", lambda: wire.unpack(self.peer.call(
                self.beats["poller-1"]["work"], "call.events",
                wire.pack({"topic": "account", "from": 1})))["rows"])
            for event in (event for batch in told[1::2] for event in wire.unpack(batch)):
                self.assertLessEqual({"what", "account", "text", "at"}, set(event))
                self.assertLessEqual(set(event), paragraph("account"))

    # --- what is asked ---

    def test_directory(self):
        commits, *members = wire.unpack(self.peer.call(self.broker, "call.directory", wire.pack(None)))
        self.assertGreaterEqual(commits, 0)
        names = {wire.read_beat(beat)["instance"] for beat, _, _ in members}
        self.assertLessEqual({"poller-1", "enricher-1", "mapper-1", "pusher-1", "keeper-1",
                              "monitor-1"}, names)
        for _, age, flags in members:
            self.assertTrue(age >= 0 and flags in (0, 1, 2, 3))

    def test_events(self):
        answer = wire.unpack(self.peer.call(self.beats["mapper-1"]["work"], "call.events",
                                            wire.pack({"topic": "record", "from": 1, "newer": [1]})))
        self.assertEqual(answer["topic"], "record")
        self.assertLessEqual(answer["first"], answer["last"] + 1)
        for sequence, batch in zip(*[iter(answer["rows"])] * 2):
            self.assertTrue(answer["first"] <= sequence <= answer["last"])
            for event in wire.unpack(batch):
                self.record_event(event)

    def test_operators_questions(self):
        told = {instance: self.ask("call.record", instance, {"record": self.key}) for instance in
                ("poller-1", "enricher-1", "mapper-1", "pusher-1")}
        self.assertEqual(told["poller-1"]["on_their_way"], 0)
        self.assertEqual((told["enricher-1"]["stage"], told["pusher-1"]["stage"]), ("fetch", "push"))
        record = told["mapper-1"]["records"][0]
        self.assertEqual(record["record"], self.key)
        self.assertEqual(record["canonical"]["buyer"]["email"], "***")
        self.assertEqual(told["pusher-1"]["targets"][0]["mark"]["revision"], record["revision"])
        shown = self.ask("call.record", "mapper-1", {"record": self.key, "personal": True})
        self.assertNotEqual(shown["records"][0]["canonical"]["buyer"]["email"], "***")
        self.assertEqual(self.ask("call.parked", "mapper-1", {"action": "list"})["rows"], [])
        events = wait_for("the timeline", lambda: [event for event in self.ask(
            "call.timeline", "monitor-1", {"record": self.key})["events"]
            if event["what"] == "delivered"])
        self.assertEqual(events[0]["record"], self.key)
        wait_for("the ledger", lambda: self.ask("call.runs", "monitor-1", {})["total"]["read"] >= ORDERS)
        status = self.ask("call.status", "keeper-1", {})
        self.assertEqual((status["instance"], status["stage"], status["ready"]),
                         ("keeper-1", "keep", True))
        dry = self.ask("call.sync", "poller-1",
                       {"account": "default/shop", "stream": "orders.sync", "dry_run": True})
        self.assertTrue(dry["ok"])
        self.assertIn("x-amz-access-token: ***", dry["request"])
        self.assertIn("error", self.ask("call.parked", "mapper-1", {"action": "eat"}))

    def test_keeper(self):
        """A scope that nobody has yet: it is the account's by what the connector says."""
        keeper, scope = self.beats["keeper-1"]["work"], "amazon:of-a-test"
        lane = {"stage": wire.STAGES["keep"], "shard": wire.shard_of(scope)}
        question = {"scope": scope.encode(), "account": b"default/shop", "op": b"lwa.refresh"}
        first = wire.unpack(self.peer.call(keeper, "call.token", wire.pack(question), **lane))
        self.assertTrue(first["token"] and first["generation"] > 0 and first["ttl_ms"] > 0)
        again = wire.unpack(self.peer.call(keeper, "call.token", wire.pack(
            question | {"failed": first["generation"]}), **lane))
        self.assertGreater(again["generation"], first["generation"])
        question |= {"op": b"orders.get", "want": 2, "live": 1}
        lease = wire.unpack(self.peer.call(keeper, "call.lease", wire.pack(question), **lane))
        self.assertTrue(lease.get("granted") or lease.get("wait_ms"), lease)
        told = wire.unpack(self.peer.call(keeper, "call.feedback", wire.pack(
            [question | {"unused": 1, "rate_micro": 500000}]), **lane))
        self.assertEqual(told, {})
        wrong = {"scope": b"of-nobody", "account": b"default/nobody", "op": b"lwa.refresh"}
        lane["shard"] = wire.shard_of("of-nobody")
        told = wire.unpack(self.peer.call(keeper, "call.token", wire.pack(wrong), **lane))
        self.assertIn(told["rc"], (1, 2, 3))
        self.assertTrue(told["why"])

    # --- what is sent ---

    def of_shop(self, what, **fields):
        return {"id": wire.message_id(0, "default/shop", what), "tenant": "default",
                "connector": "amazon", "account": "shop", "record_kind": 1, "stream": "orders.queue",
                "observed_utc_us": int(time.time() * 1e6), "trace": os.urandom(16)} | fields

    def raw(self, order):
        """The order as the channel says it, by its own interface."""
        form = urllib.parse.urlencode({
            "grant_type": "refresh_token", **{name.lower(): self.place.environment["T_" + name]
                                              for name in ("CLIENT_ID", "CLIENT_SECRET",
                                                           "REFRESH_TOKEN")}}).encode()
        base = f"http://127.0.0.1:{self.place.port}"
        with urllib.request.urlopen(base + "/auth/o2/token", form, timeout=10) as answer:
            token = json.load(answer)["access_token"]
        request = urllib.request.Request(
            f"{base}/orders/2026-01-01/orders/{order}?includedData=BUYER,FULFILLMENT",
            headers={"x-amz-access-token": token})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["order"]

    def test_want(self):
        with open(GOLDEN, encoding="ascii") as file:
            body = bytes.fromhex(file.read().replace("\n", ""))
        record = "default/shop/order/wire-want-1"
        fields = self.of_shop("want", target="default/erp", record=record, revision=77)
        pusher = self.beats["pusher-1"]
        self.assertEqual(self.peer.receipt(self.peer.message(
            pusher, "want", "default/erp", body, **fields)), "handed_on")
        self.assertEqual(self.peer.receipt(self.peer.message(
            pusher, "want", "default/erp", body, **fields)), "unchanged")
        self.assertEqual(self.peer.receipt(self.peer.message(
            pusher, "want", "default/erp", body, **fields | {"revision": 76})), "unchanged")
        mark = self.ask("call.record", "pusher-1", {"record": record})["targets"][0]["mark"]
        self.assertEqual(mark["revision"], 77)

    def test_raw_and_mark(self):
        order = self.key.split("/")[3]
        record = self.raw(order) | {"orderId": "wire-raw-1"}
        key = "default/shop/order/wire-raw-1"
        mapper = self.beats["mapper-1"]
        fields = self.of_shop("raw", record=key)
        body = json.dumps(record).encode()
        self.assertEqual(self.peer.receipt(self.peer.message(
            mapper, "raw", key, body, **fields)), "handed_on")
        self.assertIn(self.peer.receipt(self.peer.message(mapper, "raw", key, body, **fields)),
                      ("unchanged", "stale"))
        revision = self.ask("call.record", "mapper-1", {"record": key})["records"][0]["revision"]
        mark = [[key, "default/erp", revision, wire.OUTCOMES["parked"], "", "by hand"]]
        self.assertEqual(self.peer.receipt(self.peer.message(
            mapper, "mark", key, wire.pack(mark), **self.of_shop("mark"))), "handed_on")
        told = self.ask("call.record", "mapper-1", {"record": key})["records"][0]["deliveries"]
        self.assertEqual(told[0], {"target": "default/erp", "outcome": "parked",
                                   "revision": revision, "reason": "by hand"})

    def test_notice(self):
        order = self.key.split("/")[3]
        notice = {"NotificationVersion": "1.0", "NotificationType": "ORDER_CHANGE",
                  "PayloadVersion": "1.0", "EventTime": "2026-01-02T03:04:05.000Z",
                  "Payload": {"OrderChangeNotification": {"NotificationLevel": "OrderLevel",
                                                          "AmazonOrderId": order}},
                  "NotificationMetadata": {"NotificationId": str(uuid.uuid4())}}
        outcome = self.peer.receipt(self.peer.message(
            self.beats["enricher-1"], "notice", "default/shop", json.dumps(notice).encode(),
            **self.of_shop("notice", record=self.key)))
        self.assertIn(outcome, ("unchanged", "stale"))  # nothing new about it

    def test_a_lane_of_another_generation(self):
        fields = self.of_shop("not yours", record=self.key, generation=99)
        self.assertEqual(self.peer.receipt(self.peer.message(
            self.beats["mapper-1"], "raw", self.key, b"{}", **fields)), "not_mine")

    def test_what_cannot_be_read_is_parked(self):
        fields = self.of_shop("damaged", record="default/shop/order/wire-damaged")
        self.assertEqual(self.peer.receipt(self.peer.message(
            self.beats["mapper-1"], "raw", "default/shop/order/wire-damaged", b"{", **fields)),
            "parked")
        rows = self.ask("call.parked", "mapper-1", {"action": "list", "reason": "malformed"})["rows"]
        self.assertEqual([row["id"] for row in rows], [fields["id"].hex()])
        shown = self.ask("call.parked", "mapper-1", {"action": "show", "id": rows[0]["id"],
                                                     "body": True})
        self.assertEqual(shown["message"]["body_base64"], "ew==")
        self.assertEqual(self.ask("call.parked", "mapper-1",
                                  {"action": "drop", "id": rows[0]["id"]})["changed"], 1)
        self.assertEqual(self.ask("call.parked", "mapper-1",
                                  {"action": "drop", "id": rows[0]["id"]})["changed"], 0)

    def test_a_header_of_a_newer_release_is_answered_and_parked(self):
        key = "default/shop/order/wire-newer"
        fields = self.of_shop("newer", record=key, version=2)
        self.assertEqual(self.peer.receipt(self.peer.message(
            self.beats["mapper-1"], "raw", key, b"{}", **fields)), "parked")
        rows = self.ask("call.parked", "mapper-1",
                        {"action": "list", "reason": "malformed: header"})["rows"]
        self.assertEqual([(row["id"], row["record"]) for row in rows], [(fields["id"].hex(), key)])
        self.assertEqual(self.ask("call.parked", "mapper-1",
                                  {"action": "drop", "id": rows[0]["id"]})["changed"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
