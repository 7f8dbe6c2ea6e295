# SPDX-License-Identifier: Apache-2.0
"""Published limits are kept, over restarts too; and two processes of each stage share the work."""
import json
import os
import shutil
import signal
import sys
import time
import unittest

from deployment import ERP, SOURCE, TOP, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
RATE, BURST = 0.5, 30  # of one order's read, as published


class Limits(unittest.TestCase):
    def deploy(self, orders, *extra, old=False):
        """`old`: its stores were made an hour ago, and no call left since."""
        place = Deployment(BINARIES, orders=orders, extra=extra)
        self.addCleanup(place.close)
        if old:
            place.environment["WB_CLOCK_OFFSET_S"] = "-3600"
            place.up("--first")
            self.assertEqual(place.down(), 0)
            del place.environment["WB_CLOCK_OFFSET_S"]
        self.began = time.monotonic()  # no call left before
        place.up("--first")
        place.ask("/sim/start", "POST")
        return place

    def counter(self, place, burst):
        """Have so many come? Never more than the limit gives."""
        def count(least):
            records = place.target().get("records", 0)
            self.assertLessEqual(records, burst + RATE * (time.monotonic() - self.began) + 1)
            return records >= least
        return count

    def test_a_new_deployment_has_its_burst_at_once(self):
        place = self.deploy(45, "--rate-scale", "1")
        count = self.counter(place, BURST)
        wait_for("the burst", lambda: count(BURST - 3), 30)  # the rate alone gives half of it
        self.assertEqual(place.ask("/sim/stats")["throttled"], {})

    @staticmethod
    def owed(place):
        """Notices that are stored until their order is through."""
        told = json.loads(place.waybill("status", "--json").stdout)["processes"]
        return sum(row["store"]["rows"]["jobs"] for row in told
                   if row["instance"] in ("poller-1", "enricher-1"))

    def test_a_keeper_that_lost_its_store_takes_no_burst_for_granted(self):
        place = self.deploy(45, "--rate-scale", "1", old=True)
        count = self.counter(place, BURST)
        wait_for("the burst", lambda: count(BURST - 3), 30)
        # who reads an order again after the restart spends a scarce call on it
        wait_for("the receipts", lambda: self.owed(place) + place.target()["records"] == 45)
        self.assertEqual(place.down(), 0)
        shutil.rmtree(place.state("keeper-1"))
        place.up("--first")
        wait_for("more at the rate", lambda: count(BURST + 3), 40)
        self.assertEqual(place.ask("/sim/stats")["throttled"], {})

    def test_published_ones_are_kept_over_a_killed_keeper(self):
        place = self.deploy(45, "--rate-scale", "1", old=True)
        count = self.counter(place, BURST)
        wait_for("the burst", lambda: count(BURST - 3), 30)
        # the next look is at another one, if that one was just being called
        wait_for("the reason", lambda: "published limit" in place.waybill_any(
            "why", place.target()["missing"][-1]["id"]), 20)
        before = place.pid("keeper-1")
        os.kill(before, signal.SIGKILL)
        wait_for("its successor", lambda: place.pid("keeper-1") not in (None, before))
        wait_for("more at the rate", lambda: count(BURST + 7), 60)
        self.assertEqual(place.ask("/sim/stats")["throttled"], {})

    def test_a_higher_one_is_learnt_from_the_answers(self):
        # Five times the rate, not more: calls that are held up on their way arrive together, and
        # what refills in 400 ms of that is kept free. As published they would take a minute.
        place = self.deploy(60, "--rate-scale", "5")
        wait_for("60 orders", lambda: place.target().get("records") == 60, 40)
        self.assertEqual(place.ask("/sim/stats")["throttled"], {})


def instance_of(key, shards=64, instances=2):
    """Which of two owns an account: the bus page's hash, the shares of a first start."""
    mask = (1 << 64) - 1
    value = 0xCBF29CE484222325
    for byte in key.encode():
        value = ((value ^ byte) * 0x100000001B3) & mask
    value ^= value >> 33
    value = value * 0xFF51AFD7ED558CCD & mask
    value ^= value >> 33
    value = value * 0xC4CEB9FE1A85EC53 & mask
    value ^= value >> 33
    return value % shards % instances + 1


def names(word):
    """Two names whose accounts belong to different instances."""
    made = [f"{word}{number}" for number in range(20)]
    return [next(name for name in made if instance_of("default/" + name) == number)
            for number in (1, 2)]


def two_of_each(shops, targets):
    text = TOP
    for number, (shop, erp) in enumerate(zip(shops, targets), 1):
        text += SOURCE.replace("shop:", shop + ":").replace("/q1", f"/q{number}").replace(
            "env:T_", f"env:T{number}_")
        text += ERP.replace("erp:", erp + ":").replace("erp/main", "erp/" + erp)
    text += "routes:\n" + "".join(
        f"  - {{{{from: {shop}, kind: order, to: {erp}}}}}\n" for shop, erp in zip(shops, targets))
    return text + "stages: {{poller: 2, enricher: 2, mapper: 2, pusher: 2}}\n"


class TwoOfEach(unittest.TestCase):
    def test_they_share_the_work(self):
        shops, targets = names("shop"), names("erp")
        place = Deployment(BINARIES, orders=80, extra=("--accounts", "2"),
                           config=two_of_each(shops, targets))
        self.addCleanup(place.close)
        for number, account in enumerate(place.ask("/sim/accounts")["accounts"], 1):
            for name, value in account.items():
                place.environment[f"T{number}_{name.upper()}"] = value
        place.up("--first")
        place.ask("/sim/start", "POST")

        def records():
            said = place.ask("/sim/stats")["targets"]
            return [said.get(name, {}).get("records", 0) for name in targets]
        wait_for("80 orders", lambda: sum(records()) == 80, 40)
        self.assertGreater(min(records()), 0)
        for row in place.ask("/sim/stats")["targets"].values():
            self.assertEqual((row["repeated"], row["older_after_newer"]), (0, 0))
        # what each wrote, beside the questions that it was asked
        said = {row["instance"]: row for row in
                json.loads(place.waybill("status", "--json").stdout)["processes"]}
        for stage in ("enricher", "mapper", "pusher"):
            for number in (1, 2):
                self.assertGreater(said[f"{stage}-{number}"]["taken"], 10, (stage, number))
        for number, shop in enumerate(shops, 1):
            streams = said[f"poller-{number}"]["streams"]
            self.assertEqual({row["account"] for row in streams}, {"default/" + shop})


if __name__ == "__main__":
    unittest.main(verbosity=1)
