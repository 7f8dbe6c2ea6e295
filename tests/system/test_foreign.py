# SPDX-License-Identifier: Apache-2.0
"""Whatever arrives at an inlet or on the bus, no process ends, and the orders go on: messages of
every kind, whole, cut and bent, frames too many and too few, and receipts without end."""
import os
import random
import sys
import unittest

try:
    import zmq

    import wire
except ImportError as missing:
    sys.exit(f"{missing}: tools/install test installs it")

from deployment import Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS, EACH = 30, 60
STAGE_OF = {"notice": "fetch", "raw": "map", "mark": "map", "want": "push"}


def bent(rng, data):
    """A few bytes changed, taken out, put in, or the end cut off."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, what = rng.randrange(len(data) + 1), rng.randrange(5)
        if what == 0:
            del data[at:]
        elif what == 1:
            del data[at:at + rng.randint(1, 8)]
        elif what == 2:
            data[at:at] = rng.randbytes(rng.randint(1, 8))
        elif what == 3 and at < len(data):
            data[at] = rng.choice((0x00, 0x7f, 0x80, 0xc1, 0xdb, 0xdd, 0xdf, 0xff))
        elif at < len(data):
            data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


class Foreign(unittest.TestCase):
    def setUp(self):
        self.place = Deployment(BINARIES, orders=ORDERS)
        self.addCleanup(self.place.close)
        self.place.ask("/sim/target?name=main", "POST")
        self.place.up("--first")
        self.peer = wire.Peer(self.place.state("run"))
        self.addCleanup(self.peer.close)
        self.beats = wire.run_beats(self.place.state("run"))
        self.rng = random.Random(1)

    def bodies(self):
        beat = wire.pack(self.beats["mapper-1"])
        key = b"default/shop/order/1"
        return {
            "notice": b'{"NotificationType": "ORDER_CHANGE", "NotificationMetadata": {}}',
            "raw": b'{"orderId": "1-1", "lastUpdatedTime": "2026-01-02T02:30:00Z", "orderItems": []}',
            "want": wire.pack({1: "1-1", 4: 1, 25: [{1: "1", 2: "K"}]}),
            "mark": wire.pack([[key.decode(), "default/erp", 5, 6, "id", "why"]] * 3),
            "receipt": wire.pack([self.peer.incarnation, 1, 3, 1, 9, 65536, 6]),
            "beat": beat,
            "event": wire.pack([{"what": "parked", "record": key.decode(), "at": 1, "outcome": 6}]),
            "call.directory": beat,
            "call.token": wire.pack({"scope": b"s", "account": b"default/shop", "op": b"lwa.refresh"}),
            "call.lease": wire.pack({"scope": b"s", "account": b"default/shop", "op": b"orders.get",
                                     "want": 3}),
            "call.feedback": wire.pack([{"scope": b"s", "account": b"default/shop", "op": b"orders.get",
                                         "unused": 2, "rate_micro": 9}]),
            "call.events": wire.pack({"topic": "record", "from": 1}),
            "call.status": b"{}",
            "call.sync": b'{"account": "shop", "stream": "orders.sync", "dry_run": true}',
            "call.record": b'{"record": "' + key + b'", "personal": true}',
            "call.records": b'{"limit": 5, "prefix": "default/"}',
            "call.parked": b'{"action": "list", "limit": 3}',
            "call.held": b'{"record": "' + key + b'", "release": "seen", "by": "ann"}',
            "call.timeline": b'{"record": "' + key + b'"}',
            "call.runs": b'{"limit": 4}',
            "call.reload": b'{"tables_only": true}',
            "reply": b"{}",
        }

    def header(self, kind):
        fields = {"id": self.rng.randbytes(16), "tenant": "default", "account": "shop",
                  "connector": "amazon", "record_kind": 1, "record": "default/shop/order/1",
                  "stream": "orders.queue", "sequence": self.rng.randint(1, 2 ** 64 - 1), "call": 7,
                  "generation": 1, "reply_to": self.peer.endpoint, "hops": [1, 2, 3, 4],
                  "shard": self.rng.randint(1, 63)}
        if kind in STAGE_OF:
            fields["stage"] = wire.STAGES[STAGE_OF[kind]]
        if kind in ("want", "mark"):
            fields |= {"target": "default/erp", "revision": self.rng.randint(1, 2 ** 64 - 1)}
        return wire.write_header(kind=wire.KINDS[kind], **self.peer.own(), **fields)

    def endpoints(self):
        own = [beat[inlet] for beat in self.beats.values() for inlet in ("work", "receipts")]
        return own + ["ipc://" + self.place.state("run", "broker") + ".inlet"]

    def throw(self, endpoint):
        for kind, body in self.bodies().items():
            header = self.header(kind)
            self.peer.send(endpoint, header, body)
            for _ in range(EACH // 2):
                self.peer.send(endpoint, header, bent(self.rng, body))
                self.peer.send(endpoint, bent(self.rng, header), body)
        socket = self.peer.outs[endpoint]
        for frames in ([b""], [b"", b""], [header], [header, body, body], [b"x"] * 20,
                       [rng_bytes for rng_bytes in (self.rng.randbytes(5000),) * 2]):
            socket.send_multipart(frames)

    def endless_receipts(self):
        """A message of a few hundred kilobytes named two thousand million sequences."""
        for beat in self.beats.values():
            body = wire.pack([beat["incarnation"], *[1, 65536, 1] * 30000])
            header = wire.write_header(kind=wire.KINDS["receipt"], **dict(
                self.peer.own(), instance="mapper-1", store=self.beats["mapper-1"]["store"]))
            self.peer.send(beat["receipts"], header, body)

    def on_the_bus(self):
        bus = self.peer.context.socket(zmq.XPUB)  # which hears of subscriptions
        bus.connect("ipc://" + self.place.state("run", "broker") + ".in")
        self.addCleanup(bus.close, 0)
        wait_for("somebody who listens", lambda: bus.poll(1000))
        for topic in ("record.peer-1", "run.peer-1", "beat.map.mapper-1", "claim.map.mapper-1", "x", ""):
            for kind in ("event", "beat"):
                header, body = self.header(kind), self.bodies()[kind]
                for _ in range(EACH):
                    bus.send_multipart([topic.encode(), header, bent(self.rng, body)])
                    bus.send_multipart([topic.encode(), bent(self.rng, header), body])
            bus.send_multipart([topic.encode()])
            bus.send_multipart([topic.encode()] * 5)

    def arrived(self):
        try:
            wait_for("the orders", lambda: self.place.target().get("newest", 0) >= ORDERS, 60)
        except AssertionError:
            missing = self.place.target().get("missing", [{}])[0].get("id", "none")
            print(self.place.ask("/sim/stats"), self.place.waybill_any("status"),
                  self.place.waybill_any("why", missing), file=sys.stderr)
            raise

    def test_nothing_ends_a_process(self):
        pids = sorted(wait_for("their numbers", lambda: None not in self.place.pids() and
                               self.place.pids()))
        for endpoint in self.endpoints():
            self.throw(endpoint)
        self.on_the_bus()
        self.place.ask("/sim/start", "POST")
        self.arrived()
        told = self.place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))
        self.endless_receipts()
        self.place.waybill("status")
        self.assertEqual(sorted(self.place.pids()), pids)
        for instance in self.beats:
            self.assertFalse(os.path.exists(self.place.state(instance + ".unclean")) and
                             os.path.getsize(self.place.state(instance + ".unclean")), instance)
        for instance in self.beats:
            self.assertNotIn('"level":"error","event":"stopped"', self.place.log(instance))
        self.assertEqual(self.place.down(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
