# SPDX-License-Identifier: Apache-2.0
"""test_backups - a store of yesterday, or an empty one, in the place of today's heals itself

Each test takes a copy of stores, lets orders flow on, sees to it that what the copy does not know
is nowhere else but in the store that is lost, puts the copy in its place, and counts at the far end.

usage: test_backups.py FOLDER_OF_BINARIES SOURCE_FOLDER
"""
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import unittest

BINARIES, SOURCE = sys.argv[1], sys.argv[2]
sys.path.insert(0, os.path.join(SOURCE, "tools"))
from proof.deployment import ACTORS, Crew, write_config  # noqa: E402
from simulator import Simulator  # noqa: E402

DEADLINE_S = 60
POLL_S = 0.05
TARGETS = ("keyed", "probed")
ORDERS = 120
SHARDS = 64


def until(happened, what, deadline_s=DEADLINE_S):
    deadline = time.monotonic() + deadline_s
    while True:
        found = happened()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} after {deadline_s} s")
        time.sleep(POLL_S)


def gone(pid):
    """It has ended, or waits for its parent to hear of it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class World:
    """A simulator that gives orders when told to, and a deployment of one process a kind."""

    def __init__(self, first=True):
        self.folder = tempfile.mkdtemp(prefix="waybill-backups-")
        self.state = os.path.join(self.folder, "state")
        self.config = os.path.join(self.folder, "waybill.yaml")
        self.sim_log = open(os.path.join(self.folder, "sim.log"), "ab")
        self.sim = Simulator(os.path.join(BINARIES, "waybill-sim"), "--orders", ORDERS,
                             "--changes", "1", "--pace", "15", "--rate-scale", "off",
                             "--search-lag", "0s", log=self.sim_log)
        for name in TARGETS:
            self.sim.call("POST", f"/sim/target?name={name}&mode={name}")
        write_config(self.config, self.state, self.sim.url, TARGETS, settle="1s",
                     sync="{interval_ms: 1d, margin_ms: 1s}", limits="false")
        self.crew = None
        self.up(first=first)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.crew.end()
        self.sim.end()
        self.sim_log.close()
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            print(f"everything is in {self.folder}", file=sys.stderr)

    def up(self, *words, first=False, wait=True):
        if self.crew:
            self.crew.log.close()
        self.crew = Crew(BINARIES, self.folder, self.config, self.state)
        self.crew.start(first=first, words=words)
        if wait:
            self.crew.wait_ready(len(ACTORS))

    def store(self, instance):
        return os.path.join(self.state, instance)

    def copy(self, *instances):
        """A copy of stores while their processes are down; they are started again."""
        self.stopped(instances, lambda: [
            shutil.copytree(self.store(i), os.path.join(self.folder, "yesterday", i))
            for i in instances])

    def turn_back(self, *instances, also_down=(), forget=False):
        """The copies in the place of what is there."""
        def swap():
            for instance in instances:
                shutil.rmtree(self.store(instance))
                shutil.copytree(os.path.join(self.folder, "yesterday", instance),
                                self.store(instance))
                if forget:  # then only a broker knows
                    os.unlink(os.path.join(self.state, "run", instance + ".beat"))
        self.stopped((*instances, *also_down), swap)

    def stopped(self, instances, change):
        """End these processes as a power cut would, and `change` something before they start."""
        former = self.crew.pids()
        os.kill(self.crew.up.pid, signal.SIGSTOP)
        try:
            for instance in instances:
                os.kill(former[instance], signal.SIGKILL)
                until(lambda pid=former[instance]: gone(pid), "it does not end")
            change()
        finally:
            os.kill(self.crew.up.pid, signal.SIGCONT)
        until(lambda: all(self.crew.pids().get(i, former[i]) != former[i] and self.crew.ready(i)
                          for i in instances), "it does not start again")

    def without(self, instance, happened, what, then):
        """`instance` is down until something has happened; then, still down, `then`."""
        os.kill(self.crew.up.pid, signal.SIGSTOP)
        try:
            pid = self.crew.pids()[instance]
            os.kill(pid, signal.SIGKILL)
            until(lambda: gone(pid), "it does not end")
            until(happened, what)
            then()
        finally:
            if self.crew.up.poll() is None:
                os.kill(self.crew.up.pid, signal.SIGCONT)

    def targets(self):
        return [self.sim.stats()["targets"].get(name, {}) for name in TARGETS]

    def versions(self):
        return min(at.get("versions", 0) for at in self.targets())

    def rows(self, name, actor):
        answer = self.crew.ask("status")
        return sum(p["store"]["rows"][name] for p in (answer or {}).get("processes", [])
                   if p and p.get("actor") == actor)

    def status_of(self, actor):
        answer = self.crew.ask("status")
        found = [p for p in (answer or {}).get("processes", []) if p and p.get("actor") == actor]
        return found[0] if found else {}

    def logged(self, instance, event):
        path = os.path.join(self.state, "log", instance + ".log")
        with open(path, encoding="utf-8") as file:
            return sum(f'"event":"{event}"' in line for line in file)

    def remembers(self, instance, stage, shards=SHARDS):
        """Does it know whose stores hold these shards? What is lost before that it cannot miss."""
        with open(os.path.join(self.state, "log", instance + ".log"), encoding="utf-8") as file:
            told = [json.loads(line) for line in file if '"event":"store.remembered"' in line]
        return sum(line["shards"] for line in told if line["stage"] == stage) >= shards

    def told(self, words):
        """Has `waybill up` said so?"""
        with open(self.crew.log.name, encoding="utf-8") as file:
            return words in file.read()

    def all_told(self):
        """The marketplace has nothing more to give, and the queue is empty."""
        stats = self.sim.stats()
        notices = stats["notices"]
        return stats["done"] and not (notices["visible"] + notices["in_flight"]
                                      + notices["delayed"])

    def missing(self):
        return sum(len(self.sim.missing(name)) for name in TARGETS)


class Backups(unittest.TestCase):
    def settle(self, world):
        """All is at the targets, once, in order, and nobody has anything left."""
        def settled():
            return (world.all_told() and not world.missing()
                    and not world.rows("jobs", "pusher") and not world.rows("outbox", "mapper")
                    and not world.rows("jobs", "poller") and not world.rows("jobs", "enricher"))
        try:
            until(settled, "not settled")
        except AssertionError as error:
            self.fail(f"{error}: {world.missing()} missing")
        for at in world.targets():
            self.assertEqual((at["records"], at["repeated"], at["older_after_newer"]),
                             (ORDERS, 0, 0), at)

    def healed(self, world, full_syncs):
        """Exactly so many full syncs began, and all of them ended."""
        try:
            until(lambda: world.logged("poller-1", "heal.done") >= full_syncs, "no end")
        except AssertionError as error:
            self.fail(f"{error} of a full sync: {world.status_of('poller').get('streams')}")
        self.assertEqual(world.logged("poller-1", "heal.begin"), full_syncs)

    def flowing(self, world):
        world.sim.call("POST", "/sim/start")
        until(lambda: world.versions() >= 10, "nothing flows")
        until(lambda: world.remembers("poller-1", "map")
              and world.remembers("poller-1", "fetch", 1)
              and world.remembers("mapper-1", "push", 1), "nobody knows who has it")

    def hold_at_the_pusher(self, world):
        """The targets refuse; what the mapper wanted is held by the pusher alone."""
        for name in TARGETS:
            world.sim.call("POST", f"/sim/target?name={name}&status=503")
        until(world.all_told, "orders are not given")
        until(lambda: world.rows("jobs", "pusher") >= 20 and not world.rows("outbox", "mapper")
              and not world.rows("jobs", "poller"), "the pusher does not hold it")

    def release(self, world):
        for name in TARGETS:
            world.sim.call("POST", f"/sim/target?name={name}&status=0")

    def test_the_pushers_store_of_yesterday(self):
        with World() as world:
            self.flowing(world)
            world.copy("pusher-1")
            until(lambda: world.versions() >= 30, "nothing flows after the copy")
            self.hold_at_the_pusher(world)
            world.turn_back("pusher-1")
            self.release(world)
            until(lambda: world.logged("mapper-1", "putback.done") >= 2, "no end of the walk")
            self.settle(world)
            self.assertEqual(world.logged("pusher-1", "store.turned_back"), 1)
            self.assertEqual(world.logged("mapper-1", "store.lost"), 1)
            self.assertEqual(world.logged("poller-1", "heal.waits"), 0)

    def test_a_broker_alone_knows_that_the_pushers_store_is_of_yesterday(self):
        with World() as world:
            self.flowing(world)
            world.copy("pusher-1")
            self.hold_at_the_pusher(world)
            world.turn_back("pusher-1", forget=True)
            self.release(world)
            self.settle(world)
            self.assertEqual(world.logged("pusher-1", "store.turned_back"), 1)

    def test_the_mapper_is_killed_while_it_puts_back(self):
        with World() as world:
            self.flowing(world)
            world.copy("pusher-1")
            self.hold_at_the_pusher(world)
            for point in ("losses.noted", "mapper.putback", "mapper.putback:3"):
                with open(os.path.join(world.crew.kill_dir, "mapper-1"), "w",
                          encoding="ascii") as file:
                    file.write(point)
                armed = os.path.join(world.crew.kill_dir, "mapper-1")
                if point == "losses.noted":  # the plan is read at a start
                    world.stopped(("mapper-1",), lambda: None)
                    until(lambda: not os.path.exists(armed), "the plan is not taken")
                    world.turn_back("pusher-1")
                until(lambda: os.path.exists(armed + ".fired")
                      or world.logged("mapper-1", "putback.done") >= 2, "it was not killed")
                if os.path.exists(armed + ".fired"):
                    os.unlink(armed + ".fired")
            self.release(world)
            self.settle(world)
            self.assertEqual(world.logged("pusher-1", "store.turned_back"), 1)

    def test_an_empty_store_in_the_place_of_the_pushers(self):
        with World() as world:
            self.flowing(world)
            self.hold_at_the_pusher(world)
            self.assertEqual(world.crew.end(), 0)
            shutil.rmtree(world.store("pusher-1"))
            world.up(wait=False)
            until(lambda: world.told("owns no shards"), "it takes shards that it was not given")
            self.assertEqual(world.crew.end(), 100)
            self.release(world)
            world.up(first=True)
            self.settle(world)
            self.assertEqual(world.logged("mapper-1", "store.lost"), 1)

    def test_an_empty_store_in_the_place_of_the_mappers(self):
        with World() as world:
            self.flowing(world)
            until(lambda: world.all_told() and not world.missing(), "it does not flow")
            self.assertEqual(world.crew.end(), 0)
            shutil.rmtree(world.store("mapper-1"))
            world.up(first=True)
            self.healed(world, 1)
            until(lambda: world.rows("records", "mapper") == ORDERS, "records are not read again")
            self.settle(world)

    def test_an_empty_store_in_the_place_of_the_pollers(self):
        with World() as world:
            self.flowing(world)
            world.without("enricher-1", lambda: world.all_told()
                          and world.rows("jobs", "poller") >= 20, "the poller does not have it",
                          lambda: world.crew.kill_all())
            shutil.rmtree(world.store("poller-1"))
            world.up(first=True)
            self.healed(world, 1)
            self.settle(world)

    def test_the_mappers_store_of_yesterday(self):
        with World() as world:
            self.flowing(world)
            world.copy("mapper-1")
            # what is wanted stays in the mapper's outbox: nobody takes it over
            world.without("pusher-1", lambda: world.all_told()
                          and world.rows("outbox", "mapper") >= 20
                          and not world.rows("jobs", "poller"), "the mapper does not have it",
                          lambda: self.swap_now(world, "mapper-1"))
            self.healed(world, 1)
            self.settle(world)
            self.assertEqual(world.logged("mapper-1", "store.turned_back"), 1)

    def swap_now(self, world, instance):
        pid = world.crew.pids()[instance]
        os.kill(pid, signal.SIGKILL)
        until(lambda: gone(pid), "it does not end")
        shutil.rmtree(world.store(instance))
        shutil.copytree(os.path.join(world.folder, "yesterday", instance), world.store(instance))

    def test_the_pollers_store_of_yesterday(self):
        with World() as world:
            self.flowing(world)
            world.copy("poller-1")
            # what was acknowledged stays in the poller's inbox
            world.without("enricher-1", lambda: world.all_told()
                          and world.rows("jobs", "poller") >= 20, "the poller does not have it",
                          lambda: self.swap_now(world, "poller-1"))
            self.healed(world, 1)
            self.settle(world)
            self.assertEqual(world.logged("poller-1", "store.turned_back"), 1)

    def test_the_enrichers_store_of_yesterday(self):
        with World() as world:
            self.flowing(world)
            world.copy("enricher-1")
            world.sim.call("POST", "/sim/faults?set=5xx@orders=1")
            until(world.all_told, "orders are not given")
            until(lambda: world.rows("jobs", "enricher") >= 20
                  and not world.rows("jobs", "poller"), "the enricher does not hold it")
            world.turn_back("enricher-1")
            until(lambda: any(s["full_sync"] for s in world.status_of("poller").get("streams", [])),
                  "nobody says why")
            # twice: killed before the full sync began, and while it is under way
            world.stopped(("poller-1",), lambda: None)
            until(lambda: world.logged("poller-1", "heal.begin"), "no full sync")
            world.stopped(("poller-1",), lambda: None)
            world.sim.call("POST", "/sim/faults?set=none")
            self.healed(world, 1)
            self.settle(world)
            self.assertEqual(world.logged("enricher-1", "store.turned_back"), 1)
            self.assertEqual(world.logged("poller-1", "store.lost"), 1)

    def test_a_whole_state_folder_of_yesterday(self):
        with World() as world:
            self.flowing(world)
            self.assertEqual(world.crew.end(), 0)
            yesterday = os.path.join(world.folder, "yesterday")
            shutil.copytree(world.state, yesterday, ignore=shutil.ignore_patterns(
                "*.work", "*.receipts", "broker.*"))
            world.up()
            until(lambda: world.all_told() and not world.missing(), "it does not flow")
            self.hold_nothing_back(world)
            self.assertEqual(world.crew.end(), 0)
            shutil.rmtree(world.state)
            shutil.move(yesterday, world.state)
            world.up("--restored")
            self.healed(world, 1)
            until(lambda: world.logged("mapper-1", "putback.done") >= 2, "no end of the walk")
            until(lambda: world.rows("records", "mapper") == ORDERS, "records are not read again")
            self.settle(world)

    def hold_nothing_back(self, world):
        until(lambda: not world.rows("outbox", "mapper"), "the outbox does not empty")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
