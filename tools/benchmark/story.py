# SPDX-License-Identifier: Apache-2.0
"""story - what --story measures: ten thousand shops, a backfill, live orders beside it

Each function runs one and gives back plain figures. Lists are told to be read never, all the time, or
are asked for; limits are off where throughput is measured.
"""
import json
import os
import time

from . import processes
from .circle import NEVER, TARGET, Circle, FloorCircle, files_of, orders_stream
from .scenarios import QUIET, SETTLE_S, memory
from .world import World

IDLE_S = 10
LATE_MAX_S = 60  # after that a list that has not come is missing
SAMPLES = [tenth / 10 for tenth in range(1, 11)]  # of the orders: where memory is looked at
KINDS = {"order": ""}
STOCK_KINDS = {"inventory": ", skus: skus"}
# Without a margin: windows may be of whole seconds, and what a margin costs is then up to half a
# second more or less by the moment at which a list happens to begin.
OFTEN = "interval_ms: 1s, overlap_ms: 2s, margin_ms: 0s"
ASKED = f"{NEVER}, margin_ms: 0s"  # read when somebody says so
BACKFILL_S = 1800
WARM_S = 3
BACKFILL_PER_S = 6000  # orders: more than any machine does, so that it lasts as long as the live ones
RELOAD_QUIET_S = 3  # after the first listing: who else is told?


class Story:
    """Who sells and who buys, and where executables and state are."""

    def __init__(self, bench, shop, erp):
        self.bench, self.names = bench, ("--shop", shop, "--erp", erp)
        self.folder = os.path.join(bench.folder, "story")

    def world(self, *options):
        return World(os.path.join(self.bench.bin_dir, "waybill-sim"), *QUIET, *self.names, *options)

    def told(self, world):
        """The accounts of this world, and its routes; by ids, as the floor asks for no names."""
        return world.call("GET", f"/sim/setup?target={TARGET}&ids=1")

    def circle(self, told, shaped, kinds=KINDS, head=(), extra=None):
        files = files_of(told, shaped, kinds, head)
        return Circle(self.bench.bin_dir, self.folder, {**files, **(extra or {})})

    def floor(self, told, shaped):
        return FloorCircle(self.bench.bin_dir, self.folder, files_of(told, shaped, KINDS),
                           orders_stream(told["accounts"][0]))


def by_interval(polled, interval_s):
    """The first shops' orders are listed every so often, and nothing else ever."""
    def shaped(account):
        streams = {name: NEVER for name in account["streams"]}
        if account["name"] in polled:
            streams[orders_stream(account)] = f"interval_ms: {interval_s}s"
        return {}, streams
    return shaped


def shops_idle(story, count):
    """So many shops, none of which is due: what that takes."""
    with story.world("--accounts", count, "--orders", 0) as world:
        system = story.circle(story.told(world), by_interval((), 0))
        try:
            time.sleep(SETTLE_S)
            meter = processes.Meter(system.pids)
            time.sleep(IDLE_S)
            used, pss = meter.read(), memory(system)
            return {"shops": count, "ready_s": system.ready_s,
                    "percent": sum(used.values()) / IDLE_S / 10000,
                    "percent_by_process": {k: v / IDLE_S / 10000 for k, v in used.items()},
                    "pss_mib": pss, "pss_mib_total": sum(pss.values())}
        finally:
            system.stop()


def wait_lists(world, count, timeout_s, alive):
    """Until so many lists were begun that were not a shop's first: how long behind that."""
    deadline = time.monotonic() + timeout_s
    while (lists := world.stats()["lists_us"])["count"] < count:
        if not alive() or time.monotonic() > deadline:
            raise RuntimeError(f"only {lists['count']} of {count} lists were asked for again")
        time.sleep(0.2)
    return lists


def shops_polled(story, count, polled, interval_s):
    """Some of the shops are listed every so often, all of them at the same moment: how late. The first
    time each is read from long ago, in several lists: counted is from the second time to the third."""
    names = {f"shop{k}" for k in range(1, polled + 1)}
    with story.world("--accounts", count, "--orders", 0) as world:
        system = story.circle(story.told(world), by_interval(names, interval_s))
        try:
            time.sleep(2.5 * interval_s)
            world.post("/sim/latency")
            meter, begin = processes.Meter(system.pids), time.monotonic()
            lists = wait_lists(world, polled, interval_s + LATE_MAX_S, system.alive)
            seconds = time.monotonic() - begin
            return {"shops": count, "polled": polled, "interval_s": interval_s,
                    "lists": lists["count"], "late_p50_s": lists["p50"] / 1e6 - interval_s,
                    "late_p99_s": lists["p99"] / 1e6 - interval_s,
                    "late_max_s": lists["max"] / 1e6 - interval_s,
                    "percent": meter.total() / seconds / 10000}
        finally:
            system.stop()


