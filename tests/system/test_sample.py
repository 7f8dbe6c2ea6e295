# SPDX-License-Identifier: Apache-2.0
"""From the made-up shop to the made-up ERP: a system that is nothing but its connector, its simulated
side and a row, through all the processes.

usage: test_sample.py FOLDER_OF_BINARIES
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from deployment import TOP, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
WORLD = ("--shop", "sample", "--erp", "sample", "--accounts", "2")
ROUTES = 'routes:\n  - {from: "*", kind: order, to: erp}\n'


class Sample(unittest.TestCase):
    def deploy(self, orders, *extra):
        place = Deployment(BINARIES, orders=orders, extra=(*WORLD, *extra))
        self.addCleanup(place.close)
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(TOP + self.accounts(place) + ROUTES)
        place.up("--first")
        place.ask("/sim/start", "POST")
        return place

    @staticmethod
    def accounts(place):
        """As the world tells them; the secrets are in the environment."""
        text = ""
        for account in place.ask("/sim/setup?target=main")["accounts"]:
            rows = dict(account["options"])
            for name, value in account["secrets"].items():
                place.environment[f"T_{account['name']}_{name}"] = value
                rows[name] = f"${{env:T_{account['name']}_{name}}}"
            text += f"  {account['name']}:\n    connector: {account['connector']}\n    options:\n"
            text += "".join(f"      {name}: {value}\n" for name, value in rows.items())
            text += "    streams:\n" if account["streams"] else ""
            text += "".join(f"      {name}: {{{settings}}}\n"
                            for name, settings in account["streams"].items())
        return text

    def all_newest(self, place, orders):
        wait_for("the newest of all", lambda: place.target().get("newest") == orders, 60)
        told = place.target()
        self.assertEqual((told["records"], told["unmarked"], told["missing"]), (orders, 0, []))
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))
        self.assertEqual(place.down(), 0)

    def test_every_order_of_both_shops_arrives(self):
        self.all_newest(self.deploy(40), 40)

    def test_changes_arrive_in_order_in_spite_of_faults(self):
        place = self.deploy(30, "--changes", "2", "--gap", "3", "--pace", "20", "--faults",
                            "5xx=0.05,cut_after@sample.writes=0.1,element_unusable@sample.reads=0.1")
        wait_for("all of them", lambda: place.ask("/sim/stats")["done"], 60)
        place.ask("/sim/faults?set=none", "POST")
        self.all_newest(place, 30)

    def test_what_arrives_is_shipped(self):
        place = self.deploy(20, "--ship-after", "50ms", "--goods", "10")
        wait_for("the shipments", lambda: place.ask("/sim/stats")["works"]["shipments"] == 20, 60)
        works = place.ask("/sim/stats")["works"]
        self.assertEqual((works["listings"], works["stock_wrong"]), (20, 20))  # nobody brings it back
        self.assertEqual(place.down(), 0)


class Story(unittest.TestCase):
    """`waybill run` between two systems that are named."""

    @staticmethod
    def run_story(*words):
        return subprocess.run([os.path.join(BINARIES, "waybill"), "run", "--until-done", "--json", *words],
                              capture_output=True, text=True, timeout=120, check=False)

    def test_from_the_sample_to_itself_and_to_another(self):
        for story, systems in (("sample", ["sample"] * 2), ("sample-webhook", ["sample", "webhook"])):
            with self.subTest(story), tempfile.TemporaryDirectory() as state:
                run = self.run_story("--story", story, "--orders", "60", "--changes", "1", "--state", state)
                self.assertEqual(run.returncode, 0, run.stderr)
                with open(os.path.join(state, "waybill.yaml"), encoding="utf-8") as file:
                    self.assertEqual(re.findall(r"connector: (\w+)", file.read()), systems)
                told = json.loads(run.stdout)
                self.assertEqual((told["lost"], told["parked"], told["target"]["records"]), (0, 0, 60))
                self.assertEqual(told["target"]["repeated"], 0)

    def test_nobody_of_that_name(self):
        for story in ("nobody", "webhook", "sample-nobody"):
            run = self.run_story("--story", story, "--orders", "1")
            self.assertEqual(run.returncode, 2, story)
            self.assertRegex(run.stderr, "nobody|gives no orders")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
