# SPDX-License-Identifier: Apache-2.0
"""Custody seen from outside: an orderly end and a reload in the middle of work, accounts that come
and go, a monitor that was away."""
import os
import signal
import sys
import time
import unittest

from deployment import Deployment, alive, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))


class Case(unittest.TestCase):
    def deploy(self, **how):
        place = Deployment(BINARIES, **how)
        self.addCleanup(place.close)
        return place

    def arrived(self, place, count, seconds=60):
        """So many orders are at the target, each revision once and in order."""
        wait_for(f"{count} orders", lambda: place.target().get("records") == count, seconds)
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))

    def flowing(self, orders, **how):
        """A third of the orders is through."""
        place = self.deploy(orders=orders, extra=("--pace", str(orders // 5)), **how)
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("a third", lambda: place.target().get("records", 0) > orders // 3)
        return place

    def successor(self, place, instance, former):
        return wait_for(f"the next {instance}",
                        lambda: (place.pid(instance) or former) != former and place.pid(instance))


class End(Case):
    def test_each_process_ends_in_the_middle_of_work_without_waiting_for_its_end(self):
        place = self.flowing(1500)
        for instance in ("poller-1", "enricher-1", "mapper-1", "pusher-1"):
            pid = place.pid(instance)
            begin = time.monotonic()
            os.kill(pid, signal.SIGTERM)
            wait_for(f"the end of {instance}", lambda: not alive(pid))
            self.assertLess(time.monotonic() - begin, 3, instance)
            self.successor(place, instance, pid)
        self.arrived(place, 1500)
        self.assertEqual(place.down(), 0)

    def test_who_is_asked_to_end_while_he_reloads_ends(self):
        place = self.flowing(300)
        os.kill(place.up_process.pid, signal.SIGSTOP)  # or it would start the next one
        pid = place.pid("poller-1")
        os.kill(pid, signal.SIGHUP)
        wait_for("the reload", lambda: '"reload"' in place.log("poller-1"))
        os.kill(pid, signal.SIGTERM)
        wait_for("its end", lambda: not alive(pid))
        os.kill(place.up_process.pid, signal.SIGCONT)
        self.successor(place, "poller-1", pid)
        self.arrived(place, 300)
        self.assertEqual(place.down(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