def unlimited(streams):
    """Limits off; of each account's streams those that are named here, by its name."""
    def shaped(account):
        ours = {name: NEVER for name in account["streams"]}
        if account["name"] in streams:
            ours[orders_stream(account)] = streams[account["name"]]
        return {"limits": "false"}, ours
    return shaped


def give_all(world, count):
    world.start()
    while world.stats()["given"] < count:
        time.sleep(0.05)


def measure(world, system, orders, begin):
    """From `begin()` until all orders are there: how fast, what that costs, the memory on the way."""
    meter, sim_us = processes.Meter(system.pids), world.stats()["cpu_us"]
    begin()
    pss = []
    for part in SAMPLES:
        ledger = world.wait_newest(system.target, int(orders * part), BACKFILL_S, system.alive)
        pss.append(memory(system))
    cpu, stats = meter.read(), world.stats()
    seconds = (ledger["last_us"] - ledger["first_us"]) / 1e6
    return {"orders": orders, "seconds": seconds,
            "orders_per_s": (orders - 1) / seconds if seconds else 0,
            "cpu_us_per_order": sum(cpu.values()) / orders,
            "cpu_us_by_process": {name: used / orders for name, used in cpu.items()},
            "sim_cpu_us_per_order": (stats["cpu_us"] - sim_us) / orders,
            "requests": stats["requests"], "pss_mib": pss,
            "pss_mib_total": [sum(one.values()) for one in pss],
            "repeated": ledger["repeated"], "older_after_newer": ledger["older_after_newer"]}


def backfill(story, orders):
    """All orders of a shop, that it had before: how fast they get there."""
    with story.world("--orders", orders) as world:
        give_all(world, orders)
        told = story.told(world)
        system = story.circle(told, unlimited({"shop1": ASKED}))
        try:
            time.sleep(SETTLE_S)
            return measure(world, system, orders, lambda: system.sync(
                "--full", stream=orders_stream(told["accounts"][0])))
        finally:
            system.stop()


def backfill_floor(story, orders):
    """The same by the floor."""
    with story.world("--orders", orders) as world:
        give_all(world, orders)
        system = story.floor(story.told(world), unlimited({}))
        try:
            return measure(world, system, orders, lambda: None)
        finally:
            system.stop()


def backfills(story, orders, repeats, say):
    """Alternating; of each the run whose throughput is the middle one."""
    runs = {"floor": [], "waybill": []}
    for i in range(repeats):
        for name, run in (("floor", backfill_floor), ("waybill", backfill)):
            runs[name].append(run(story, orders))
            say(f"backfill {i + 1}/{repeats} {name}: {runs[name][-1]['orders_per_s']:.0f} orders/s, "
                f"{runs[name][-1]['cpu_us_per_order']:.1f} us CPU/order")
    return {name: {**middle(some), "all": [run["orders_per_s"] for run in some]}
            for name, some in runs.items()}


