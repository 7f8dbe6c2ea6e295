# SPDX-License-Identifier: Apache-2.0
"""circle - two systems that are simulated, and all that goes between them: orders there, and what
comes of them back

No system's name stands here: accounts, routes and places are what the simulator tells, so are the
kinds and what of them is at its far end. What is held against that is what the processes say.
"""
import os
from urllib.parse import unquote

from proof import killer
from proof.killer import POINTS
from proof.ledger import Ledger
from proof.refused import SOURCE, Refused
from proof.spells import Place

# Of what lists alone tell nobody hears again: no changes that keep their time, or come from 2099. A
# slice is no shorter than a second, and a moment of a story may have more than a page: a cursor in
# it that is refused for ever would keep all of it away.
FAULTS = ",".join((
    "429=0.002", "5xx=0.002", "cut=0.002", "cut_after=0.002", "half=0.002", "twice=0.002",
    "mute=0.0005", "late=0.002", "slow=0.001", "read_lag=0.02", "gzip_unasked=0.003",
    "broken_text=0.01", "nulls=0.02", "element_unusable=0.01", "cursor_refused=0.02*25",
    "pages_never_end=0.02", "refuse_one=0.002", "refuse_all=0.0005"))
SHOPS = 2
GOODS = 100
SIM_OPTIONS = ("--accounts", SHOPS, "--goods", GOODS, "--ship-after", "1s", "--case-each", 40,
               "--case-patience", "150s",
               "--rate-scale", "4000", "--slow", "1500ms", "--late", "4s", "--lag", "300ms", "--spell", "1s")
TARGET = "main"  # the ERP's account, in the simulator
ERP = "erp"      # and as the configuration calls it
SETTLE_S = 300   # without progress: a killed process's place at a vendor is free after two minutes
KNOWN_S = 150    # until it must be said that all is refused: for the same reason
KILLS_PER_S = 0.8  # what is fetched and told in parts is to come on between two
QUIET_S = 2      # for so long nothing has come to a far end: then it is looked at
# Where only a queue is read, or a token is fetched, nobody comes by here.
ELSEWHERE = ("poller.received", "poller.acking", "keeper.stored", "keeper.answered")
# Points that only a story comes by: what is fetched in parts, and what goes back, by its kind.
BACK = (
    ("enricher", "enricher.part", 12),           # one part was read, the next is to be asked for
    ("pusher", "pusher.left.shipment", 3),       # a confirmation left
    ("pusher", "pusher.answered.shipment", 3),   # it was answered, no mark
    ("pusher", "pusher.left.listing", 6),        # of what is to be shown
    ("pusher", "pusher.answered.listing", 6),
)
CASES_LEAST = 20    # so often each special case is to come
ORDERS_LONG = 2000  # of so many orders
# A keeper that is back takes calls that it gave leave to for under way as long as they may last:
# killed more often than that, it would give leave to no more, and nothing would be brought.
RANDOM = tuple((name, 1 if name == "keeper" else weight) for name, weight in killer.RANDOM)

ACCOUNT = """\
  {name}:
    connector: {connector}
    backoff_min_ms: 100ms
    backoff_max_ms: 5s
    stopped_look_ms: 1s
    options:
"""


def ends_of(story):
    """Who sells, and who buys: "SHOP-ERP", or one name for both."""
    shop, dash, erp = story.partition("-")
    return shop, erp if dash else shop


def rare(cases, orders):
    """Special cases that came too seldom, for so many orders."""
    return sorted(name for name, count in cases.items()
                  if orders >= ORDERS_LONG and count < CASES_LEAST)


