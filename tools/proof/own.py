# SPDX-License-Identifier: Apache-2.0
"""own - a person's own configuration: its accounts are played, all else is as the file says

    waybill prove --config FILE

What somebody wants to know before it goes live: do my routes, rules, tables and programs hold when
processes die under them? So nothing of them is made up here.

  read      `waybill check --blind`: the same reader, the same problems with their lines. No secret
            is read, none has to be there.
  played    each account by the simulator of its system. The accounts from which routes take orders
            sell (one system at a time); where routes lead, there is an ERP or a receiver. An account
            whose system has no simulator is refused, by its name.
  replaced  addresses, credentials and what goes with them (the simulator says which settings),
            `state`, `brokers`, `ca_file`, `master_key`; and how long things take, so that a run
            ends: schedules of lists, pauses after failures, limits, `every` of routes.
            The file is written anew in a folder of its own: no request leaves this machine, and the
            state that the file names is not touched.
  taken     from the file by the simulator: which shop of the ERP is whose, warehouses, carriers;
  over      and the goods. What shops sell are SKUs of the table that their route names, up to
            GOODS_MAX of them, and what these are made of in the ERP is worked out here once more,
            from the table: an order that comes with other goods is `invented`.
  wrong     what goes wrong with any vendor, now and then; not the oddities of one, some of which are
            a person's to mend: a story has them
  counted   by the simulator, kind by kind and account by account. What listings have to show is
            worked out here by the route's rule, from what the simulator's warehouses hold. What a
            rule or table keeps back (`waybill conflicts`) is counted as that, by its reason, and not
            as lost; so is what an account parks because it is told to (`after_unknown: park`).
"""
import json
import os
import re
import subprocess

from proof import circle, killer
from proof.direct import SETTLE_S, SIM_OPTIONS as QUEUE_OPTIONS
from proof.killer import POINTS
from proof.own_goods import (GOODS_MAX, ORDER, SHIPMENT, STOCK, Goods, Skus, Wrong, merged,
                             read_table, texts)
from proof.own_ledger import OwnLedger
from proof.spells import Place
from simulator import Simulator

CONFIG = 100     # exit code: the configuration has to be looked at
PARTS_MAX = 8    # of one bundle
USUAL = 40       # made up, where no table says what there is
PLAYED = "WAYBILL_PLAYED"  # a secret that the simulator does not look at
REFERENCE = re.compile(r"(?<!\$)\$\{(?:env|file):[^}]*\}")
UNFIT = re.compile(r'["\\\x00-\x1f]')  # no text of these goes into the simulator's templates
# Limits are no part of it: a place of a call that died with its process is only given again when the
# vendor may have taken it to its end, after minutes.
FAST = {"limits": "false", "backoff_min_ms": "100ms", "backoff_max_ms": "5s", "stopped_look_ms": "1s",
        "enrich_pause_ms": "500ms"}
SCHEDULE = ("cron", "full_cron", "zone", "interval_ms", "first_ms", "full_ms", "overlap_ms",
            "slice_ms", "margin_ms")
MANY = {"orders": ORDER, "shipments": SHIPMENT, "inventories": STOCK}


# --- reading it ---

def read(waybill, path):
    """What `waybill check` says of it, with all that its files say."""
    try:
        told = subprocess.run([waybill, "check", "--blind", "--json", path], capture_output=True,
                              timeout=120, check=False)
        answer = json.loads(told.stdout)
    except (ValueError, subprocess.TimeoutExpired):
        raise Wrong(f"{path} cannot be checked: see waybill check --blind {path}") from None
    if answer["problems"]:
        raise Wrong("\n".join(problem_text(row) for row in answer["problems"]))
    return answer


def problem_text(row):
    place = [row["file"], *(str(row[key]) for key in ("line", "column") if row[key])]
    return "".join(word + ":" for word in place if word) + " " * bool(row["file"]) + row["text"]


class Route:
    """A route of the file, with the accounts that it leads from and to."""

    def __init__(self, row):
        self.source = row.get("from") or "*"
        self.kind = MANY.get(row.get("kind") or ORDER, row.get("kind") or ORDER)
        self.target = row["to"]
        self.enabled = row.get("enabled") != "false"
        self.skus = row.get("skus") or None
        self.row = row

    def leaves(self, account):
        return self.enabled and self.source in ("*", account) and self.target != account


