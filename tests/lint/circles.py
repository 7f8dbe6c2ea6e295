# SPDX-License-Identifier: Apache-2.0
"""The files of a room call each other one way, whatever its private header promises.

By the names that the linker knows: who defines one stands below who takes it from there. Where a room
goes round all the same, the calls against the way are rows of a table, with the reason; without them
no circle is left. A row that breaks no circle is a problem.
"""
import os
import re

import symbols

# A folder that is plugged in: the file of its name is the table that names the others, and theirs.
PLUG = re.compile(r"(?:actors/connectors|tools/sim/systems)/([a-z0-9_]+)/\1\.c$")

MODE = "a row per mode of a stream plugs in here"
ROUND = "what becomes of a feed begins its next look"
OWED = "what is wanted, and what waits for an order that is wanted: each lets the other go on"
LIFE = "a drain, a reload and a start lead into one another"
SPOKEN = "who is where decides where messages go, and is asked for by what cannot go"
LATER = "who waits for its time is joined anew when it comes, and may have to wait once more"
SWEPT = "what ends a list's run is an item of the inbox, whose receipts end it"
SWEEP = "the loop looks at all sockets before it sleeps, and a socket is watched by the loop"
GATE = "the parts of one decision, which their whole asks, and which tell it to look again"
JOB = "a job, what it waits for, and where it is stored lead into one another"
CALL = "a call that is answered lets the next one leave"
ASIDE = "whoever meets a row that cannot be read has it set aside, by the same tables"
STORE = "the life of a store: its transactions need room, its identity, and what is young"
SPECIAL = "what comes when of a special order, the market asks who knows it by its number"
WORLD = "the world is controlled by requests, which it answers itself"

# Room, the file, whom it calls against the way, why.
AGAINST = [
    ("actors/mapper", "targets", "outbox", OWED),
    ("actors/mapper", "apart", "want", OWED),
    ("actors/mapper", "putback", "putback_step", OWED),
    ("actors/mapper", "outbox", "want", OWED),
    ("actors/mapper", "ruled", "want apart ruled_walk", OWED),
    ("actors/mapper/stock", "pace", "catalogue", LATER),
    ("actors/poller", "feed", "list queue", MODE),
    ("actors/poller", "feed", "inbox trouble", ROUND),
    ("actors/poller", "heal", "list", ROUND),
    ("actors/poller", "sweep", "inbox", SWEPT),
    ("actors/poller", "slice", "spooled", ROUND),
    ("actors/poller", "list", "sync", ROUND),
    ("actors/runtime/actor", "drain", "reload", LIFE),
    ("actors/runtime/actor", "actor", "take", LIFE),
    ("actors/runtime/lanes", "calls", "directory", SPOKEN),
    ("actors/runtime/lanes", "directory", "in out", SPOKEN),
    ("actors/runtime/loop", "loop", "zmq", SWEEP),
    ("actors/runtime/outside", "gate", "gate_lease gate_stop gate_token", GATE),
    ("actors/runtime/pump", "line", "set", JOB),
    ("actors/runtime/pump", "write", "apply", JOB),
    ("actors/runtime/pump", "set", "job run", JOB),
    ("actors/runtime/pump", "streak", "pump", JOB),
    ("actors/runtime/pump", "ticket", "job run read", JOB),
    ("actors/runtime/pump", "disk", "job pump", JOB),
    ("actors/runtime/pump", "job", "pump", JOB),
    ("actors/runtime/pump", "look", "trial pump", CALL),
    ("actors/runtime/pump", "run", "read", CALL),
    ("storage", "aside", "kv both jobs parked shards", ASIDE),
    ("storage", "young", "format", STORE),
    ("storage", "txn", "space", STORE),
    ("tools/sim/engine", "visit", "control", WORLD),
    ("tools/sim/engine", "sim", "works", WORLD),
    ("tools/sim/engine", "market", "cases order", SPECIAL),
    ("tools/sim/engine", "order", "cases", SPECIAL),
    ("tools/sim/engine", "cases", "works", SPECIAL),
]


def calls_of(objects):
    """Room -> file -> the files of the room that it takes names from -> one such name."""
    where = {}
    for path, held in objects.items():
        if not path.startswith("tests/"):
            where.update({name: path for name in held.defines})
    rooms = {}
    for path, held in objects.items():
        if path.startswith("tests/"):
            continue
        calls = rooms.setdefault(os.path.dirname(path), {}).setdefault(path, {})
        for name in sorted(held.wants):
            other = where.get(name, path)
            if other != path and os.path.dirname(other) == os.path.dirname(path):
                calls.setdefault(other, name)
    return rooms


def way(calls, begin, end):
    """The files of a way from one to another; None = there is none."""
    came, ahead = {begin: None}, [begin]
    while ahead:
        path = ahead.pop(0)
        for other in sorted(calls.get(path, {})):
            if other in came:
                continue
            came[other] = path
            if other == end:
                found = [other]
                while came[found[-1]] is not None:
                    found.append(came[found[-1]])
                return found[::-1]
            ahead.append(other)
    return None


def allowed_of(room):
    """Of a room: (file, whom it calls against the way)."""
    return {(f"{room}/{caller}.c", f"{room}/{other}.c")
            for place, caller, others, _ in AGAINST if place == room for other in others.split()}


def without(calls, taken):
    return {path: {other: name for other, name in others.items() if (path, other) not in taken}
            for path, others in calls.items()}


def check_room(room, calls, problems):
    allowed = allowed_of(room)
    plugs = {(path, other) for path, others in calls.items() if PLUG.match(path) for other in others}
    rest = without(calls, allowed | plugs)
    told = set()
    for path in sorted(rest):
        for other in sorted(rest[path]):
            back = way(rest, other, path)
            if back and not told & set(back):
                told |= set(back)
                names = " -> ".join(os.path.basename(at) for at in [path, *back])
                problems.append(f"{room}: its files go round: {names}; by {rest[path][other]} and back")
    for path, other in sorted(allowed):
        if other not in calls.get(path, {}):
            problems.append(f"{room}: {path} does not call {other}: take the row out")
        elif not way(rest, other, path):
            problems.append(f"{room}: {path} may call {other}: no circle needs the row")


def check(problems):
    rooms = calls_of(symbols.read(problems))
    for room in sorted(rooms):
        check_room(room, rooms[room], problems)
    for place in sorted({place for place, _, _, _ in AGAINST} - set(rooms)):
        problems.append(f"{place}: there is no such room")
