# SPDX-License-Identifier: Apache-2.0
"""wire - a peer of Waybill's processes, written from docs/wire.md and nothing else.

The tables of the page are taken as they stand: names, numbers and types of the header, of beats, of
events. Needs python3-zmq and python3-msgpack.
"""
import hashlib
import os
import random
import re
import time

import msgpack
import zmq

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "wire.md")
with open(PAGE, encoding="utf-8") as page:
    TEXT = page.read()

TYPES = {
    "uint": lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "text": lambda v: isinstance(v, str),
    "bytes": lambda v: isinstance(v, bytes),
    "bool": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
}


def section(number, text=None):
    """"## 9. Events" to the next of its kind."""
    return re.search(rf"^## {number}\..*?(?=^## |\Z)", text or TEXT, re.M | re.S).group()


def table(text, first):
    """Rows of the table whose head begins with this cell."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| " + first + " "):
            inside = True
        elif inside and line.startswith("|") and not line.startswith("| -"):
            rows.append(cells)
        elif inside and not line.startswith("|"):
            break
    assert rows, first
    return rows


HEADER = {int(number): (name, kind) for number, name, kind, _ in table(section(2), "key")
          if number.isdigit()}
NUMBERS = {name: number for number, (name, _) in HEADER.items()}
OUTCOMES = {name: int(number) for number, name, _ in table(section(6), "outcome")}
KINDS = {name: int(number) for number, name, _ in table(section(4), "number")
         if number.isdigit()}
BEAT = {name: kind for name, kind, _ in table(section(8), "key")}
RECORD_EVENT = {name: kind for name, kind, _ in table(section(9), "key")}
STAGES = dict(re.findall(r"(\d) (\w+)", re.search(r"Stages: (.*?) \(", section(5)).group(1)))
STAGES = {name: int(number) for number, name in STAGES.items()}


def typed(name, kind, value):
    """The value has the type that the page gives, and its length."""
    assert TYPES[re.match(r"\w+", kind).group()](value), f"{name} is {value!r}: the page says {kind}"
    limit = re.search(r"≤ (\d+)", kind)
    if limit and isinstance(value, int):
        assert value <= int(limit.group(1)), f"{name} is {value}: the page says {kind}"
    elif limit:
        assert len(value.encode()) <= int(limit.group(1)), f"{name}: {kind}"
    exact = re.match(r"bytes, (\d+)", kind)
    assert not exact or len(value) == int(exact.group(1)), f"{name}: {kind}"


def unpack(data):
    return msgpack.unpackb(data, raw=False, strict_map_key=False)


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def read_header(frame):
    """Section 2, with every field as the page says."""
    pairs = unpack(frame)
    assert pairs.get(1) == 1, "version"
    for number, value in pairs.items():
        assert number in HEADER, f"{number} is not on the page"
        typed(*HEADER[number], value)
        assert value not in (0, "", b"", False), f"{HEADER[number][0]} is empty, and written"
    return {HEADER[number][0]: value for number, value in pairs.items()}


def write_header(**fields):
    return pack({1: 1} | {NUMBERS[name]: value for name, value in fields.items()})


def read_beat(body):
    """Section 8."""
    beat = unpack(body)
    for name, value in beat.items():
        assert name in BEAT, f"{name} of a beat is not on the page"
        typed(name, BEAT[name], value)
    assert set(BEAT) == set(beat), set(BEAT) ^ set(beat)
    return beat


def claims(beat):
    """Shard -> generation."""
    owned, numbers = {}, beat["claims"]
    for first, step, count, generation in zip(*[iter(numbers)] * 4):
        owned |= {first + step * i: generation for i in range(count)}
    return owned


def shard_of(key, shards=64):
    """Section 5."""
    mask, value = 2 ** 64 - 1, 0xcbf29ce484222325
    for byte in key.encode():
        value = ((value ^ byte) * 0x100000001b3) & mask
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        value = ((value ^ (value >> 33)) * factor) & mask
    return (value ^ (value >> 33)) % shards


def message_id(seconds, origin, what):
    """Section 3."""
    text = f"{len(origin.encode())}:{origin}{len(what.encode())}:{what}"
    return seconds.to_bytes(4, "big") + hashlib.sha256(text.encode()).digest()[:12]


def run_beats(run):
    """Section 8: with no broker, the inlets of a host are found in these files."""
    found = {}
    for name in os.listdir(run):
        if name.endswith(".beat"):
            with open(os.path.join(run, name), "rb") as file:
                beat = read_beat(file.read())
            found[beat["instance"]] = beat
    return found


class Peer:
    """One more instance: an inlet of its own, and messages to those of others."""

    def __init__(self, run, name="peer-1", deployment="waybill"):
        self.run, self.name, self.deployment = run, name, deployment
        self.context = zmq.Context()
        self.inlet = self.context.socket(zmq.PULL)
        self.endpoint = f"ipc://{run}/{name}.receipts"
        self.inlet.bind(self.endpoint)
        self.outs, self.sequences, self.calls = {}, {}, 0
        self.incarnation = random.getrandbits(64) | 1
        self.store = random.randbytes(16)

    def close(self):
        for socket in [self.inlet, *self.outs.values()]:
            socket.close(0)
        self.context.term()
        os.unlink(self.endpoint[6:])

    def send(self, endpoint, header, body):
        if endpoint not in self.outs:
            self.outs[endpoint] = self.context.socket(zmq.PUSH)
            self.outs[endpoint].connect(endpoint)
        self.outs[endpoint].send_multipart([header, body])

    def own(self):
        return {"deployment": self.deployment, "instance": self.name, "store": self.store,
                "incarnation": self.incarnation}

    def receive(self, seconds=10):
        """(header, body) of what comes next; None: nothing in time."""
        if not self.inlet.poll(int(seconds * 1000)):
            return None
        frames = self.inlet.recv_multipart()
        assert len(frames) == 2, len(frames)
        return read_header(frames[0]), frames[1]

    def call(self, endpoint, kind, body, seconds=10, **fields):
        """Section 10: the chunks of the answer, joined."""
        self.calls += 1
        deadline = int((time.time() + seconds) * 1e6)
        self.send(endpoint, write_header(kind=KINDS[kind], call=self.calls, reply_to=self.endpoint,
                                         deadline_utc_us=deadline, **self.own(), **fields), body)
        chunks = []
        while True:
            told = self.receive(seconds)
            assert told, f"{kind} is not answered"
            header, body = told
            if header["kind"] != KINDS["reply"] or header["call"] != self.calls:
                continue
            chunks.append(body)
            assert header["sequence"] == len(chunks), "a chunk is missing"
            if header.get("last"):
                return b"".join(chunks)

    def message(self, beat, kind, key, body, **fields):
        """To the lane of the key, at the generation that its owner claims; the sequence."""
        shard = shard_of(key)
        sequence = self.sequences[beat["work"]] = self.sequences.get(beat["work"], 0) + 1
        fields = {"generation": claims(beat).get(shard, 1), "stage": STAGES[beat["stage"]]} | fields
        if shard:
            fields["shard"] = shard
        self.send(beat["work"], write_header(kind=KINDS[kind], sequence=sequence,
                                             reply_to=self.endpoint, **self.own(), **fields), body)
        return sequence

    def receipt(self, sequence, seconds=20):
        """Section 6: the outcome of this sequence."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            told = self.receive(max(0, end - time.monotonic()))
            if not told or told[0]["kind"] != KINDS["receipt"]:
                continue
            incarnation, *numbers = unpack(told[1])
            assert incarnation == self.incarnation
            for first, count, outcome in zip(*[iter(numbers)] * 3):
                if first <= sequence < first + count:
                    return next(name for name, number in OUTCOMES.items() if number == outcome)
        raise AssertionError(f"no receipt for {sequence}")