class Own:
    """The scene of the proof."""
    quiet_s = circle.QUIET_S
    settle_s = SETTLE_S
    known_s = circle.KNOWN_S
    kills_per_s = circle.KILLS_PER_S

    def __init__(self, path, binaries, options):
        waybill, binary = (os.path.join(binaries, name) for name in ("waybill", "waybill-sim"))
        self.sell = options.sell
        self.folder = None  # of the run
        answer = read(waybill, path)
        self.document = answer["document"]
        self.stages = answer["stages"]
        self.reads = {row["account"]: row["reads"] for row in answer["accounts"]}
        self.accounts = self.document.get("accounts") or {}
        self.routes = [Route(row) for row in self.document.get("routes") or []]
        with Simulator(binary, "--orders", 0) as sim:
            self.systems = sim.call("GET", "/sim/systems")["systems"]
        self.setup = None
        self.find_roles()
        self.skus = {name: Skus(read_table(name, self.document["tables"][name]))
                     for name in {self.table_of(seller) for seller in self.sellers} - {None}}
        self.goods = self.make_goods().rows

    # --- who is who ---

    def system(self, name):
        return self.systems[self.accounts[name]["connector"]]

    def is_active(self, name):
        return self.accounts[name].get("paused") != "true"

    def find_roles(self):
        for name, account in self.accounts.items():
            if account["connector"] not in self.systems:
                raise Wrong(f"account {name}: there is no simulator of {account['connector']}; prove "
                            "a copy of the file without it, or with a receiver in its place")
        routes = [route for route in self.routes if route.kind == ORDER and route.enabled]
        selling = [name for name in self.accounts
                   if self.system(name)["sells"] and self.is_active(name)
                   and any(route.leaves(name) for route in routes)]
        buying = {route.target for route in routes}
        selling = [name for name in selling
                   if name not in buying or any(route.source == name for route in routes)]
        self.sellers = self.one_system(selling)
        self.targets = {name: list(dict.fromkeys(route.target for route in routes
                                                 if route.leaves(name) and self.is_active(route.target)))
                        for name in self.sellers}
        takers = list(dict.fromkeys(target for name in self.sellers for target in self.targets[name]))
        if not takers:
            raise Wrong("every account that orders go to is paused")
        self.erps = self.find_erps(takers)
        self.shop_system = self.accounts[self.sellers[0]]["connector"]
        self.erp_system = self.accounts[self.erps[0]]["connector"]
        self.ships = bool(self.system(self.erps[0])["tells"])
        # as the simulator calls a target -> as the file does
        self.names = {str(at + 1): name for at, name in enumerate(self.sellers)}
        others = [name for name in self.accounts if name not in self.sellers]
        self.names.update({f"t{at + 1}": name for at, name in enumerate(others)})
        self.kinds = self.find_kinds()

    def one_system(self, selling):
        systems = sorted({self.accounts[name]["connector"] for name in selling})
        if not systems:
            raise Wrong("no route takes orders from an account that sells and is not paused: there "
                        "is nothing to prove")
        if self.sell is None and len(systems) > 1:
            who = ", ".join(f"{name} ({self.accounts[name]['connector']})" for name in selling)
            raise Wrong(f"these accounts sell at several systems, which are played one at a time: "
                        f"{who}; add --sell {systems[0]}, then the others are paused")
        system = self.sell or systems[0]
        if system not in systems:
            raise Wrong(f"--sell {system}: no account sells there; there are {', '.join(systems)}")
        return [name for name in selling if self.accounts[name]["connector"] == system]

    def find_erps(self, takers):
        """Of the system that ships, if one of them does; else of the first that takes orders."""
        ships = [name for name in takers if self.system(name)["tells"]]
        systems = sorted({self.accounts[name]["connector"] for name in ships})
        if len(systems) > 1:
            raise Wrong(f"orders go to ERPs of {' and '.join(systems)}, which are played one at a "
                        "time: prove a copy of the file with one of them")
        return ships or takers

    def find_kinds(self):
        """Which kinds routes bring back from the ERP to those who sell."""
        def comes(kind):
            return (kind in self.system(self.erps[0])["tells"]
                    and kind in self.systems[self.shop_system]["takes"]
                    and any(route.kind == kind and self.stock_of(route, kind)
                            for route in self.routes))
        return {ORDER, *(kind for kind in (SHIPMENT, STOCK) if comes(kind))}

    def stock_of(self, route, kind):
        """Who of the sellers gets this kind by the route."""
        if not any(route.leaves(name) for name in self.erps):
            return []
        if route.target == "origin":
            return self.sellers if kind == SHIPMENT else []
        return [route.target] if route.target in self.sellers else []

    def gets(self, kind):
        return {name for route in self.routes if route.kind == kind
                for name in self.stock_of(route, kind)}

    # --- what is sold ---

    def table_of(self, seller):
        for route in self.routes:
            if route.kind == ORDER and route.leaves(seller) and route.skus:
                return route.skus
        return None

    def offers(self, seller):
        """SKU -> what it is made of in the ERP."""
        table = self.table_of(seller)
        found = {}
        if table is None:
            skus = [f"SKU-{at:05d}" for at in range(USUAL)]
            return {sku: [(sku, 1)] for sku in [*self.named_by_rules(), *skus]}
        for sku in [*self.named_by_rules(), *self.skus[table].samples(seller)]:
            parts = merged(self.skus[table].find(seller, sku))
            if 0 < len(parts) <= PARTS_MAX and not UNFIT.search(sku):
                found[sku] = parts
        if not found:
            raise Wrong(f"table {table} knows no SKU of account {seller}: no order of it could go "
                        "anywhere")
        return dict(list(found.items())[:GOODS_MAX])

    def named_by_rules(self):
        """SKUs that conditions of rules name; of a beginning one that has it."""
        found = [sku for rules in (self.document.get("rules") or {}).values()
                 for rule in rules or [] for sku in texts(rule.get("sku"))]
        return list(dict.fromkeys(sku.replace("*", "1") for sku in found if not UNFIT.search(sku)))

    def make_goods(self):
        goods = Goods()
        offers = [self.offers(seller) for seller in self.sellers]
        shared = {sku: parts for sku, parts in offers[0].items()
                  if all(other.get(sku) == parts for other in offers)}
        for sku, parts in shared.items():
            goods.add(sku, parts, 0)
        for at, own in enumerate(offers):
            for sku, parts in own.items():
                if sku not in shared:
                    goods.add(sku, parts, at + 1)
        return goods

    # --- the simulator ---

    def warehouses(self):
        rows = [row["id"] for route in self.routes for row in route.row.get("warehouses") or []]
        rows += [name for erp in self.erps for name in texts(self.options(erp).get("warehouses"))]
        return list(dict.fromkeys(rows))

    def carriers(self):
        """As rules and settings call those of the ERP."""
        found = [row["name"] for name in self.accounts
                 for row in self.options(name).get("carriers") or []]
        for rule in (self.document.get("rules") or {}).get("carriers") or []:
            found += texts(rule.get("carrier"))
            table = (self.document.get("tables") or {}).get(rule.get("table"))
            if table and table["file"].endswith(".csv"):
                found += [row["carrier"] for row in read_table(rule["table"], table)
                          if row.get("carrier")]
        return list(dict.fromkeys(name for name in found if not UNFIT.search(name)))

    def options(self, name):
        return self.accounts[name].get("options") or {}

    def write_play(self):
        path = os.path.join(self.folder, "play.json")
        ours = {name: target for target, name in self.names.items()}
        rows = [{"name": name, "connector": account["connector"], "target": ours[name],
                 "seller": self.sellers.index(name) + 1 if name in self.sellers else 0,
                 "options": without_references(self.options(name))}
                for name, account in self.accounts.items()]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"accounts": rows, "goods": self.goods, "warehouses": self.warehouses(),
                       "carriers": self.carriers()}, file)
        return path

    def several(self):
        """Do orders go to several targets?"""
        return any(len(targets) > 1 for targets in self.targets.values())

    def sim_options(self):
        options = [*QUEUE_OPTIONS, "--rate-scale", "off", "--shop", self.shop_system, "--erp", self.erp_system,
                   "--accounts", len(self.sellers), "--play", self.write_play()]
        if self.ships:
            options += ["--ship-after", "1s"]
        if self.ships and not self.several():
            options += ["--case-each", 40]
        return options

    def changes(self, wanted):
        """Where an ERP ships and orders have several ends, none of them changes: whether it still
        may is another question at each."""
        return 0 if self.ships and self.several() else wanted

    def prepare(self, sim):
        self.setup = sim.call("GET", "/sim/setup?target=played")
        for target, name in self.names.items():
            if self.options(name).get("after_unknown") == "probe":
                sim.post(f"/sim/target?name={target}&mode=probed")

    # --- the configuration of the run ---

    def secrets(self):
        played = {PLAYED: "played-" * 6}
        for at, account in enumerate(self.setup["accounts"]):
            played.update({f"{PLAYED}_{at}_{name}": value
                           for name, value in account["secrets"].items()})
        return played

    def write_config(self, path, state, _):
        document = dict(self.document, state=state)
        for name in ("brokers", "ca_file", "master_key"):
            document.pop(name, None)
        document["accounts"] = {
            told["name"]: self.played_account(at, told)
            for at, told in enumerate(self.setup["accounts"])}
        document["routes"] = [dict(route.row, **({"every": "1s"} if route.row.get("every") else {}))
                              for route in self.routes]
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1)

    def played_account(self, at, told):
        name = told["name"]
        account = dict(self.accounts[name], **FAST)
        options = {key: value for key, value in self.options(name).items() if key != "rate"}
        options = replace_references(options)
        options.update({key: value.strip('"') for key, value in told["options"].items()})
        options.update({key: f"${{env:{PLAYED}_{at}_{key}}}" for key in told["secrets"]})
        account["options"] = options
        streams = dict(account.get("streams") or {})
        for stream, settings in told["streams"].items():
            if stream in self.reads[name]:
                kept = {key: value for key, value in (streams.get(stream) or {}).items()
                        if key not in SCHEDULE}
                pairs = [pair.split(":") for pair in settings.split(",")]
                streams[stream] = dict(kept, **{key.strip(): value.strip() for key, value in pairs})
        if streams:
            account["streams"] = streams
        if self.system(name)["sells"] and name not in self.sellers and name not in self.erps \
                and not self.system(name)["buys"]:
            account["paused"] = "true"
        return account

    # --- what is killed, refused, counted ---

    @property
    def points(self):
        back = [row for row in circle.BACK
                if not (row[1].endswith(".shipment") and SHIPMENT not in self.kinds)
                and not (row[1].endswith(".listing") and STOCK not in self.kinds)]
        return POINTS + tuple(back)

    @property
    def random(self):
        return circle.RANDOM if self.ships else killer.RANDOM

    def spell_places(self):
        ends = [(target, name) for target, name in self.names.items()
                if name in self.erps or any(name in goes for goes in self.targets.values())
                or (name in self.sellers and len(self.kinds) > 1)]
        return [Place("orders", "/sim/orders?", (400, 403), self.sellers),
                *(Place(name, f"/sim/target?name={target}&", (400, 403, 422), (name,))
                  for target, name in ends)]

    def ledger(self, sim, crew):
        return OwnLedger(self, sim, crew)

    def words(self, stats):
        return circle.Circle.words(stats)

    def result(self, ledger):
        return ledger.result()

    def open_records(self, _, ledger, most):
        found = [(what, record) for what, record in ledger.open_records()][:4 * most]
        for what, rows in (("refused and not parked", ledger.refused.missing()),
                           ("parked and not refused", ledger.refused.unexpected())):
            found += [(f"{what}: {place}", name) for place, _, name in rows[:most]]
        return found

    @staticmethod
    def table(result):
        """Heads and rows for people: by kind, and by the account that is handed something."""
        keys = ("at_source", "at_target", "kept_back", "to_be_parked", "lost", "repeated",
                "older_after_newer")
        rows = [("", *(key.replace("_", " ") for key in keys))]
        rows += [(name, *(str(row[key]) for key in keys)) for name, row in result["kinds"].items()]
        rows += [(f"  {name}", "", *(str(row.get(key, "")) for key in keys[1:]))
                 for name, row in result["accounts"].items()]
        rows += [("stock wrong", str(result["stock_wrong"])), ("invented", str(result["invented"]))]
        return rows

    @staticmethod
    def notes(result):
        """Beside it: what rules and tables keep back, and what is parked though nobody refused it."""
        return [*(f"kept back {count}: {why}" for why, count in sorted(result["kept_back"].items())),
                *(f"parked {count}: {why}" for why, count in sorted(result["parked_by"].items()))]


def replace_references(value):
    """What refers to a secret refers to one that is made up."""
    if isinstance(value, dict):
        return {key: replace_references(each) for key, each in value.items()}
    if isinstance(value, list):
        return [replace_references(each) for each in value]
    return REFERENCE.sub(f"${{env:{PLAYED}}}", value) if isinstance(value, str) else value


def without_references(value):
    """For the simulator: that something is given, not where it is."""
    if isinstance(value, dict):
        return {key: without_references(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_references(each) for each in value]
    return REFERENCE.sub("given", value) if isinstance(value, str) else value
