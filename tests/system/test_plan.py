# SPDX-License-Identifier: Apache-2.0
"""A target that is paused: what would be sent to it is looked at, and let go as it was looked at."""
import json
import os
import re
import signal
import sys
import unittest

from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 40
PAUSED = CONFIG.replace("    connector: webhook\n", "    connector: webhook\n    paused: true\n")
SOMETHING = 2


class Plan(unittest.TestCase):
    def deploy(self):
        place = Deployment(BINARIES, orders=ORDERS, config=PAUSED)
        self.addCleanup(place.close)
        place.up("--first")
        place.ask("/sim/start", "POST")
        self.planned(place, ORDERS)
        return place

    @staticmethod
    def rows(text):
        """Of a plan: what it says of each record. It is whole: its last line counts them."""
        lines = [json.loads(line) for line in text.splitlines()]
        assert lines[0]["waybill_plan"] == 1 and lines[-1]["rows"] == len(lines) - 2
        return [line["row"] for line in lines[1:-1]]

    def planned(self, place, count, *words):
        """A plan of so many records, and of no other on its way."""
        def look():
            said = place.waybill_ended("plan", "erp", "--json", *words)
            if said.returncode not in (0, SOMETHING):
                return None
            last = json.loads(said.stdout.splitlines()[-1])
            return said if last["rows"] == count and not last["on_their_way"] else None
        return wait_for(f"a plan of {count}", look, 60)

    def arrived(self, place, count):
        wait_for(f"{count} orders", lambda: place.target().get("records") == count, 60)
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))

    def test_a_first_import_is_looked_at_then_applied_once(self):
        place = self.deploy()
        out = os.path.join(place.folder, "all.plan")
        said = place.waybill("plan", "erp", "--out", out, wanted=SOMETHING)
        self.assertIn("erp, paused", said.stdout)
        for words in (r"> POST http://127\.0\.0\.1:[0-9]+/erp/", r"\+ item_total: ", r"\+ buyer\.name: ...\*",
                      r"> [0-9]+ bytes: --personal shows them"):
            self.assertTrue(re.search(words, said.stdout), words)
        self.assertEqual(os.stat(out).st_mode & 0o777, 0o600)
        self.assertEqual(place.target().get("records", 0), 0)

        with open(out, encoding="utf-8") as file:
            key = self.rows(file.read())[7]["record"]
        one = os.path.join(place.folder, "one.plan")
        place.waybill("plan", "erp", "--key", key, "--out", one, wanted=SOMETHING)
        self.assertIn("1 let go", place.waybill("apply", one).stdout)
        self.arrived(place, 1)
        self.planned(place, ORDERS - 1)

        # all of it: the one is there already; its process is killed right behind, and asked again
        self.assertIn("1 delivered before, 0 refused", place.waybill("apply", out).stdout)
        os.kill(place.pid("pusher-1"), signal.SIGKILL)
        wait_for("it says so again", lambda: place.waybill_ended("apply", out).returncode == 0, 60)
        self.arrived(place, ORDERS)
        self.assertEqual(self.planned(place, 0).returncode, 0)
        self.assertEqual(place.waybill("apply", out).stdout.splitlines()[-1],
                         f"0 let go, {ORDERS} delivered before, 0 refused")

        with open(place.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=place.port))
        place.waybill("reload")
        self.assertEqual(self.planned(place, 0).returncode, 0)
        self.arrived(place, ORDERS)
        self.assertEqual(place.down(), 0)

    def test_no_plan_is_applied_that_is_cut_or_of_another(self):
        place = self.deploy()
        out = os.path.join(place.folder, "all.plan")
        place.waybill("plan", "erp", "--out", out, wanted=SOMETHING)
        with open(out, encoding="utf-8") as file:
            whole = file.read()
        lines = whole.splitlines(keepends=True)
        for text, why in (("".join(lines[:-1]), "it was cut"),
                          ("".join(lines[:3] + lines[4:]), "rows of it are missing"),
                          (whole[:len(whole) // 2], "it is no JSON object"),
                          ("".join(lines[1:]), "it is no plan"),
                          (whole.replace('"deployment":"', '"deployment":"other', 1), "otherwaybill"),
                          (whole.replace('"target":"', '"target_of":"', 1), "it is no row")):
            with open(out, "w", encoding="utf-8") as file:
                file.write(text)
            said = place.waybill("apply", out, wanted=1)
            self.assertIn(why, said.stderr)
        self.assertEqual(place.target().get("records", 0), 0)

        # of one row the request is another: it alone is refused, with both sides
        row = json.loads(lines[1])
        digest = row["row"]["digest"]["request"]
        with open(out, "w", encoding="utf-8") as file:
            file.write(whole.replace(digest, digest[1:] + ("0" if digest[-1] != "0" else "1")))
        said = place.waybill("apply", out, wanted=1)
        self.assertIn(f"{ORDERS - 1} let go, 0 delivered before, 1 refused", said.stdout)
        self.assertRegex(said.stdout, "planned: revision [0-9]+.*\n.*now: .*the request another")
        self.arrived(place, ORDERS - 1)
        self.planned(place, 1)
        self.assertEqual(place.down(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
