#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bus_reader - what happens, as JSON lines: a subscriber of the event bus, written from docs/wire.md

    bus_reader.py ipc:///var/lib/waybill/run/broker [prefix ...]

Prefixes are topics to subscribe to: "record.", "beat.map.", nothing for all. Needs python3-zmq and
python3-msgpack.
"""
import json
import sys

import msgpack
import zmq

# docs/wire.md, section 2
HEADER = {
    1: "version", 2: "kind", 3: "id", 4: "tenant", 5: "connector", 6: "account", 7: "record_kind",
    8: "record", 9: "root", 10: "target", 11: "source_utc_us", 12: "observed_utc_us",
    13: "revision", 14: "stage", 15: "shard", 16: "generation", 17: "deployment", 18: "instance",
    19: "store", 20: "incarnation", 21: "sequence", 22: "run", 23: "stream", 24: "trace",
    25: "span", 26: "priority", 27: "again", 28: "tries", 29: "reply_to", 30: "call",
    31: "deadline_utc_us", 32: "last", 33: "hops",
}
BEAT, EVENT = 9, 10
CLASSES = ("record", "run", "account", "process")


def out_endpoint(base):
    """Section 9: where a broker of this base publishes."""
    if base.startswith("tcp://"):
        host, port = base.rsplit(":", 1)
        return f"{host}:{int(port) + 1}"
    return base + ".out"


def header(frame):
    """The header's fields by name; what a newer release added stays by number."""
    pairs = msgpack.unpackb(frame, raw=False, strict_map_key=False)
    if pairs.get(1) != 1:
        raise ValueError(f"envelope version {pairs.get(1)}")
    return {HEADER.get(key, key): value for key, value in pairs.items()}


def claims(numbers):
    """Section 8: shard -> generation."""
    owned = {}
    for at in range(0, len(numbers), 4):
        first, step, count, generation = numbers[at:at + 4]
        owned.update({first + step * i: generation for i in range(count)})
    return owned


class Reader:
    """Yields (topic, header, body), each message once, and counts what was missed."""

    def __init__(self, bases, prefixes=("",)):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.set(zmq.RCVHWM, 0)  # who reads slowly needs memory, and misses nothing
        for base in bases:
            self.socket.connect(out_endpoint(base))
        for prefix in prefixes:
            self.socket.subscribe(prefix.encode())
        self.last = {}
        self.missed = 0

    def close(self):
        self.socket.close(0)
        self.context.term()

    def read(self, timeout_s=None):
        """The next message, or None when none came in time."""
        while True:
            if timeout_s is not None and not self.socket.poll(int(timeout_s * 1000)):
                return None
            frames = self.socket.recv_multipart()
            if len(frames) != 3:
                continue
            topic, head = frames[0].decode(), header(frames[1])
            if self.new(topic, head):
                return topic, head, msgpack.unpackb(frames[2], raw=False)

    def new(self, topic, head):
        """Section 9: with two brokers all comes twice; a hole is something to ask for."""
        sequence = head.get("sequence", 0)
        if not sequence:
            return True
        key = (head["store"], topic.split(".", 1)[0])
        last = self.last.get(key)
        if last is not None and sequence <= last:
            return False
        if last is not None:
            self.missed += sequence - last - 1
        self.last[key] = sequence
        return True


def printable(value):
    """JSON has no bytes: hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    return value


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    reader = Reader(arguments[:1], arguments[1:] or ("",))
    while True:
        topic, head, body = reader.read()
        print(json.dumps({"topic": topic, "header": printable(head), "body": printable(body)}),
              flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        pass
