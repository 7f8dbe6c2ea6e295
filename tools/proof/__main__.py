# SPDX-License-Identifier: Apache-2.0
"""prove - orders flow, processes are killed and start again, and the far ends count what came

usage: tools/prove [--kills N] [--orders N] [--seed S] [--json] ...
"""
import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from arguments import Parser, number
from proof import circle
from proof.circle import Circle
from proof.deployment import ACTORS, Crew
from proof.direct import Direct
from proof.killer import Killer
from proof.own import CONFIG, Own, Wrong
from proof.spells import Spells
from simulator import Refused, Simulator

FAULTS = ",".join((
    "429=0.002", "5xx=0.002", "cut=0.002", "cut_after=0.002", "half=0.002", "twice=0.002",
    "mute@erp=0.001", "late@erp=0.002", "slow@erp=0.001", "apply_twice=0.002", "refuse_batch=0.01",
    "refuse_part=0.005", "probe_lag=0.01", "read_lag=0.02", "same_second=0.02", "year_2099=0.005",
    "token=0.001", "notice_double=0.02", "notice_late=0.02", "notice_reorder=0.02",
    "delete_part=0.01", "gzip_unasked=0.003", "broken_text=0.01", "nulls=0.02",
    "element_unusable=0.01", "cursor_refused=0.02", "pages_never_end=0.03", "refuse_one=0.002",
    "other_seller=0.0005", "refuse_all@orders=0.0002", "refuse_all@erp=0.001"))
ORDERS_PER_S = 400
STALL_S = 3  # then it is noted what waits for what
USAGE, INTERRUPTED = 2, 130
STAGES = ("poller", "enricher", "mapper", "pusher")


def arguments():
    parser = Parser(
        prog=os.environ.get("WAYBILL_PROG", "tools/prove"),
        description="Kill processes while orders flow; count at the target.")
    parser.add_argument("--kills", type=number(0), default=100, metavar="N")
    parser.add_argument("--orders", type=number(1, most=50000000), default=5000, metavar="N")
    parser.add_argument("--changes", type=number(0, most=200), default=2, metavar="N",
                        help="how often each order changes after its birth (2)")
    parser.add_argument("--seed", type=number(0, most=2**63 - 1), default=1, metavar="S")
    parser.add_argument("--processes", type=number(1, most=64), metavar="N",
                        help="so many pollers, enrichers, mappers and pushers (1, or as --config "
                             "says)")
    parser.add_argument("--target", choices=("keyed", "probed", "both"), default="both",
                        help="a target that compares keys, one that must be probed, or both (both)")
    parser.add_argument("--story", metavar="SHOP-ERP",
                        help="between two systems, or one name for both: all that goes there and "
                             "comes back; without it, orders to --target")
    parser.add_argument("--faults", help="of the simulator; none = a friendly world")
    parser.add_argument("--seconds", type=number(0, float, 86400), default=0, metavar="S",
                        help="spread the kills and the orders over so long (by their number)")
    parser.add_argument("--state", metavar="DIR", help="where to work, kept afterwards")
    parser.add_argument("--keep", action="store_true", help="keep the working folder")
    parser.add_argument("--config", metavar="FILE",
                        help="your own configuration: its accounts are played, its routes, rules "
                             "and tables are real; no secret of it is needed, nothing is sent "
                             "anywhere")
    parser.add_argument("--sell", metavar="SYSTEM",
                        help="where accounts of --config sell at several systems: this one")
    parser.add_argument("--show", metavar="FILE",
                        help="write the usual configuration there and stop: to be looked at")
    parser.add_argument("--json", action="store_true", help="the last line is the result as JSON")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.story and options.config:
        parser.error("--story and --config exclude each other")
    options.own_faults = options.faults is None
    if options.faults is None:
        options.faults = circle.FAULTS if options.story or options.config else FAULTS
    return options


def scene_of(options):
    """What is proven: what flows between whom, and how it is counted."""
    if options.config:
        return Own(options.config, options.bin, options)
    if options.story:
        return Circle(options.story, options.own_faults)
    return Direct(("keyed", "probed") if options.target == "both" else (options.target,))


class Line:
    """One live line, on a terminal alone."""

    def __init__(self, quiet):
        self.live = sys.stderr.isatty() and not quiet

    def show(self, text):
        if self.live:
            sys.stderr.write("\r\033[K" + text)
            sys.stderr.flush()

    def end(self):
        self.show("")


