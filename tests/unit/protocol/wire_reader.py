# SPDX-License-Identifier: Apache-2.0
"""A reader that knows docs/wire.md and docs/records.md and nothing else.

It takes the tables of those pages as they stand, reads the golden files by them, and fails when a
field is missing on the page, has another type there, or when a table names what is never written.
"""
import json
import re
import sys

try:
    import msgpack
except ImportError:
    sys.exit("python3-msgpack is not installed; tools/install test does that")

ROOT = sys.argv[1]
WIRE = open(f"{ROOT}/docs/wire.md", encoding="utf-8").read()
RECORDS = open(f"{ROOT}/docs/records.md", encoding="utf-8").read()


def section(page, title):
    return page.split("\n" + title, 1)[1].split("\n#", 1)[0]


def table(text, columns):
    """Rows of the first table in the text, by its number."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            rows[int(cells[0])] = cells[1:columns]
        elif rows:
            break
    return rows


def golden(name):
    text = open(f"{ROOT}/tests/fixtures/protocol/{name}.hex", encoding="ascii").read()
    return bytes.fromhex(text.replace("\n", ""))


def unpack(data):
    return msgpack.unpackb(data, raw=False, strict_map_key=False)


CHECKS = {
    "uint": lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "time": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "enum": lambda v: isinstance(v, int) and v > 0,
    "text": lambda v: isinstance(v, str),
    "bytes": lambda v: isinstance(v, bytes),
    "bool": lambda v: v is True,
    "array": lambda v: isinstance(v, list),
    "list": lambda v: isinstance(v, list) and all(isinstance(item, dict) for item in v),
    "group": lambda v: isinstance(v, dict),
    "money": lambda v: isinstance(v, list) and isinstance(v[0], int) and len(v[1]) == 3
    and isinstance(v[2], int),
}


def check(what, rows, value, whole=True):
    """Each field of the value is in the table, with that type; a whole one has all of them."""
    for number, field in value.items():
        assert number in rows, f"{what}: {number} is not on the page"
        name, kind = rows[number][0], re.match(r"[a-z]+", rows[number][1]).group()
        assert CHECKS[kind](field), f"{what}: {name} is {field!r}, the page says {kind}"
        size = re.match(r"bytes, (\d+)", rows[number][1])
        assert not size or len(field) == int(size.group(1)), f"{what}: {name} has another length"
    if whole:
        absent = set(rows) - set(value)
        assert not absent, f"{what}: {sorted(absent)} are on the page and not in the golden file"


def inner(record, rows, place):
    """The tables inside one: of each list the first item has every field."""
    for number, value in record.items():
        name, kind = rows[number][:2]
        if kind not in ("group", "list"):
            continue
        title = f"{place}.{name}" + ("[]" if kind == "list" else "")
        fields = table(section(RECORDS, f"### {title}"), 4)
        item = value[0] if kind == "list" else value
        check(title, fields, item)
        inner(item, fields, title)


def main():
    header = table(section(WIRE, "## 2. Envelope"), 4)
    check("header", header, unpack(golden("envelope-full")))
    check("header", header, unpack(golden("envelope-minimal")), whole=False)

    rows = table(section(RECORDS, "## order (record kind 1)"), 4)
    order = unpack(golden("order-full"))
    check("order", rows, order)
    check("order", rows, unpack(golden("order-minimal")), whole=False)
    inner(order, rows, "order")

    shown = json.loads(golden("order-full-json"))
    assert list(shown) == [rows[number][0] for number in order], "JSON names are not the page's"
    assert shown["total"] == {"amount": "30.01", "currency": "USD"}
    print(f"{len(header)} header fields and {len(rows)} order fields read by the pages")


main()
