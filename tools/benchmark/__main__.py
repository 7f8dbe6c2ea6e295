# SPDX-License-Identifier: Apache-2.0
"""tools/bench - what the order path costs, and beside it the floor, in the same run.

The floor is the least that the path can cost: three bare processes, with fsync, and none of our
guarantees. Figures are counted at the far end, by the simulator; its CPU is told apart and is in no
other figure. The last line is JSON.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

from arguments import Parser, number
from proof.circle import ends_of

from . import scenarios, story
from .goals import goals, story_goals
from .systems import Waybill

SCENARIOS = ("drain", "paced", "burst", "idle", "accounts", "slow", "start", "kill", "known", "dead", "map",
             "flat", "source-limits")
SHOPS = 10000
STORY = ("shops", "backfill", "live", "stock")
KILLED = ("poller", "enricher", "mapper", "pusher", "keeper", "broker", "monitor")


def scenario_names(text):
    """The words of --only."""
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in SCENARIOS + STORY:
            raise argparse.ArgumentTypeError(f"no scenario '{name}'; there are " +
                                             ", ".join(SCENARIOS) + "; with --story " +
                                             ", ".join(STORY))
    return names


def arguments():
    parser = Parser(prog="tools/bench", description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="the last line alone")
    parser.add_argument("--orders", type=number(1),
                        help="of one drain (60000), or of a story's backfill (300000)")
    parser.add_argument("--repeats", type=number(1),
                        help="drains of each (5), or a story's backfills (1)")
    parser.add_argument("--seconds", type=number(1), default=30, help="of a paced or idle run (30)")
    parser.add_argument("--only", type=scenario_names, default=[],
                        help="scenarios, comma-joined: " + ", ".join(SCENARIOS) +
                        "; with --story " + ", ".join(STORY))
    parser.add_argument("--story", metavar="SHOP-ERP",
                        help="between two systems, such as the simulator plays: ten thousand shops, "
                             "a backfill and its own floor, live orders beside it, stock by a "
                             "table of 100,000 SKUs")
    parser.add_argument("--known", type=number(1), default=1000000,
                        help="records known already in that scenario (1000000; --full: 10000000)")
    parser.add_argument("--system", choices=["floor", "waybill"], help="measure this one alone")
    parser.add_argument("--full", action="store_true", help="the dead target for 10 minutes, the memory "
                                                            "over a million orders, a burst of "
                                                            "200,000 (else 20 s, 200,000, 40,000); "
                                                            "shops listed each minute (else each 20 s)")
    parser.add_argument("--bin", default="build/release/bin", help="where the executables are")
    parser.add_argument("--state", help="folder for the stores (a new one beside the executables)")
    options = parser.parse_args()
    options.orders = options.orders or (300000 if options.story else 60000)
    options.repeats = options.repeats or (1 if options.story else 5)
    return options


class Report:
    """Lines for people on the way, one JSON object at the end."""

    def __init__(self, quiet):
        self.quiet, self.result, self.failed = quiet, {}, {}

    def say(self, text):
        print(text, file=sys.stderr if self.quiet else sys.stdout, flush=True)

    def run(self, name, function, *rest):
        """A scenario that fails is told and leaves the others alone."""
        try:
            value = function(*rest)
        except (RuntimeError, OSError, subprocess.SubprocessError, KeyError) as error:
            self.failed[name] = str(error)
            self.say(f"{name}: failed: {error}")
            return None
        self.result[name] = value
        if name != "drain":
            self.say(f"{name}: {json.dumps(rounded(value))}")
        return value


def rounded(value):
    if isinstance(value, float):
        return round(value, 4) if abs(value) < 100 else round(value, 1)
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


def map_micro(bin_dir):
    """Order bytes to canonical bytes: the executable tells its own figures."""
    done = subprocess.run([os.path.join(bin_dir, "waybill-bench-micro")], check=True, text=True,
                          capture_output=True)
    figures = {}
    for line in done.stdout.splitlines():
        found = re.match(r"(.+?)\s+([0-9.]+) us$", line)
        if found:
            figures[found[1].strip()] = float(found[2])
    return figures


def run_all(options, bench, report):
    wanted = options.only
    has = {kind.name for kind in bench.kinds}

    def want(name):
        return not wanted or name in wanted

    if want("drain"):
        report.run("drain", scenarios.drain, bench, options.orders, options.repeats, report.say)
    for kind in bench.kinds:
        if want("paced"):
            report.run(f"paced_{kind.name}", scenarios.paced, bench, kind, 100, options.seconds)
        if want("idle"):
            report.run(f"idle_{kind.name}", scenarios.idle, bench, kind, options.seconds)
        for in_flight in (64, 256):
            if want("slow"):
                report.run(f"slow_{in_flight}_{kind.name}", scenarios.slow_world, bench, kind,
                           in_flight, in_flight * 100)
    if "waybill" in has:
        run_ours(options, bench, report, want)


def run_ours(options, bench, report, want):
    rate = int(report.result.get("drain", {}).get("waybill", {}).get("orders_per_s", 4000) / 2)
    if want("burst"):
        for name, busy in (("burst_quiet", False), ("burst_busy", True)):
            report.run(name, scenarios.burst, bench, 200000 if options.full else 40000, busy)
    if want("accounts"):
        report.run("idle_1000_accounts", scenarios.idle, bench, Waybill, options.seconds, 1000, 30)
    if want("start"):
        report.run("start_to_ready", scenarios.start_to_ready, bench)
    if want("kill"):
        report.run("kill_all", scenarios.kill_all, bench, rate)
        for role in KILLED:
            report.run(f"kill_{role}", scenarios.kill_one, bench, rate, role)
    if want("known"):
        count = max(options.known, 10000000) if options.full else options.known
        report.run("known", scenarios.known, bench, count, options.orders,
                   min(options.repeats, 3), report.say)
    if want("dead"):
        report.run("dead_target", scenarios.dead_target, bench, options.orders,
                   600 if options.full else 20)
    if want("source-limits"):
        report.run("source_limits", scenarios.source_limits, bench, 1000)
    if want("map"):
        report.run("map", map_micro, options.bin)
    if want("flat"):
        report.run("flat", scenarios.flat, bench, 1000000 if options.full else 200000)


def run_story(options, bench, report):
    """The scenarios of --story; a backfill and its floor by turns."""
    told = story.Story(bench, *ends_of(options.story))

    def want(name):
        return not options.only or name in options.only

    if want("shops"):
        report.run("shops_idle", story.shops_idle, told, SHOPS)
        report.run("shops_polled", story.shops_polled, told, SHOPS, SHOPS // 10,
                   60 if options.full else 20)
    if want("backfill"):
        report.run("backfill", story.backfills, told, options.orders, options.repeats, report.say)
    if want("stock"):
        report.run("stock", story.stock, told, 50000, 100000)
    if want("live"):
        report.run("live_alone", story.live_beside, told, 1, 20, options.seconds)
        report.run("live_beside", story.live_beside, told, story.ahead_of(options.seconds), 20,
                   options.seconds)


def compare(result):
    """The members that are asked for by name, from what the scenarios found."""
    drain = result.get("drain", {})
    ours, floor = drain.get("waybill", {}), drain.get("floor", {})
    paced, paced_floor = result.get("paced_waybill", {}), result.get("paced_floor", {})

    def over(a, b, key):
        return a[key] / b[key] if a.get(key) and b.get(key) else None

    return {
        "orders_per_s": ours.get("orders_per_s"),
        "floor_orders_per_s": floor.get("orders_per_s"),
        "cpu_us_per_order": ours.get("cpu_us_per_order"),
        "floor_cpu_us_per_order": floor.get("cpu_us_per_order"),
        "ratio": over(ours, floor, "cpu_us_per_order"),
        "throughput_ratio": over(ours, floor, "orders_per_s"),
        "p50_ms": paced.get("p50_ms"), "p99_ms": paced.get("p99_ms"),
        "floor_p50_ms": paced_floor.get("p50_ms"), "floor_p99_ms": paced_floor.get("p99_ms"),
        "paced_cpu_ratio": over(paced, paced_floor, "cpu_us_per_order"),
        "pss_mib": ours.get("pss_mib"), "floor_pss_mib": floor.get("pss_mib"),
    }


def cell(value):
    return "-" if value is None else f"{value:.1f}" if abs(value) >= 100 else f"{value:.3f}"


def table(report, rows):
    report.say(f"{'goal':28}{'waybill':>12}{'floor':>12}{'value':>10}  wanted")
    for name, goal in rows.items():
        report.say(f"{name:28}{cell(goal['ours']):>12}{cell(goal['floor']):>12}"
                   f"{cell(goal['value']):>10}  {goal['want']:12}{'' if goal['met'] else 'NOT MET'}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped
    options = arguments()
    report = Report(options.json)
    options.bin = os.path.abspath(options.bin)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.path.dirname(options.bin)) as folder:
        bench = scenarios.Bench(options.bin, options.state or folder, options.system)
        (run_story if options.story else run_all)(options, bench, report)
    line = {} if options.story else compare(report.result)
    line["goals"] = (story_goals if options.story else goals)(report.result)
    table(report, line["goals"])
    line["found"] = report.result
    line["failed"] = report.failed
    print(json.dumps(rounded(line)))
    return 1 if report.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # what was started is stopped
        sys.exit(130)