class Proof:
    def __init__(self, options, folder):
        self.options = options
        self.scene = scene_of(options)
        self.rng = random.Random(options.seed)
        self.line = Line(False)
        self.start_s = time.monotonic()
        self.folder = folder
        self.seconds = options.seconds or max(options.kills / self.scene.kills_per_s,
                                              options.orders / ORDERS_PER_S, 5)
        self.sim_log = open(os.path.join(folder, "sim.log"), "ab")
        self.sim = self.crew = self.killer = self.ledger = self.spells = None
        self.scene.folder = folder
        stages = getattr(self.scene, "stages", {})
        self.stages = {stage: options.processes or stages.get(stage, 1) for stage in STAGES}
        self.count = len(ACTORS) - len(STAGES) + sum(self.stages.values())

    def begin(self):
        options = self.options
        changes = getattr(self.scene, "changes", int)(options.changes)
        self.sim = Simulator(os.path.join(options.bin, "waybill-sim"), "--orders", options.orders,
                             "--changes", changes, "--seed", options.seed,
                             "--pace", f"{max(options.orders / self.seconds, 0.1):.3f}",
                             "--faults", options.faults, *self.scene.sim_options(),
                             log=self.sim_log)
        self.scene.prepare(self.sim)
        config, state = (os.path.join(self.folder, name) for name in ("waybill.yaml", "state"))
        self.scene.write_config(config, state, self.stages)
        self.crew = Crew(options.bin, self.folder, config, state, self.scene.secrets())
        self.killer = Killer(self.crew, self.rng, options.kills, self.stages, self.scene)
        if options.faults != "none":
            self.spells = Spells(self.sim, self.crew, self.rng, self.scene.spell_places(),
                                 self.seconds, self.scene.known_s)
        self.crew.start(first=True)
        self.crew.wait_ready(self.count)
        self.sim.start()

    def close(self):
        if self.crew:
            self.crew.end()
        if self.sim:
            self.sim.end()
        self.sim_log.close()
        self.line.end()

    def reap(self):
        if self.crew.up.poll() is not None:
            raise RuntimeError(f"waybill up ended by itself with {self.crew.up.returncode}: "
                               f"see {self.folder}/up.log")

    def strike(self, now_s):
        """One kill; when the next is due."""
        self.killer.strike()
        left = max(self.seconds - now_s, 0)
        pause = left / max(self.options.kills - self.killer.kills, 1)
        return now_s + self.rng.uniform(0.3, 1.7) * min(pause, 5)

    def flow(self):
        """Orders are given, processes are killed."""
        begin = time.monotonic()
        next_s = shown = 0.0
        kills = 0
        while (not self.killer.done() or not self.sim.stats()["done"]
               or (self.spells and self.spells.place)):
            self.reap()
            self.killer.look()
            now = time.monotonic() - begin
            if not self.killer.done() and now >= next_s:
                next_s = self.strike(now)
            if self.spells:
                self.spells.step(now, self.killer.kills > kills)
            kills = self.killer.kills
            if now - shown > 0.5:
                shown = now
                self.show("killing")
            time.sleep(0.05)
        self.killer.end()
        # Of a record that comes alone nobody could tell whether it is refused, or everything is.
        self.sim.post("/sim/faults?set=refuse_all=0")

    def show(self, what):
        if not self.line.live:
            return
        stats = self.sim.stats()
        self.line.show(f"{what}: {self.killer.kills} of {self.options.kills} kills, "
                       f"{stats['given']} of {stats['orders']} orders given, "
                       f"{self.scene.words(stats)}, {time.monotonic() - self.start_s:.0f} s")

    def settle(self):
        """Until nothing is open, or nothing has moved for long."""
        last = noted = stamp = None
        moved = told = quiet = time.monotonic()
        while True:
            self.reap()
            self.show("settling")
            self.ledger = self.scene.ledger(self.sim, self.crew)
            if self.ledger.stamp() != stamp:
                quiet, stamp = time.monotonic(), self.ledger.stamp()
            if self.ledger.settled() and time.monotonic() - quiet >= self.scene.quiet_s:
                return True
            words = self.ledger.open_words() or f"nothing is open, {self.ledger.stamp()} have come"
            self.line.show(f"settling: {words}")
            if words != noted:
                noted = words
                self.note(words)
            # a list that is read again and again moves the ledger: that is no progress
            at = (self.ledger.queue_left(), self.ledger.missing(), self.ledger.refused.missing(),
                  self.ledger.refused.unexpected())
            if at != last:
                moved = told = time.monotonic()
                last = at
            elif time.monotonic() - told > STALL_S:
                told = time.monotonic()
                self.note(self.why(most=2))
            now = time.monotonic()
            if now - moved > self.scene.settle_s or now - self.start_s > 1800:
                return False
            time.sleep(0.25)

    def note(self, words):
        """Into the working folder: what was open, and when."""
        with open(os.path.join(self.folder, "settle.log"), "a", encoding="utf-8") as file:
            file.write(f"{time.monotonic() - self.start_s:7.1f} {words}\n")

    def result(self):
        ledger = self.ledger
        return {
            "kills": self.killer.kills, "orders": self.options.orders,
            "held": ledger.held(),
            "refused": len(ledger.refused.wanted), "parked": len(ledger.refused.parked or ()),
            "parked_missing": ledger.refused.missing(),
            "parked_unexpected": ledger.refused.unexpected(),
            "elements": ledger.refused.elements_most, "elements_parked": ledger.refused.elements,
            "ledger_balanced": ledger.balanced(), "own_ends": len(self.crew.own_ends()),
            "spells": self.spells.count if self.spells else 0,
            "seconds": round(time.monotonic() - self.start_s, 1), **self.scene.result(ledger),
            "ledger": ledger.total(), "points": dict(sorted(self.killer.points.items())),
            "killed": dict(sorted(self.killer.by.items())), "faults": ledger.stats["faults"]}

    def why(self, most):
        """Of what is open, why, as far as the processes know."""
        return "\n".join(f"--- {what}: {order}\n"
                         + self.crew.tell("why", order)
                         for what, order in self.scene.open_records(self.sim, self.ledger, most))

    def explain(self):
        print(f"not settled: {self.ledger.open_words()}")
        print(self.why(most=5))


