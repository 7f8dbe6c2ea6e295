# SPDX-License-Identifier: Apache-2.0
"""own_ledger - what became of all that a person's own configuration is about (own.py says how)"""
from collections import Counter
from urllib.parse import unquote

from proof import circle
from proof.circle import CircleLedger, CircleRefused
from proof.own_goods import ORDER, SHIPMENT, STOCK, texts
from proof.refused import SOURCE

WAREHOUSES = 2  # of the simulator


def held_rows(answer):
    """What `waybill conflicts` tells: (target, kind, id) -> why. None: somebody did not answer."""
    found = {}
    for mapper in (answer or {}).get("mappers", []):
        if not isinstance(mapper, dict) or "held" not in mapper:
            return None
        for row in mapper["held"]:
            parts = row["record"].split("/")
            if len(parts) == 4:
                target = row["target"].rpartition("/")[2]
                found[target, parts[2], unquote(parts[3])] = row["reason"] or row["wait"]
    return found if answer else None


class OwnRefused(CircleRefused):
    """What is parked because an account is told to park it is none that has to be refused; what was
    refused and is kept back now as a conflict is with people as what is parked. Other conflicts are
    the configuration's."""

    def __init__(self, told, answer, conflicts, scene):
        super().__init__(told, answer, {"mappers": []}, scene.names)
        held = held_rows(conflicts)
        self.parked = None if None in (self.parked, held) else self.parked | (set(held) & self.wanted)
        self.reasons, self.told_to = {}, set()
        careful = [name for name in scene.accounts
                   if scene.options(name).get("after_unknown") == "park"]
        for process in (answer or {}).get("processes", []):
            for row in process.get("rows", ()):
                parts = row["record"].split("/")
                place = circle.parked_at(process, row, list(scene.names.values()))
                if len(parts) != 4:
                    continue
                key = (place, parts[2], parts[3])
                self.reasons[key] = row.get("reason", "")
                if place in careful and "unknown" in self.reasons[key]:
                    self.told_to.add(key)
        if self.parked is not None:
            self.parked -= self.told_to - self.wanted

    def words(self):
        """Of those that nobody refused, how many for which reason."""
        rows = set(self.unexpected()) | self.told_to
        return dict(Counter(f"{place}: {self.reasons.get((place, kind, name), '')}"
                            for place, kind, name in rows))


