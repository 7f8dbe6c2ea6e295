#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts the simulator and runs the test program of the connectors against it.

Usage: sim.py SIMULATOR PROGRAM."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from sim_client import Sim  # noqa: E402


def main():
    simulator, program = sys.argv[1:]
    with Sim(simulator, "--orders", "30", "--rate-scale", "off", "--erp-secret", "sim-erp") as sim:
        env = dict(os.environ, WB_SIM_URL=f"http://{sim.host}")
        code = subprocess.run([program], env=env, timeout=120, check=False).returncode
        if code == 0:
            print(sim.stats())
        return code


if __name__ == "__main__":
    sys.exit(main())