def middle(runs):
    return sorted(runs, key=lambda run: run["orders_per_s"])[len(runs) // 2]


def ahead_of(seconds):
    """Orders of a backfill that is still under way after so long, and the time before."""
    return BACKFILL_PER_S * (seconds + WARM_S)


def live_beside(story, ahead, rate, seconds):
    """A steady flow of one shop's orders, while another shop is read from its beginning: how long
    they are under way. With one order `ahead` they are alone."""
    orders = ahead + rate * (seconds + WARM_S)
    with story.world("--accounts", 2, "--orders", orders, "--ahead", ahead, "--pace", rate) as world:
        told = story.told(world)
        system = story.circle(told, unlimited({"shop1": ASKED, "shop2": OFTEN}))
        try:
            stream = orders_stream(told["accounts"][0])
            wait_run(system, "shop2", stream)  # the first one is an import, and waits like one
            give_all(world, ahead)
            system.sync("--full", stream=stream)
            wait_timed(world, system, rate * WARM_S, WARM_S + LATE_MAX_S)
            world.post("/sim/latency")
            latency = wait_timed(world, system, rate * seconds - rate, seconds + LATE_MAX_S)
            left = orders - world.target(system.target)["newest"]
            if ahead > 1 and left < rate * 2:
                raise RuntimeError("the backfill was over before the live orders were")
            return {"ahead": ahead, "rate": rate, "orders": latency["count"], "left": left,
                    "p50_ms": latency["p50"] / 1000, "p99_ms": latency["p99"] / 1000,
                    "max_ms": latency["max"] / 1000}
        finally:
            system.stop()


def wait_timed(world, system, count, timeout_s):
    """Until so many orders were timed at the target: how long they were under way."""
    deadline = time.monotonic() + timeout_s
    while (latency := timed(world.target(system.target)))["count"] < count:
        if not system.alive() or time.monotonic() > deadline:
            raise RuntimeError(f"only {latency['count']} of {count} orders of the steady flow came")
        time.sleep(0.1)
    return latency


def timed(ledger):
    return ledger.get("latency_us") or {"count": 0}


def stock_table(count, first="SKU-00000"):
    """A table of SKUs that all bear one name on both sides, but the first; as the simulated goods do."""
    rows = [f"SKU-{number:05},{'SKU-%05d' % number if number else first}" for number in range(count)]
    return "sku,master\n" + "\n".join(rows) + "\n"


def stream_of(account, word):
    return next(name for name in account["streams"] if word in name)


def wait_run(system, account, stream):
    """Until a list was read, and all of it handed on: what its ledger says."""
    deadline = time.monotonic() + BACKFILL_S
    while True:
        said = system.command("ledger", "--account", account, "--stream", stream, "--json")
        runs = json.loads(said)["monitors"][0]["runs"]
        for run in runs:
            if run["status"] == "completed":
                return run
        if not system.alive() or time.monotonic() > deadline:
            raise RuntimeError(f"{account} {stream} was not read: {runs[:1]}")
        time.sleep(0.1)


def read_whole(system, account, stream):
    """All that a list has, read for the first time."""
    system.sync("--full", account=account, stream=stream)
    return wait_run(system, account, stream)


def wait_told(world, system, count):
    """Until so many listings were told what to show, and show it."""
    deadline = time.monotonic() + BACKFILL_S
    while (works := world.stats()["works"])["told"] < count or works["stock_wrong"]:
        if not system.alive() or time.monotonic() > deadline:
            raise RuntimeError(f"only {works['told']} of {count} listings were told: {works}")
        time.sleep(0.1)
    return works


def stock(story, goods, rows):
    """All the stock of two warehouses, joined into one shop's listings by a table of `rows` SKUs;
    then that table again, with one row changed."""
    with story.world("--orders", 0, "--goods", goods, "--ship-after", "1s") as world:
        told = story.told(world)
        shop, erp = told["accounts"][0], told["accounts"][-1]
        system = story.circle(told, every_list_when_asked, STOCK_KINDS,
                              ("tables: {skus: {file: skus.csv}}",), {"skus.csv": stock_table(rows)})
        try:
            time.sleep(SETTLE_S)
            read_whole(system, "shop1", stream_of(shop, "listing"))
            meter, begin = processes.Meter(system.pids), time.monotonic()
            run = read_whole(system, "erp", stream_of(erp, "stock"))
            read_s = time.monotonic() - begin
            works = wait_told(world, system, goods)
            cpu, seconds = meter.read(), time.monotonic() - begin
            changes = run["read"]
            return {"goods": goods, "rows": rows, "changes": changes,
                    "changes_per_s": changes / (cpu["mapper"] / 1e6),
                    "changes_per_s_of_wall": changes / read_s, "told_s": seconds,
                    "cpu_us_by_process": {name: used / changes for name, used in cpu.items()},
                    **reload_one_row(world, system, rows, works["told"])}
        finally:
            system.stop()


def every_list_when_asked(account):
    """Limits off, and lists as soon as they are asked for, of what is now."""
    return {"limits": "false"}, {name: ASKED for name in account["streams"]}


def reload_one_row(world, system, rows, told):
    """The first SKU is another one of the ERP's: who is told, and how long it takes."""
    fresh = os.path.join(system.folder, "skus.new")
    with open(fresh, "w", encoding="ascii") as file:
        file.write(stock_table(rows, first=f"SKU-{1:05}"))
    os.replace(fresh, os.path.join(system.folder, "skus.csv"))
    before, begin = system.pids, time.monotonic()
    system.command("reload", "--tables-only")
    seconds = time.monotonic() - begin
    while (now := world.stats()["works"])["told"] == told:
        if not system.alive() or time.monotonic() - begin > LATE_MAX_S:
            raise RuntimeError("the listing of the row that changed was not told")
        time.sleep(0.05)
    followed_s = time.monotonic() - begin
    time.sleep(RELOAD_QUIET_S)
    now = world.stats()["works"]
    return {"reload_s": seconds, "followed_s": followed_s, "wanted_again": now["told"] - told,
            "restarts": sum(system.find().get(name) != pid for name, pid in before.items())}
