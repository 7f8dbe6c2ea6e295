# SPDX-License-Identifier: Apache-2.0
"""test_recovery - each process killed at half the way, a store of yesterday, an orderly end

usage: test_recovery.py FOLDER_OF_BINARIES SOURCE_FOLDER; WB_KEEP=1 keeps what a failure leaves
"""
import glob
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
from proof.ledger import Ledger  # noqa: E402
from simulator import Simulator  # noqa: E402

DEADLINE_S = 60
TARGETS = ("keyed", "probed")
POLL_S = 0.05


def until(happened, what, deadline_s=DEADLINE_S):
    deadline = time.monotonic() + deadline_s
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} after {deadline_s} s")
        time.sleep(POLL_S)


def state_of(pid):
    """One letter, as ps says; "" when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


class World:
    """A simulator and a deployment of one process a kind, both in a folder of their own."""

    def __init__(self, orders, *sim_options):
        self.folder = tempfile.mkdtemp(prefix="waybill-recovery-")
        self.orders = orders
        self.state = os.path.join(self.folder, "state")
        config = os.path.join(self.folder, "waybill.yaml")
        self.sim_log = open(os.path.join(self.folder, "sim.log"), "ab")
        self.sim = Simulator(os.path.join(BINARIES, "waybill-sim"), "--orders", orders,
                             "--rate-scale", "off", *sim_options, log=self.sim_log)
        for name in TARGETS:
            self.sim.post(f"/sim/target?name={name}&mode={name}")
        write_config(config, self.state, self.sim.url, TARGETS, settle="2s")
        self.crew = Crew(BINARIES, self.folder, config, self.state)
        self.crew.start(first=True)
        self.crew.wait_ready(len(ACTORS))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.crew.end()
        self.sim.end()
        self.sim_log.close()
        if kind is None or not os.environ.get("WB_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"everything is in {self.folder}", file=sys.stderr)

    def start(self):
        self.sim.start()

    def newest(self):
        targets = self.sim.stats()["targets"]
        return min(targets.get(name, {}).get("newest", 0) for name in TARGETS)

    def versions(self):
        targets = self.sim.stats()["targets"]
        return min(targets.get(name, {}).get("versions", 0) for name in TARGETS)

    def logged(self, instance, event):
        path = os.path.join(self.state, "log", instance + ".log")
        with open(path, encoding="utf-8") as file:
            return sum(f'"event":"{event}"' in line for line in file)


class Recovery(unittest.TestCase):
    def settle(self, world):
        """All is at the targets, once, in order, and nobody has anything left."""
        looks = []

        def settled():
            looks[:] = [Ledger(world.sim, world.crew, TARGETS)]
            return looks[0].settled()
        try:
            until(settled, "not settled")
        except AssertionError as error:
            self.fail(f"{error}: {looks[0].open_words()}")
        for name in TARGETS:
            at = looks[0].target(name)
            self.assertEqual((at["records"], at["repeated"], at["older_after_newer"]),
                             (world.orders, 0, 0), name)
        self.assertEqual(looks[0].parked(), 0)
        return looks[0]

    def test_each_process_killed_at_half_the_way(self):
        for actor in ACTORS:
            with self.subTest(actor), World(400, "--changes", "1", "--pace", "400") as world:
                world.start()
                until(lambda: world.versions() >= 400, "no half")
                self.assertTrue(world.crew.kill(f"{actor}-1"))
                self.settle(world)

    def test_all_killed_at_half_the_way(self):
        with World(400, "--changes", "1", "--pace", "400") as world:
            world.start()
            until(lambda: world.versions() >= 400, "no half")
            world.crew.kill_all()
            world.crew.start()
            self.settle(world)

    def test_a_process_killed_again_and_again_starts_at_once(self):
        with World(10) as world:
            world.start()
            for _ in range(12):
                former = world.crew.pids()["mapper-1"]
                self.assertTrue(world.crew.kill("mapper-1"))
                # a back-off that grows would be at 30 s by the last ones
                until(lambda: world.crew.pids().get("mapper-1", former) != former
                      and world.crew.ready("mapper-1"), "it does not start", 15)
            self.settle(world)

    def test_the_mappers_store_of_yesterday(self):
        with World(240, "--changes", "2", "--pace", "20") as world:
            mapper = os.path.join(world.state, "mapper-1")
            yesterday = os.path.join(world.folder, "yesterday")
            world.start()
            until(lambda: world.versions() >= 150, "no third")
            self.swap(world, lambda: shutil.copytree(mapper, yesterday))
            until(lambda: world.versions() >= 450, "no second third")

            def turn_back():
                shutil.rmtree(mapper)
                shutil.copytree(yesterday, mapper)
            self.swap(world, turn_back)
            until(lambda: world.logged("mapper-1", "store.turned_back"), "nobody noticed")
            self.settle(world)

    def swap(self, world, change):
        """Kill the mapper and change its folder before it starts again."""
        os.kill(world.crew.up.pid, signal.SIGSTOP)
        try:
            pid = world.crew.pids()["mapper-1"]
            os.kill(pid, signal.SIGKILL)
            until(lambda: state_of(pid) in ("Z", ""), "it does not end")
            change()
        finally:
            os.kill(world.crew.up.pid, signal.SIGCONT)

    def test_an_orderly_end_loses_nothing(self):
        with World(400, "--changes", "1", "--pace", "400") as world:
            world.start()
            until(lambda: world.versions() >= 300, "no half")
            begin = time.monotonic()
            self.assertEqual(world.crew.end(), 0)
            self.assertLess(time.monotonic() - begin, 11)
            self.assertEqual(glob.glob(os.path.join(world.state, "run", "*.ready")), [])
            world.crew = self.again(world)
            self.settle(world)

    def again(self, world):
        """A new `waybill up` on what the former left."""
        crew = Crew(BINARIES, world.folder, world.crew.config, world.state)
        crew.start()
        crew.wait_ready(len(ACTORS))
        return crew


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
