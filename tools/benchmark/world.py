# SPDX-License-Identifier: Apache-2.0
"""world - a simulator, and how far its target is."""
import time

from simulator import Simulator


class World(Simulator):
    def target(self, name):
        return self.stats()["targets"].get(name) or {"newest": 0, "records": 0, "requests": 0}

    def wait_newest(self, name, count, timeout_s, alive=None, poll_s=0.1):
        """Until the target holds the newest version of `count` orders: its ledger then."""
        deadline = time.monotonic() + timeout_s
        while True:
            ledger = self.target(name)
            if ledger["newest"] >= count:
                return ledger
            if alive and not alive():
                raise RuntimeError(f"it ended with {ledger['newest']} of {count} orders at the target")
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {ledger['newest']} of {count} orders after {timeout_s} s")
            time.sleep(poll_s)
