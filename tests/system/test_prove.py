# SPDX-License-Identifier: Apache-2.0
"""`waybill prove --config`: the examples of the README, as a person has them before the first start:
no secret is there, their processes are killed, and what comes of it is counted.

usage: test_prove.py BINARIES SOURCES
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

BINARIES, SOURCES = (os.path.abspath(path) for path in (sys.argv.pop(1), sys.argv.pop(1)))
WAYBILL = os.path.join(BINARIES, "waybill")
CONFIG, USAGE = 100, 2
SKUS = """sku,master,quantity
RED-1,M-RED,1
RED-3,M-RED,3
BLUE-*,M-BLUE-*,1
SET-1,M-RED,1
SET-1,M-GREEN,2
ODD-1,M-ODD,1
"""
RULES = """rules:
  holds:
    - {sku: ODD-1, reason: a person looks at these}
"""


def examples():
    """The configurations of the README, in their order."""
    with open(os.path.join(SOURCES, "README.md"), encoding="utf-8") as file:
        return re.findall(r"```yaml\n(.*?)```", file.read(), re.DOTALL)


class Prove(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, text, name="waybill.yaml"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def prove(self, path, *words):
        env = {key: value for key, value in os.environ.items() if not key.endswith("_SECRET")}
        return subprocess.run([WAYBILL, "prove", "--config", path, *words], env=env, text=True,
                              capture_output=True, timeout=200, cwd=self.folder, check=False)

    def proven(self, path, *words):
        ended = self.prove(path, "--faults", "none", "--json", "--seconds", "2", *words)
        self.assertEqual(ended.returncode, 0, ended.stdout[-4000:] + ended.stderr[-2000:])
        result = json.loads(ended.stdout.splitlines()[-1])
        for key in ("lost", "repeated", "older_after_newer", "invented", "stock_wrong", "held"):
            self.assertEqual(result[key], 0, key)
        return result, ended.stdout

    def test_a_channel_to_a_webhook(self):
        result, said = self.proven(self.write(examples()[0]), "--kills", "3", "--orders", "60",
                                   "--seed", "2")
        self.assertEqual(result["kinds"]["orders"]["at_target"], 60)
        self.assertEqual(result["accounts"]["erp: orders"]["at_target"], 60)
        self.assertGreaterEqual(result["kills"], 3)
        self.assertIn("erp: orders", said)
        self.assertFalse(os.path.exists("/var/lib/waybill"))  # the state that it names

    def test_a_channel_and_an_erp_by_rules_and_a_table(self):
        self.write(SKUS, "skus.csv")
        result, said = self.proven(self.write(RULES + examples()[1]), "--kills", "2", "--orders",
                                   "30", "--seed", "5")
        kinds = result["kinds"]
        self.assertGreater(kinds["orders"]["kept_back"], 0)
        self.assertEqual(sum(kinds["orders"][key] for key in ("at_target", "kept_back",
                                                              "to_be_parked")), 30)
        self.assertEqual(list(result["kept_back"].values()), [kinds["orders"]["kept_back"]])
        self.assertIn("a person looks at these (rule 1: sku = ODD-1)", said)
        self.assertGreater(kinds["shipments"]["at_target"], 0)
        self.assertEqual(kinds["stock"]["at_target"], kinds["stock"]["at_source"])
        self.assertGreater(result["accounts"]["shop: listings"]["at_target"], 4)

    def test_what_is_wrong_is_told_with_its_line(self):
        rows = (
            (examples()[0].replace("connector: webhook", "connector: webhok"),
             r"waybill.yaml:\d+:\d+: accounts.erp.connector: 'webhok' is not known"),
            (examples()[0].replace("kind: order", "kind: odrer"), r"waybill.yaml:\d+:\d+: routes"),
            (examples()[1], r"waybill.yaml:\d+:\d+: tables.skus.*skus.csv"),
            (examples()[0].replace("queue_url:", "queue_ulr:"), r"did you mean 'queue_url'"),
            ("accounts: {}\n", "no route takes orders"),
        )
        for text, words in rows:
            with self.subTest(words):
                ended = self.prove(self.write(text))
                self.assertEqual(ended.returncode, CONFIG, ended.stderr)
                self.assertRegex(ended.stderr, words)
                self.assertEqual(ended.stdout, "")
        ended = self.prove(os.path.join(self.folder, "none.yaml"))
        self.assertEqual(ended.returncode, CONFIG)
        self.assertIn("none.yaml", ended.stderr)
        ended = self.prove(self.write(""), "--story", "sample")
        self.assertEqual(ended.returncode, USAGE)
        self.assertIn("waybill prove: --story and --config exclude each other", ended.stderr)


if __name__ == "__main__":
    unittest.main()
