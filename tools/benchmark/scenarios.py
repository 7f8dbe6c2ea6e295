# SPDX-License-Identifier: Apache-2.0
"""scenarios - one function for each goal: runs it, counts at the far end, gives back plain figures."""
import contextlib
import os
import statistics
import subprocess
import sys
import time

from . import processes
from .systems import Floor, Waybill
from .world import World

KILL_VISIBILITY_S = 5  # who is killed between receive and commit costs the rest of this time
SHORT_DOWN_S = 20
SETTLE_S = 0.5  # after the start, before anything is counted
QUIET = ("--rate-scale", "off")
SEARCH_RATE, SEARCH_BURST, SEARCH_PAGE = 0.0056, 20, 100  # of the 2026-01-01 list, as published
BEYOND_BURST = 2  # calls that have to wait for the rate


class Bench:
    """Where the executables are, where the state goes, and what is measured."""

    def __init__(self, bin_dir, folder, only=None):
        self.bin_dir, self.folder = bin_dir, folder
        self.kinds = [kind for kind in (Floor, Waybill) if not only or kind.name == only]

    def world(self, *options, limits=QUIET):
        return World(os.path.join(self.bin_dir, "waybill-sim"), *limits, *options)

    def system(self, kind, world, **how):
        return kind(self.bin_dir, os.path.join(self.folder, kind.name), world, **how)


def memory(system):
    """MiB by process: PSS without the pages of the mapped stores."""
    return {name: round(processes.pss_kib(pid)[0] / 1024, 2) for name, pid in system.pids.items()}