def print_table(rows, result, notes=()):
    widths = [max(len(row[at]) if at < len(row) else 0 for row in rows)
              for at in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) if not at else cell.rjust(width)
                        for at, (cell, width) in enumerate(zip(row, widths))).rstrip())
    for note in notes:
        print(note)
    killed = ", ".join(f"{who} {count}" for who, count in result["killed"].items())
    print(f"\n{result['kills']} kills in {result['seconds']} s: {killed}")
    print(f"refused for good {result['refused']}, parked {result['parked']}: "
          f"{len(result['parked_missing'])} missing, {len(result['parked_unexpected'])} unexpected")
    print("points reached: " + ", ".join(f"{p} {n}" for p, n in result["points"].items()))
    total = result["ledger"]
    print(f"ledger: {total['read']} read = " + " + ".join(
        f"{total[key]} {key.replace('_', ' ')}" for key in total if key not in ("read", "open")))


def passed(result):
    return (result["ledger_balanced"] and result["parked"] == result["refused"]
            and result["elements_parked"] <= result["elements"] and not any(result[key] for key in (
                "lost", "repeated", "older_after_newer", "held", "parked_missing",
                "parked_unexpected", "own_ends"))
            and not result.get("stock_wrong") and not result.get("invented")
            and not result.get("cases_rare"))


def run(options, folder):
    proof = Proof(options, folder)
    try:
        proof.begin()
        proof.flow()
        settled = proof.settle()
        result = proof.result()
        proof.line.end()
        if not settled:
            proof.explain()
        for line in proof.crew.own_ends()[:10]:
            print(f"ended by itself: {line}")
    finally:
        proof.close()
    good = settled and passed(result)
    print_table(proof.scene.table(result), result, getattr(proof.scene, "notes", lambda _: ())(result))
    if options.json:
        print(json.dumps(result))
    return good


def wrong(words, code=USAGE):
    print(f"{os.environ.get('WAYBILL_PROG', 'tools/prove')}: {words}", file=sys.stderr)
    return code


def interrupted(*_):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # asked once is enough: the rest is cleaning up
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def prove(options, folder):
    """The exit code, and whether there is something to look at."""
    try:
        good = run(options, folder)
        return 0 if good else 1, not good
    except Refused as error:
        return wrong(error), False
    except Wrong as error:
        print(error, file=sys.stderr)
        return CONFIG, False
    except KeyboardInterrupt:
        return wrong("interrupted", INTERRUPTED), False
    except (RuntimeError, OSError) as error:
        name = getattr(error, "filename", None)
        words = f"{name}: {error.strerror}" if name else str(error)
        wrong(words)
        if options.json:
            print(json.dumps({"error": words}))
        return 1, os.path.exists(os.path.join(folder, "up.log"))


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    try:
        if options.show:
            scene = Direct(("keyed", "probed"))
            scene.url = "http://127.0.0.1:8080"
            scene.write_config(options.show, "/var/lib/waybill", None)
            return 0
        folder = options.state or tempfile.mkdtemp(prefix="waybill-prove-")
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        return wrong(f"{error.filename} cannot be written: {error.strerror}")
    code, look = prove(options, folder)
    if look or options.keep or options.state:
        print(f"everything is in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
