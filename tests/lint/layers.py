# SPDX-License-Identifier: Apache-2.0
"""Includes point one way, calls inside a room as well (circles.py), and each library is known in one place (docs/architecture.md)."""
import re

import circles
import sources

CONNECTOR = "actors/connectors/connector.h"
ALL = ("actors/connectors/all.h", "actors/connectors/connectors.def")
# The rooms of the command, each seen by those after it; the last ones are commands/ and its main.
TERMINAL, HOST, TRIAL = (f"tools/waybill/{room}/" for room in ("terminal", "host", "trial"))

# The rooms of the runtime: each sees those before it. Process and config do not see each other.
ROOMS = ("process", "config", "loop", "mapping", "lanes", "custody", "outside", "pump", "serve", "actor")
STRANGERS = {("config", "process")}
ROOM = re.compile(r"actors/runtime/([a-z]+)/")
# The rooms of a connector see what stands in its folder, and what of another room goes one way; of what
# stands there only the table that plugs all in, the file of its name, sees the rooms.
CONNECTORS_ROOM = re.compile(r"actors/connectors/([a-z0-9_]+)/(?:([a-z0-9_]+)/)?([a-z0-9_]+)\.[ch]$")
# The header that a room keeps for itself.
PRIVATE = re.compile(r"(.+/)inside\.h$")

# The first row whose prefix fits a file says what it may include, beside its own folder.
ROWS = [
    ("protocol/base/", ("protocol/limits.h",)),
    ("protocol/", ("protocol/",)),
    ("storage/", ("storage/", "protocol/")),
    ("actors/runtime/", ("actors/runtime/", "storage/", "protocol/", CONNECTOR)),
    ("actors/connectors/", ("protocol/", CONNECTOR)),
    ("actors/mapper/", ("actors/mapper/", "actors/runtime/", "storage/", "protocol/", CONNECTOR) + ALL),
    ("actors/ask/", ("actors/runtime/", "protocol/")),
    ("actors/gateway/", ("actors/gateway/", "actors/ask/", "actors/runtime/", "storage/", "protocol/", CONNECTOR) + ALL),
    ("actors/", ("actors/runtime/", "storage/", "protocol/", CONNECTOR) + ALL),
    ("broker/", ("actors/runtime/", "protocol/", CONNECTOR) + ALL),
    ("tools/sim/engine/", ("protocol/",)),
    ("tools/sim/systems/", ("tools/sim/engine/", "protocol/")),
    ("tools/sim/", ("tools/sim/engine/", "tools/sim/systems/all.h", "protocol/")),
    (TERMINAL, ("actors/runtime/", "protocol/")),
    (HOST, (TERMINAL, "actors/ask/", "actors/runtime/", "protocol/", CONNECTOR) + ALL),
    (TRIAL, (TERMINAL, HOST, "actors/ask/", "actors/runtime/", "protocol/")),
    ("tools/waybill/", ("tools/waybill/", "actors/ask/", "actors/runtime/", "protocol/", CONNECTOR) + ALL),
    ("tools/floor/", ("protocol/", "actors/connectors/", "actors/runtime/config/")),
    ("tools/", ("protocol/", "storage/", "actors/runtime/", "actors/connectors/")),
    ("tests/", ("",)),
]
# The top of the connectors' folder holds the table of all of them; the simulated systems' top as well,
# by the same rows.
TOP_OF_CONNECTORS = re.compile(r"actors/connectors/[^/]+$")
TOP_OF_SYSTEMS = re.compile(r"tools/sim/systems/[^/]+$")

LIBRARIES = [
    (r"lmdb\.h", ("storage/", "tools/floor/")),
    (r"c?zmq\.h", ("actors/runtime/loop/", "actors/runtime/lanes/", "broker/", "tools/floor/")),
    (r"microhttpd\.h", ("actors/runtime/serve/",)),
    (r"curl/", ("actors/runtime/outside/", "tools/floor/")),
    (r"msgpack", ("protocol/", "tools/floor/")),
    (r"yaml\.h", ("actors/runtime/config/",)),
    (r"j[qv]\.h", ("actors/jq/",)),
    (r"openssl/", ("protocol/", "storage/", "actors/runtime/outside/http.c", "tools/sim/", "tools/floor/")),
    (r"sys/socket\.h|netinet/|arpa/inet\.h|netdb\.h",
     ("actors/runtime/", "broker/", "tools/sim/", "tools/floor/")),
]


def folder(path):
    return path.rsplit("/", 1)[0] + "/"


def may_see_room(path, included):
    ours, theirs = ROOM.match(path), ROOM.match(included)
    if not ours or not theirs or ours.group(1) == theirs.group(1):
        return True
    pair = ours.group(1), theirs.group(1)
    return ROOMS.index(pair[1]) < ROOMS.index(pair[0]) and pair not in STRANGERS


def rooms_of_connector(path, included):
    """The rooms of two files of one connector; "" = it stands in none. None = they are not of one."""
    ours, theirs = CONNECTORS_ROOM.match(path), CONNECTORS_ROOM.match(included)
    if not ours or not theirs or ours.group(1) != theirs.group(1):
        return None
    return ours.group(2) or "", theirs.group(2) or ""


def is_plug(path):
    match = CONNECTORS_ROOM.match(path)
    return not match.group(2) and match.group(3) == match.group(1) and path.endswith(".c")


def check_rooms_of_connectors(arrows, problems):
    """`arrows`: (from, to) -> where the first include of it stands."""
    for (begin, end), place in sorted(arrows.items()):
        if begin < end and (end, begin) in arrows:
            problems.append(f"{place}: {begin} and {end} see each other: {arrows[(end, begin)]}")


def may_include(path, included):
    if folder(included) == folder(path) or path.startswith("tests/"):
        return True
    if PRIVATE.match(included) or not may_see_room(path, included):
        return False
    if rooms_of_connector(path, included):
        return bool(rooms_of_connector(path, included)[0]) or is_plug(path)
    if TOP_OF_CONNECTORS.match(path) and included.startswith(("actors/connectors/", "protocol/")):
        return True
    if TOP_OF_SYSTEMS.match(path) and included == "actors/connectors/connectors.def":
        return True
    for prefix, allowed in ROWS:
        if path.startswith(prefix):
            return included.startswith(allowed)
    return False


def check_includes(path, problems, arrows):
    whole = sources.code(path, strings=True)
    for match in re.finditer(r'^\s*#\s*include\s+(["<])([^">]+)', whole, re.M):
        included, line = match.group(2), sources.line_of(whole, match.start(2))
        if match.group(1) == '"':
            if "/" not in included:
                problems.append(f"{path}:{line}: include from the root: {included}")
            elif not may_include(path, included):
                problems.append(f"{path}:{line}: must not know {included}")
            rooms = rooms_of_connector(path, included)
            if rooms and "" not in rooms and rooms[0] != rooms[1]:
                arrows.setdefault((folder(path), folder(included)), f"{path}:{line}")
            continue
        for library, places in LIBRARIES:
            if re.match(library, included) and not path.startswith(places + ("tests/",)):
                problems.append(f"{path}:{line}: <{included}> belongs to {', '.join(places)}")


def main():
    problems, arrows, paths = [], {}, sources.files(".c", ".h")
    for path in paths:
        check_includes(path, problems, arrows)
    check_rooms_of_connectors(arrows, problems)
    circles.check(problems)
    sources.finish(problems, len(paths))


main()