def drain_once(bench, kind, orders, in_flight=64, delays=(), **how):
    """All orders available at once: how fast they get there and what that costs."""
    with bench.world("--orders", orders, *delays) as world:
        system = bench.system(kind, world, in_flight=in_flight, **how)
        try:
            time.sleep(SETTLE_S)
            meter, sim_begin = processes.Meter(system.pids), world.stats()["cpu_us"]
            world.start()
            half = world.wait_newest(kind.target, orders // 2, 600, system.alive)
            pss = memory(system)
            ledger = world.wait_newest(kind.target, orders, 600, system.alive)
            cpu, stats = meter.read(), world.stats()
            seconds = (ledger["last_us"] - ledger["first_us"]) / 1e6
            return {
                "orders_per_s": (orders - 1) / seconds if seconds else 0,
                "cpu_us_per_order": sum(cpu.values()) / orders,
                "cpu_us_by_process": {name: used / orders for name, used in cpu.items()},
                "sim_cpu_us_per_order": (stats["cpu_us"] - sim_begin) / orders,
                "pss_mib": pss,
                "repeated": ledger["repeated"],
                "older_after_newer": ledger["older_after_newer"],
                "half": half["newest"],
            }
        finally:
            system.stop()


def drain(bench, orders, repeats, say):
    """Alternating; the median of each and the spread."""
    runs = {kind.name: [] for kind in bench.kinds}
    for i in range(repeats):
        for kind in bench.kinds:
            run = drain_once(bench, kind, orders)
            runs[kind.name].append(run)
            say(f"drain {i + 1}/{repeats} {kind.name}: {run['orders_per_s']:.0f} orders/s, "
                f"{run['cpu_us_per_order']:.1f} us CPU/order")
    return {name: summary(some) for name, some in runs.items()}


def summary(runs):
    rates = sorted(run["orders_per_s"] for run in runs)
    costs = sorted(run["cpu_us_per_order"] for run in runs)
    middle = sorted(runs, key=lambda run: run["cpu_us_per_order"])[len(runs) // 2]
    return {
        "orders_per_s": statistics.median(rates), "orders_per_s_spread": [rates[0], rates[-1]],
        "cpu_us_per_order": statistics.median(costs), "cpu_us_spread": [costs[0], costs[-1]],
        "cpu_us_by_process": middle["cpu_us_by_process"],
        "sim_cpu_us_per_order": middle["sim_cpu_us_per_order"],
        "pss_mib": middle["pss_mib"], "pss_mib_total": sum(middle["pss_mib"].values()),
        "repeated": sum(run["repeated"] for run in runs),
        "older_after_newer": sum(run["older_after_newer"] for run in runs),
    }


def paced(bench, kind, rate, seconds):
    """A steady flow: notice available to request at the target, and CPU for an order."""
    warm, orders = rate * 3, rate * (seconds + 3)
    with bench.world("--orders", orders, "--pace", rate) as world:
        system = bench.system(kind, world)
        try:
            time.sleep(SETTLE_S)
            world.start()
            world.wait_newest(kind.target, warm, 60, system.alive)
            world.post("/sim/latency")
            meter, begin = processes.Meter(system.pids), world.target(kind.target)["newest"]
            ledger = world.wait_newest(kind.target, orders, seconds + 60, system.alive)
            latency, done = ledger["latency_us"], ledger["newest"] - begin
            return {"rate": rate, "p50_ms": latency["p50"] / 1000, "p99_ms": latency["p99"] / 1000,
                    "max_ms": latency["max"] / 1000, "orders": latency["count"],
                    "cpu_us_per_order": meter.total() / done,
                    "cpu_us_by_process": {k: v / done for k, v in meter.read().items()}}
        finally:
            system.stop()


@contextlib.contextmanager
def second_program(busy):
    """Something else that wants all of the machine."""
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                for _ in range(os.cpu_count() if busy else 0)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def burst(bench, orders, busy):
    """All orders at once: how long each is under way, from the receive of its notice to the target.
    In order, so that none waits much longer than the others."""
    with bench.world("--orders", orders) as world, second_program(busy):
        system = bench.system(Waybill, world)
        try:
            time.sleep(SETTLE_S)
            world.start()
            ledger = world.wait_newest("erp", orders, 600, system.alive)
            under_way = ledger["since_received_us"]
            seconds = (ledger["last_us"] - ledger["first_us"]) / 1e6
            return {"orders": orders, "orders_per_s": (orders - 1) / seconds,
                    "p50_ms": under_way["p50"] / 1000, "p99_ms": under_way["p99"] / 1000,
                    "max_ms": under_way["max"] / 1000, "repeated": ledger["repeated"]}
        finally:
            system.stop()


def idle(bench, kind, seconds, accounts=1, settle_s=3):
    """Nothing to do: the share of one core that all processes take together, in percent."""
    how = {"accounts": accounts} if kind is Waybill else {}
    with bench.world("--orders", 0, "--accounts", accounts) as world:
        system = bench.system(kind, world, **how)
        try:
            time.sleep(settle_s)
            meter = processes.Meter(system.pids)
            time.sleep(seconds)
            used = meter.read()
            return {"percent": sum(used.values()) / seconds / 1e4,
                    "percent_by_process": {k: v / seconds / 1e4 for k, v in used.items()},
                    "pss_mib": memory(system), "accounts": accounts}
        finally:
            system.stop()


def flat(bench, orders):
    """Memory along a long drain: it should not grow."""
    with bench.world("--orders", orders) as world:
        system = bench.system(Waybill, world)
        try:
            time.sleep(SETTLE_S)
            world.start()
            totals = []
            for percent in (10, 40, 70, 95):
                world.wait_newest("erp", orders * percent // 100, 3600, system.alive, 0.5)
                totals.append(sum(memory(system).values()))
            world.wait_newest("erp", orders, 3600, system.alive, 0.5)
            return {"orders": orders, "pss_mib_total": totals, "pss_mib": memory(system)}
        finally:
            system.stop()


def slow_world(bench, kind, in_flight, orders):
    """API 100 ms, target 50 ms: with K in flight no more than K / 100 ms is possible."""
    run = drain_once(bench, kind, orders, in_flight=in_flight,
                     delays=("--api-delay", "100ms", "--erp-delay", "50ms"))
    return {"in_flight": in_flight, "orders_per_s": run["orders_per_s"],
            "of_possible": run["orders_per_s"] / (in_flight / 0.1),
            "cpu_us_per_order": run["cpu_us_per_order"], "pss_mib": run["pss_mib"]}


def start_to_ready(bench, repeats=3):
    with bench.world("--orders", 0) as world:
        times = []
        for _ in range(repeats):
            system = bench.system(Waybill, world)
            times.append(system.ready_s)
            system.stop()
    return {"seconds": statistics.median(times), "spread": [min(times), max(times)]}


def after_kill(bench, rate, seconds, timeout_s, kill):
    """Orders at this rate; half-way `kill(world, system)` does it, and what it finds is told too."""
    orders = rate * seconds * 2
    with bench.world("--orders", orders, "--pace", rate) as world:
        system = bench.system(Waybill, world, visibility=f"{KILL_VISIBILITY_S}s")
        try:
            time.sleep(SETTLE_S)
            world.start()
            world.wait_newest("erp", rate * seconds // 2, 60, system.alive)
            found = kill(world, system)
            ledger = world.wait_newest("erp", orders, timeout_s, system.alive)
            return {"rate": rate, **found,
                    "slowest_order_s": ledger["latency_us"]["max"] / 1e6,
                    "p99_order_s": ledger["latency_us"]["p99"] / 1e6,
                    "visibility_s": KILL_VISIBILITY_S, "repeated": ledger["repeated"],
                    "older_after_newer": ledger["older_after_newer"]}
        finally:
            system.stop()


def kill_all(bench, rate, seconds=4):
    """SIGKILL for every process at this rate; started again at once."""
    def kill(world, system):
        system.kill()
        world.post("/sim/latency")
        killed = time.monotonic()
        system.start(first=False)
        while not (first_us := world.target("erp")["first_us"]):
            if time.monotonic() - killed > 60:
                raise RuntimeError("nothing was pushed within 60 s of the restart")
        since_first = (world.stats()["now_us"] - first_us) / 1e6
        return {"ready_s": system.ready_s,
                "first_push_s": time.monotonic() - killed - since_first}

    return after_kill(bench, rate, seconds, 120, kill)


def kill_one(bench, rate, role, seconds=3):
    """SIGKILL for one process at this rate; the supervisor starts it again."""
    def kill(world, system):
        world.post("/sim/latency")
        os.kill(system.pids[role], 9)
        return {"role": role}

    return after_kill(bench, rate, seconds, 180, kill)


def known(bench, count, orders, repeats, say):
    """Drains with none and with `count` records known already, alternating."""
    rates = {0: [], count: []}
    for i in range(repeats):
        for known_already, runs in rates.items():
            run = drain_once(bench, Waybill, orders, known=known_already)
            runs.append(run["orders_per_s"])
            say(f"known {known_already} {i + 1}/{repeats}: {run['orders_per_s']:.0f} orders/s, "
                f"{run['cpu_us_per_order']:.1f} us CPU/order")
    none, many = statistics.median(rates[0]), statistics.median(rates[count])
    return {"known": count, "orders_per_s": many, "orders_per_s_with_none": none,
            "ratio": many / none}


def with_targets(bench, orders, targets, down_s):
    """One drain to these targets; `dead` answers nothing for `down_s`. (orders/s, seconds for what
    had piled up)."""
    with bench.world("--orders", orders) as world:
        system = bench.system(Waybill, world, targets=targets)
        try:
            time.sleep(SETTLE_S)
            world.post(f"/sim/target?name=dead&down={int(down_s > 0)}")
            world.start()
            begin = time.monotonic()
            ledger = world.wait_newest("erp", orders, 600, system.alive)
            rate = orders / ((ledger["last_us"] - ledger["first_us"]) / 1e6)
            if "dead" not in targets:
                return rate, 0
            time.sleep(max(0, down_s - (time.monotonic() - begin)))
            back = time.monotonic()
            world.post("/sim/target?name=dead&down=0")
            world.wait_newest("dead", orders, 600, system.alive)
            return rate, time.monotonic() - back
        finally:
            system.stop()


def dead_target(bench, orders, down_s, repeats=3):
    """Two targets, one of which answers nothing for a while: what the other notices of it. Beside
    it, the same without the second target at all. What the other gets is over within seconds: once
    the dead one stays away for the whole time, else as long as a short test needs."""
    alone, alive, dead, backlog_s = [], [], [], 0
    for i in range(repeats):
        alone.append(with_targets(bench, orders, ("erp",), 0)[0])
        alive.append(with_targets(bench, orders, ("erp", "dead"), 0)[0])
        away_s = down_s if i == repeats - 1 else min(down_s, SHORT_DOWN_S)
        rate, backlog_s = with_targets(bench, orders, ("erp", "dead"), away_s)
        dead.append(rate)
    rates = [statistics.median(some) for some in (alone, alive, dead)]
    return {"orders_per_s_alone": rates[0], "orders_per_s_both_alive": rates[1],
            "orders_per_s": rates[2], "cost": 1 - rates[2] / rates[1],
            "cost_to_alone": 1 - rates[2] / rates[0], "down_s": down_s, "backlog_s": backlog_s}


def source_limits(bench, orders):
    """A full sync at the published limits, against the time that follows from them: each page of
    orders and each empty slice is a call; the burst is there at once, the others wait. There are as
    many slices as make the calls exceed the burst by a few; all orders lie in the last one."""
    pages = -(-orders // SEARCH_PAGE)
    slices = max(1, SEARCH_BURST + BEYOND_BURST - pages + 1)
    calls = slices - 1 + pages
    source = ["    streams:", "      orders.queue: {enabled: false}",
              f"      orders.sync: {{first_ms: {slices}d, slice_ms: 1d, margin_ms: 0s}}"]
    with bench.world("--orders", orders, "--search-lag", "0s",
                     limits=("--rate-scale", "1")) as world:
        world.start()
        while world.stats()["given"] < orders:
            time.sleep(0.05)
        system = bench.system(Waybill, world, source=source)
        try:
            begin = time.monotonic()
            system.sync("--full")
            expected = max(0, calls - SEARCH_BURST) / SEARCH_RATE
            world.wait_newest("erp", orders, 10 * expected + 600, system.alive, 0.2)
            seconds, stats = time.monotonic() - begin, world.stats()
            return {"orders": orders, "seconds": seconds, "by_the_limits_s": expected,
                    "of_limits": seconds / expected, "calls": calls,
                    "requests": stats["requests"], "throttled": stats["throttled"]}
        finally:
            system.stop()