class Circle:
    """A story: what the proof is about with --story."""
    points = tuple(row for row in POINTS if row[1] not in ELSEWHERE) + BACK
    random = RANDOM
    quiet_s = QUIET_S
    settle_s = SETTLE_S
    known_s = KNOWN_S
    kills_per_s = KILLS_PER_S

    def __init__(self, story, own_faults=True):
        """own_faults: what goes wrong with these two systems alone, as often as they say."""
        self.shop, self.erp = ends_of(story)
        self.own_faults = own_faults
        self.told = self.names = None

    def sim_options(self):
        return ("--shop", self.shop, "--erp", self.erp, *SIM_OPTIONS)

    def prepare(self, sim):
        self.told = sim.call("GET", f"/sim/setup?target={TARGET}")
        if self.own_faults:
            sim.post("/sim/faults?set=" + ",".join(
                f"{name}={chance}" for name, chance in sorted(self.told["faults"].items())))
        # as the simulator calls a target -> as we do; shop1 is its seller 1
        self.names = {TARGET: ERP, **{str(at): f"shop{at}" for at in range(1, SHOPS + 1)}}

    def secrets(self):
        return {f"PROVE_{account['name']}_{name}": value for account in self.told["accounts"]
                for name, value in account["secrets"].items()}

    def write_config(self, path, state, stages):
        text = f"deployment: prove\nstate: '{state}'\nstages:\n"
        text += "".join(f"  {stage}: {count}\n" for stage, count in stages.items())
        text += "accounts:\n"
        for account in self.told["accounts"]:
            text += ACCOUNT.format(**account)
            text += "".join(f"      {name}: {value}\n" for name, value in account["options"].items())
            text += "".join(f"      {name}: ${{env:PROVE_{account['name']}_{name}}}\n"
                            for name in account["secrets"])
            text += "    streams:\n" if account["streams"] else ""
            text += "".join(f"      {name}: {{{settings}}}\n"
                            for name, settings in account["streams"].items())
        text += self.write_tables(os.path.dirname(path))
        text += "routes:\n" + "".join(
            '  - {{from: "{from}", kind: {kind}, to: {to}{rules}}}\n'.format(
                **route, rules=f", skus: {route['skus']}" if "skus" in route else "")
            for route in self.told["routes"])
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def write_tables(self, folder):
        """Each a file beside the configuration, which names them so."""
        for name, table in self.told["tables"].items():
            with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8") as file:
                file.write(table)
        return "".join(["tables:\n" if self.told["tables"] else "",
                        *(f"  {name}: {{file: {name}.csv}}\n" for name in self.told["tables"])])

    def spell_places(self):
        """Of both systems: where orders are read, where records are taken, where lists are read."""
        shops = [name for name in self.names.values() if name != ERP]
        places = [Place("orders", "/sim/orders?", (400, 403), shops)]
        places += [Place(ours, f"/sim/target?name={theirs}&", (400, 403, 422), (ours,))
                   for theirs, ours in self.names.items()]
        places += [Place(row["name"], f"/sim/place?name={row['name']}&", (400, 403), ())
                   for row in self.told["places"] if row["gives"] and not row["orders"]]
        return places

    def ledger(self, sim, crew):
        return CircleLedger(sim, crew, self.names)

    @staticmethod
    def result(ledger):
        rows = {}
        for name, row in ledger.story["kinds"].items():
            rows[name] = {"at_source": row["at_source"], "at_target": row["at_target"],
                          "lost": ledger.lost(row["kind"]), "repeated": row["repeated"],
                          "older_after_newer": row["older_after_newer"]}

        def over_all(key):
            return sum(row[key] for row in rows.values())
        return {**rows, "lost": over_all("lost"), "repeated": over_all("repeated"),
                "older_after_newer": over_all("older_after_newer"),
                "stock_wrong": len(ledger.wrong()), "invented": ledger.story["invented"],
                "given": ledger.stats["given"], "cases": ledger.story["cases"],
                "cases_rare": rare(ledger.story["cases"], ledger.stats["orders"])}

    def open_records(self, _, ledger, most):
        """(what is wrong, the record), of what is not where it is to be."""
        found, shown = [], {}
        for row in ledger.open_rows():
            shown[row["kind"]] = shown.get(row["kind"], 0) + 1
            if shown[row["kind"]] <= most:
                kind = "listing" if row["kind"] == "stock" else row["kind"]
                account = ERP if kind == "shipment" else f"shop{row['account']}"
                found.append((f"{row['kind']}: {row['held']} instead of {row['newest']}",
                              f"default/{account}/{kind}/{row['id']}"))
        for what, rows in (("refused and not parked", ledger.refused.missing()),
                           ("parked and not refused", ledger.refused.unexpected())):
            found += [(f"{what}: {place}", f"{kind} {name}") for place, kind, name in rows[:most]]
        return found

    @staticmethod
    def table(result):
        """Heads and rows for people: a row a kind."""
        keys = ("at_source", "at_target", "lost", "repeated", "older_after_newer")
        kinds = [name for name, row in result.items() if isinstance(row, dict) and "at_source" in row]
        return [("", *(key.replace("_", " ") for key in keys)),
                *((name, *(str(result[name][key]) for key in keys)) for name in kinds),
                ("stock wrong", str(result["stock_wrong"])), ("invented", str(result["invented"])),
                *((name, str(count)) for name, count in result["cases"].items())]

    @staticmethod
    def words(stats):
        return "at their far ends: " + ", ".join(
            f"{name} {row['at_target']} of {row['at_source']}"
            for name, row in stats["story"]["kinds"].items())


