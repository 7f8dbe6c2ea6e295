# SPDX-License-Identifier: Apache-2.0
"""`tools/sandbox`: accounts are asked, lists are paged, what is wrong is said; who gives no
credentials is told what to give. The accounts are simulated ones here.

usage: test_sandbox.py BINARIES SOURCES
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

BINARIES, SOURCES = (os.path.abspath(path) for path in (sys.argv.pop(1), sys.argv.pop(1)))
sys.path.insert(0, os.path.join(SOURCES, "tools"))
from simulator import Simulator  # noqa: E402
from proof.sandbox import SMALLEST, systems_of, whole_paths  # noqa: E402

SYSTEMS = systems_of(os.path.join(BINARIES, "waybill"))
SIM = os.path.join(BINARIES, "waybill-sim")
SOLD = 30


class Sandbox(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_sandbox(self, *words, **given):
        env = {key: value for key, value in os.environ.items()
               if not key.startswith("WAYBILL_SANDBOX_")}
        return subprocess.run([os.path.join(SOURCES, "tools/sandbox"), *words], text=True,
                              env={**env, "WAYBILL_BIN": BINARIES, **given}, capture_output=True,
                              timeout=200, check=False)

    def write(self, account, secret=None):
        """Its secrets are files beside the configuration."""
        options = {key: json.dumps(value.strip('"')) if value[0] not in "[{" else value
                   for key, value in account["options"].items()}
        for name, value in account["secrets"].items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(secret or value)
            options[name] = f"${{file:{name}}}"
        path = os.path.join(self.folder, "waybill.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"accounts:\n  shop1:\n    connector: {account['connector']}\n    options:\n"
                       + "".join(f"      {name}: {value}\n" for name, value in options.items()))
        return path

    def test_nobody_gives_anything(self):
        ended = self.run_sandbox()
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for system in SYSTEMS:
            self.assertIn(f"{system}: not asked; WAYBILL_SANDBOX_{system.upper()}=FILE",
                          ended.stdout)
        self.assertEqual(self.run_sandbox("nowhere").returncode, 2)

    @staticmethod
    def vendors():
        """One that sells and takes what comes back, and one that ships."""
        with Simulator(SIM) as sim:
            systems = sim.call("GET", "/sim/systems")["systems"]
        return (next(name for name, can in systems.items() if can["takes"] and not can["buys"]),
                next(name for name, can in systems.items() if can["tells"] and not can["sells"]))

    def test_accounts(self):
        shop, erp = self.vendors()
        for role, system in (("shop", shop), ("erp", erp)):
            with self.subTest(system), Simulator(
                    SIM, "--shop", shop, "--erp", erp, "--orders", SOLD, "--ship-after", "1s",
                    "--goods", 40) as sim:
                sim.start()
                accounts = sim.call("GET", "/sim/setup?target=main")["accounts"]
                account = next(row for row in accounts if row["name"].startswith(role))
                variable = {f"WAYBILL_SANDBOX_{system.upper()}": self.write(account)}
                ended = self.run_sandbox(system, **variable)
                self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
                self.assertRegex(ended.stdout, r"was asked: good")
                self.assertRegex(ended.stdout, r"\d+ read, \d+ pages of \d+; again \d+")
                for target in sim.stats()["targets"].values():  # nothing was handed to anybody
                    self.assertEqual((target["requests"], target["records"]), (0, 0))
                self.write(account, "0123456789abcdef0123456789abcdef")
                ended = self.run_sandbox(system, **variable)
                self.assertEqual(ended.returncode, 1, ended.stdout)
                self.assertIn(f"{system}: shop1: ", ended.stderr)

    def test_a_configuration_without_it(self):
        path = os.path.join(self.folder, "w.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("accounts: {}\n")
        ended = self.run_sandbox(SYSTEMS[0], **{f"WAYBILL_SANDBOX_{SYSTEMS[0].upper()}": path})
        self.assertEqual(ended.returncode, 1)
        self.assertIn(f"{path} has no account at {SYSTEMS[0]}", ended.stderr)

    def test_words(self):
        self.assertEqual(whole_paths({"a": ["${file:s/x}", "${file:/y}", "$${file:z}"]}, "/f"),
                         {"a": ["${file:/f/s/x}", "${file:/y}", "$${file:z}"]})
        self.assertEqual(SMALLEST.search("f:1:2: accounts.a.options.page_size: '0' is outside 20 to 9"
                                         ).group(1), "20")


if __name__ == "__main__":
    unittest.main()
