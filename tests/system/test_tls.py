# SPDX-License-Identifier: Apache-2.0
"""Outbound TLS against real servers: a certificate of the configured authority is taken, any other
stops its account alone, with the reason; redirects are not followed, answers are bounded."""
import json
import os
import sys
import tempfile
import unittest

from deployment import SHOP, Deployment, wait_for
from tls import (Target, make_authority, make_certificate, say_moved, say_without_end)

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 12

TARGET = """\
  {name}:
    connector: webhook
    attempts_max: 2
    calls_max: 2
    backoff_min_ms: 10ms
    options:
      url: {url}
      timeout: 60s
"""


class Tls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wb-tls-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("ours", "theirs"):
            make_authority(self.folder, name)
        make_certificate(self.folder, "ours", "localhost", "good")
        make_certificate(self.folder, "theirs", "localhost", "stranger")
        make_certificate(self.folder, "ours", "erp.example", "elsewhere")

    def serve(self, name, answer=None):
        certificate = name and os.path.join(self.folder, name + ".pem")
        target = Target(certificate, answer)
        self.addCleanup(target.close)
        return target

    def deploy(self, urls, more=""):
        """A shop of ours, and a target for each url; nothing goes to the simulator's."""
        targets = "".join(TARGET.format(name=name, url=url) for name, url in urls.items())
        routes = "".join(f"  - {{{{from: shop, kind: order, to: {name}}}}}\n" for name in urls)
        place = Deployment(BINARIES, orders=ORDERS,
                           config=f"{SHOP}{targets}routes:\n{routes}{more}")
        self.addCleanup(place.close)
        return place

    @staticmethod
    def stopped(place):
        """The accounts that are stopped, and why."""
        said = json.loads(place.waybill_any("status", "--json") or "{}")
        return {row["account"].split("/")[1]: row["reason"] for process in said.get("processes", [])
                for row in process.get("accounts", []) if row["suspended"]}

    def test_who_is_trusted(self):
        good, stranger, elsewhere = map(self.serve, ("good", "stranger", "elsewhere"))
        other = self.serve(None)
        moved = self.serve("good", say_moved(lambda: f"http://127.0.0.1:{other.port}/"))
        ports = {"good": good, "stranger": stranger, "elsewhere": elsewhere, "moved": moved}
        place = self.deploy({name: f"https://localhost:{target.port}/hook"
                             for name, target in ports.items()},
                            f"ca_file: {self.folder}/ours.pem\n")
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("the orders", lambda: len(good.keys) == ORDERS, 40)
        stopped = wait_for("three stopped accounts",
                           lambda: len(self.stopped(place)) == 3 and self.stopped(place), 20)
        self.assertEqual(sorted(stopped), ["elsewhere", "moved", "stranger"])
        self.assertRegex(stopped["stranger"], "certificate is not trusted.*issuer")
        self.assertRegex(stopped["elsewhere"], "certificate is not for this host")
        self.assertRegex(stopped["moved"], "the endpoint has moved")
        self.assertEqual((stranger.requests, elsewhere.requests, other.requests), (0, 0, 0))
        self.assertGreater(moved.requests, 0)
        self.assertEqual(good.requests, ORDERS)
        for key in list(good.keys)[:3]:
            told = place.waybill("why", key).stdout
            self.assertRegex(told, "default/stranger +the account is stopped.*not trusted")
            self.assertRegex(told, "default/elsewhere +the account is stopped.*not for this host")
        for secret in ("localhost", "hook"):
            self.assertNotIn(secret, " ".join(stopped.values()))
        self.assertIn("0 shown of 0 parked", place.waybill("parked", "list").stdout)

    def test_the_systems_authorities_alone_do_not_know_ours(self):
        good = self.serve("good")
        place = self.deploy({"good": f"https://localhost:{good.port}/hook"})
        place.up("--first")
        place.ask("/sim/start", "POST")
        stopped = wait_for("the stopped account", lambda: self.stopped(place), 20)
        self.assertRegex(stopped["good"], "certificate is not trusted")
        self.assertEqual(good.requests, 0)
        # told, it goes on with what waited, and nothing was lost
        with open(place.config, "a", encoding="utf-8") as file:
            file.write(f"ca_file: {self.folder}/ours.pem\n")
        self.assertEqual(place.down(), 0)
        place.up()
        wait_for("the orders", lambda: len(good.keys) == ORDERS, 40)
        self.assertEqual(self.stopped(place), {})

    def test_a_source_that_is_not_trusted_stops_alone(self):
        stranger, good = self.serve("stranger"), self.serve("good")
        place = self.deploy({"good": f"https://localhost:{good.port}/hook"},
                            f"ca_file: {self.folder}/ours.pem\n")
        with open(place.config, encoding="utf-8") as file:
            text = file.read()
        shop = text[text.index("  shop:"):text.index("  good:")]
        other = shop.replace("shop:", "other:").replace("/q1", "/q2").replace(
            f"sqs_endpoint: http://127.0.0.1:{place.port}",
            f"sqs_endpoint: https://localhost:{stranger.port}")
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(text.replace(shop, shop + other))
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("the orders", lambda: len(good.keys) == ORDERS, 40)
        stopped = wait_for("the stopped account", lambda: self.stopped(place), 20)
        self.assertEqual(list(stopped), ["other"])
        self.assertRegex(stopped["other"], "certificate is not trusted")

    def test_an_answer_without_end_is_cut(self):
        endless, good = self.serve("good", say_without_end), self.serve("good")
        place = self.deploy({"endless": f"https://localhost:{endless.port}/hook",
                             "good": f"https://localhost:{good.port}/hook"},
                            f"ca_file: {self.folder}/ours.pem\n")
        place.up("--first")
        pids = sorted(place.pids())
        place.ask("/sim/start", "POST")
        wait_for("the orders", lambda: len(good.keys) == ORDERS, 60)

        def parked():  # who reads such answers may have no time for ours
            said = place.waybill_any("parked", "list")
            return f"{ORDERS} shown of {ORDERS} parked" in said and said
        self.assertIn("the answer is too large", wait_for("the parking", parked, 100))
        self.assertEqual(len(endless.keys), ORDERS)  # it may have taken effect: it is said so
        self.assertEqual(sorted(place.pids()), pids, place.log("pusher-1")[-3000:])


if __name__ == "__main__":
    unittest.main(verbosity=1)