def parked_at(process, row, names):
    """Where a record was refused: at a target, by the process that hands over, or at its source."""
    account = row["account"].rpartition("/")[2]
    delivers = process.get("instance", "").startswith("pusher")
    return account if delivers and account in names else SOURCE


def parked_of(answer, names):
    """Of what `waybill parked list` tells, and how many rows have no id; None when somebody did not
    answer, or told a part."""
    found, elements = set(), 0
    for process in (answer or {}).get("processes", []):
        if process.get("more", True):
            return None
        for row in process["rows"]:
            parts = row["record"].split("/")
            if len(parts) == 4:
                found.add((parked_at(process, row, names), parts[2], unquote(parts[3])))
            else:
                elements += 1
    return (found, elements) if answer else None


def conflicts_of(answer, names):
    """Of what `waybill conflicts` tells: what is kept back before it is handed over, at its target.
    None when somebody did not answer, or told a part."""
    found = set()
    for mapper in (answer or {}).get("mappers", []):
        if not isinstance(mapper, dict) or mapper.get("more", 1):
            return None
        for row in mapper["held"]:
            _, _, kind, name = row["record"].split("/")
            target = row["target"].rpartition("/")[2]
            if row["wait"] == "conflict" and target in names:
                found.add((target, kind, unquote(name)))
    return found if answer else None


class CircleRefused(Refused):
    """Of all kinds: sets of (place, kind, id)."""

    def __init__(self, told, answer, conflicts, names):  # pylint: disable=super-init-not-called
        self.rows = told["refused"]
        self.wanted = {(names.get(row["target"], SOURCE), row["kind"], row["id"])
                       for row in self.rows if row["lasting"]}
        self.elements_most = told["elements"]
        self.parked, self.elements = parked_of(answer, list(names.values())) or (None, 0)
        kept_back = conflicts_of(conflicts, list(names.values()))
        self.parked = None if None in (self.parked, kept_back) else self.parked | kept_back

    def kept(self, kind):
        """Numbers of those that cannot come to their far end."""
        return {row["number"] for row in self.rows
                if row["own"] and row["lasting"] and row["kind"] == kind}


class CircleLedger(Ledger):
    """One look at both ends."""

    def __init__(self, sim, crew, names):  # pylint: disable=super-init-not-called
        self.stats = sim.stats()
        self.story = self.stats["story"]
        self.names = names
        self.absent = sim.call("GET", "/sim/missing")["missing"]
        self.refused = CircleRefused(sim.refused(), crew.ask("parked", "list", "--limit", "1000"),
                                     crew.ask("conflicts"), names)
        self.status = crew.ask("status")
        self.runs = crew.ask("ledger", "--limit", "1000")
        self.answered = bool(self.status and self.runs)

    def open_rows(self):
        """What is not at its far end as it is now, and may be there; of stock, listings."""
        kept = {}
        for row in self.absent:
            kind = "listing" if row["kind"] == "stock" else row["kind"]
            if kind not in kept:
                kept[kind] = self.refused.kept(kind)
            if row["number"] not in kept[kind]:
                yield row

    def wrong(self):
        """Listings that show another number than the world says."""
        return [row for row in self.open_rows() if row["kind"] == "stock"]

    def lost(self, kind):
        """Stock is counted by the goods: shown wrong by whoever sells them."""
        rows = [row for row in self.open_rows() if row["kind"] == kind]
        return len({row["id"] for row in rows}) if kind == "stock" else len(rows)

    def missing(self):
        return sum(self.lost(row["kind"]) for row in self.story["kinds"].values())

    def queue_left(self):
        return self.story["due"]

    def stamp(self):
        return self.story["arrived"]

    def settled(self):
        return (self.answered and self.stats["done"] and not self.story["due"]
                and not self.missing() and not self.held() and self.balanced()
                and self.refused.same())
