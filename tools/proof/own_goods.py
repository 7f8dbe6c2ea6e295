# SPDX-License-Identifier: Apache-2.0
"""own_goods - what a person's own configuration says of goods: which SKU is which, once more"""
import csv

GOODS_MAX = 100  # SKUs that are sold
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
ORDER, SHIPMENT, STOCK = "order", "shipment", "inventory"


class Wrong(RuntimeError):
    """The configuration has to be looked at: lines for people."""


def texts(value):
    """One text or a list of them."""
    return [value] if isinstance(value, str) else list(value or ())


class Skus:
    """A table of SKUs: (account, sku) -> what it is made of. Exact before a beginning, a longer
    beginning before a shorter one, a row of the account before one of all."""

    def __init__(self, rows):
        self.exact, self.starts = {}, {}
        self.order = []
        for row in rows:
            sku, account = row["sku"], row.get("account") or ""
            part = (row["master"], int(row.get("quantity") or 1))
            where = self.starts if sku.endswith("*") else self.exact
            key = (account, sku.removesuffix("*"))
            if key not in where:
                self.order.append((account, sku))
            where.setdefault(key, []).append(part)

    def find(self, account, sku):
        for length in range(len(sku), -1, -1):
            for where in ((self.exact, self.starts) if length == len(sku) else (self.starts,)):
                for whose in (account, ""):
                    parts = where.get((whose, sku[:length]))
                    if parts is not None:
                        return self.fill(parts, sku[length:])
        return []

    @staticmethod
    def fill(parts, rest):
        return [(master[:-1] + rest if master.endswith("*") else master, quantity)
                for master, quantity in parts]

    def samples(self, account):
        """SKUs that shops may have by it, a few of all its rows."""
        rows = [sku for whose, sku in self.order if whose in ("", account)]
        step = max(len(rows) // GOODS_MAX, 1)
        for sku in rows[::step][:GOODS_MAX]:
            yield from ((sku,) if not sku.endswith("*")
                        else (f"{sku[:-1]}{at:05d}" for at in (1, 2)))


def read_table(name, conf):
    """Rows of a table of the file, by the names of its columns."""
    if not conf["file"].endswith(".csv"):
        raise Wrong(f"tables.{name}: SKUs are played from a CSV file, and {conf['file']} is none")
    with open(conf["file"], encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=SEPARATORS[conf.get("separator") or "comma"])
        return list(rows)


class Goods:
    """What the simulator's shops and its ERP have: rows of `--play`."""

    def __init__(self):
        self.rows, self.by_master, self.known = [], {}, {}

    def master(self, name):
        """The row of goods of the ERP's."""
        if name not in self.by_master:
            self.by_master[name] = len(self.rows)
            self.rows.append({"master": name})
        return self.by_master[name]

    def add(self, sku, parts, seller):
        """`seller` 0: of all. One SKU that is one piece of goods is these, unless they have a name
        in the shops already."""
        if len(parts) == 1 and parts[0][1] == 1:
            row = self.rows[self.master(parts[0][0])]
            if "sku" not in row:
                row.update(sku=sku, seller=seller)
                return
        self.rows.append({"sku": sku, "seller": seller,
                          "parts": [[self.master(master), quantity] for master, quantity in parts]})


def merged(parts):
    """The same goods twice in a bundle are more of them."""
    sums = {}
    for master, quantity in parts:
        sums[master] = sums.get(master, 0) + quantity
    return sorted(sums.items())