class OwnLedger(CircleLedger):
    """One look at all ends."""

    def __init__(self, scene, sim, crew):  # pylint: disable=super-init-not-called
        self.scene = scene
        self.stats = sim.stats()
        self.story = self.stats["story"]
        self.names = scene.names
        self.absent = sim.call("GET", "/sim/missing")["missing"]
        self.stock = sim.call("GET", "/sim/stock") if STOCK in scene.kinds else None
        ours = {name: target for target, name in scene.names.items()}
        takers = {target for targets in scene.targets.values() for target in targets}
        self.absent_at = {name: self.ask_missing(sim, ours[name]) for name in takers}
        conflicts = crew.ask("conflicts", "--limit", "10000")
        self.refused = OwnRefused(sim.refused(), crew.ask("parked", "list", "--limit", "1000"), conflicts,
                                  scene)
        self.held_back = held_rows(conflicts)
        self.status = crew.ask("status")
        self.runs = crew.ask("ledger", "--limit", "1000")
        self.answered = bool(self.status and self.runs and self.held_back is not None)
        self.back = Counter()      # why -> how many
        self.back_at = Counter()   # (kind, account) -> how many
        self.lost_rows = self.find_lost()
        self.wrong_rows = self.find_wrong()

    def ask_missing(self, sim, target):
        if target not in self.stats["targets"]:  # nothing came there yet
            return None
        return sim.missing(target)

    # --- of orders and shipments ---

    def kept_at(self, kind, place):
        """Ids of those that were refused for good there, or where they came from."""
        return ({row["id"] for row in self.refused.rows if row["lasting"] and row["kind"] == kind
                 and self.names.get(row["target"], SOURCE) in (SOURCE, place)}
                | {name for at, which, name in self.refused.told_to
                   if at in (SOURCE, place) and which == kind})

    def is_back(self, place, kind, name):
        """Does a rule or a table keep it back on the way there? Counted by the reason."""
        why = (self.held_back or {}).get((place, kind, name))
        if why is None:
            return False
        self.back[why] += 1
        self.back_at[kind, place] += 1
        return True

    def find_lost(self):
        """(kind, account, row): not there in its newest version, and nothing says why."""
        found = []
        for target, rows in self.absent_at.items():
            if not self.scene.several():
                rows = [row for row in self.absent if row["kind"] == ORDER]
            found += self.find_orders(target, rows)
        kept = {name: self.kept_at(SHIPMENT, name) for name in self.scene.sellers}
        gone = self.refused.kept(ORDER)
        for row in self.absent:
            seller = self.scene.sellers[row["account"] - 1]
            if (row["kind"] == SHIPMENT and seller in self.scene.gets(SHIPMENT)
                    and row["id"] not in kept[seller] and row["number"] not in gone
                    and row["number"] not in self.refused.kept(SHIPMENT)
                    and not self.is_back(seller, SHIPMENT, row["id"])):
                found.append((SHIPMENT, seller, row))
        return found

    def find_orders(self, target, rows):
        kept = self.kept_at(ORDER, target)
        if rows is None:
            return [(ORDER, target, {"id": "", "newest": 0, "held": 0, "account": 1})
                    for _ in range(self.stats["given"])]
        return [(ORDER, target, row) for row in rows
                if target in self.scene.targets[self.scene.sellers[row["account"] - 1]]
                and row["id"] not in kept and not self.is_back(target, ORDER, row["id"])]

    # --- of stock, by the rules of routes ---

    def find_wrong(self):
        """(account, goods, shown, wanted) of listings that show another number."""
        found = []
        if not self.stock:
            return found
        taken = self.taken()
        for row in self.stock["listings"]:
            seller = self.scene.sellers[row["account"] - 1]
            ways = [route for route in self.scene.routes if route.kind == STOCK
                    and seller in self.scene.stock_of(route, STOCK)]
            if not ways:
                continue
            wanted = sum(self.supply(route, row["goods"], taken) for route in ways)
            name = f"L-{row['goods']}"
            if row["shown"] != wanted and not self.is_back(seller, "listing", name):
                found.append((seller, row["goods"], row["shown"], wanted))
        return found

    def taken(self):
        """Pieces of each of the ERP's goods that open orders take: those that it never gets."""
        source = {row["id"] for row in self.refused.rows
                  if row["lasting"] and row["kind"] == ORDER
                  and self.names.get(row["target"], SOURCE) == SOURCE}
        sums = Counter()
        for order in self.stock["open"]:
            if order["id"] in source:
                continue
            for goods, quantity in order["goods"]:
                for part, each in self.stock["goods"][goods]["parts"]:
                    sums[part] += quantity * each
        return sums

    def supply(self, route, goods, taken):
        row = route.row
        rules = {rule["id"]: (int(rule.get("share") or 100), int(rule.get("reserve") or 0))
                 for rule in row.get("warehouses") or []}
        read = texts(self.scene.options(self.scene.erps[0]).get("warehouses"))
        names = (self.scene.warehouses() + [None] * WAREHOUSES)[:WAREHOUSES]
        least = None
        for part, quantity in self.stock["goods"][goods]["parts"]:
            hundredths = 0
            for name, held in zip(names, self.stock["goods"][part]["held"]):
                if (rules and name not in rules) or (read and name not in read):
                    continue
                share, reserve = rules.get(name, (100, 0))
                hundredths += max(held - reserve, 0) * share
            hundredths = max(hundredths - 100 * taken[part], 0)
            pieces = hundredths * int(row.get("share") or 100) // 10000 // quantity
            least = pieces if least is None else min(least, pieces)
        wanted = max(least - int(row.get("reserve") or 0), 0)
        cap = int(row.get("cap") or 0)
        return min(wanted, cap) if cap else wanted

    # --- what it comes to ---

    def missing(self):
        return len(self.lost_rows) + len(self.wrong_rows)

    def queue_left(self):
        notices = self.stats.get("notices") or {}
        return self.story["due"] + sum(notices.get(key, 0)
                                       for key in ("visible", "in_flight", "delayed"))

    def settled(self):
        return (self.answered and self.stats["done"] and not self.queue_left()
                and not self.missing() and not self.held() and self.balanced()
                and self.refused.same())

    def open_records(self):
        for kind, account, row in self.lost_rows:
            source = (self.scene.erps[0] if kind == SHIPMENT
                      else self.scene.sellers[row["account"] - 1])
            tenant = self.scene.accounts[source].get("tenant") or "default"
            yield (f"{kind} at {account}: {row['held']} instead of {row['newest']}",
                   f"{tenant}/{source}/{kind}/{row['id']}")
        for seller, goods, shown, wanted in self.wrong_rows:
            sku = self.scene.goods[goods].get("sku", "")
            yield f"listing of {sku} at {seller}: {shown} instead of {wanted}", f"listing L-{goods}"

    def by_rule(self):
        """Is stock told by a rule of its own? Then the simulator cannot say what is old."""
        return any(route.row.get(key) for route in self.scene.routes if route.kind == STOCK
                   for key in ("share", "reserve", "cap", "warehouses"))

    def result(self):
        kinds = {}
        for name, row in self.story["kinds"].items():
            kind = {"stock": STOCK, "listing": STOCK}.get(row["kind"], row["kind"])
            if kind not in self.scene.kinds:
                continue
            lost = (len(self.wrong_rows) if row["kind"] == "stock"
                    else sum(1 for at, _, _ in self.lost_rows if at == row["kind"]))
            old = 0 if row["kind"] == "stock" and self.by_rule() else row["older_after_newer"]
            back = sum(count for (at, _), count in self.back_at.items() if at == row["kind"])
            there = row["at_target"]
            if row["kind"] == "stock":  # by the rules of routes, and not by what is held alone
                there = row["at_source"] - len({goods for _, goods, _, _ in self.wrong_rows})
            kinds[name] = {"at_source": row["at_source"], "at_target": there,
                           "lost": lost, "kept_back": back, "to_be_parked": row["kept"],
                           "repeated": row["repeated"],
                           "older_after_newer": old}

        def over_all(key):
            return sum(row[key] for row in kinds.values())
        return {"kinds": kinds, "accounts": self.accounts(), "kept_back": dict(self.back),
                "parked_by": self.refused.words(), "lost": over_all("lost"),
                "repeated": over_all("repeated"), "older_after_newer": over_all("older_after_newer"),
                "stock_wrong": len(self.wrong_rows), "invented": self.story["invented"],
                "given": self.stats["given"], "cases": self.story["cases"]}

    def accounts(self):
        """What each account that is handed something has, by kind."""
        rows = {}
        for target, name in self.names.items():
            at = self.stats["targets"].get(target)
            for kind in (ORDER, SHIPMENT, "listing"):
                counts = (at if kind == ORDER else at["kinds"].get(kind)) if at else None
                if counts and counts["records"]:
                    rows[f"{name}: {kind}s"] = {
                        "at_target": counts["records"],
                        "lost": sum(1 for which, place, _ in self.lost_rows
                                    if (which, place) == (kind, name)),
                        "kept_back": self.back_at[kind, name], "repeated": counts["repeated"],
                        "older_after_newer": counts["older_after_newer"]}
        return rows
