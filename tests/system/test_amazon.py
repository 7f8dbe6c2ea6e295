# SPDX-License-Identifier: Apache-2.0
"""The Amazon connector through the real processes: receiving, pausing, deleting and stopping; the
bounds of the full sync; the older orders API with its pages; tokens that end."""
import json
import os
import re
import sys
import time
import unittest

from deployment import CONFIG, ERP, ROUTES, SHOP, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
OPTIONS = SHOP.index("    options:\n") + len("    options:\n")


def config(options="", streams=""):
    """The usual one, with more options and streams of the shop."""
    text = SHOP[:OPTIONS] + "".join(f"      {line}\n" for line in options.splitlines())
    text += SHOP[OPTIONS:]
    if streams:
        text += "    streams:\n" + "".join(f"      {line}\n" for line in streams.splitlines())
    return text + ERP + ROUTES


class Case(unittest.TestCase):
    def deploy(self, orders, *extra, text=CONFIG):
        place = Deployment(BINARIES, orders=orders, extra=extra, config=text)
        self.addCleanup(place.close)
        return place

    def arrived(self, place, count, seconds=60):
        try:
            wait_for(f"{count} orders", lambda: place.target().get("records") == count and
                     not place.target()["missing"], seconds)
        except AssertionError:
            missing = place.target().get("missing", [{}])[0].get("id", "none")
            print(place.ask("/sim/stats"), place.waybill_any("status"),
                  place.waybill_any("why", missing), file=sys.stderr)
            raise
        told = place.target()
        self.assertEqual((told["repeated"], told["older_after_newer"]), (0, 0))

    def stream(self, place, name):
        for row in json.loads(place.waybill_any("status", "--json") or "{}").get("processes", []):
            for stream in row.get("streams", []):
                if stream["stream"] == name:
                    return stream
        return {}


class Queue(Case):
    def test_a_stopped_poller_leaves_nothing_hidden(self):
        place = self.deploy(3000, "--sqs-delay", "200ms", text=config().replace(
            "visibility: 5s", "visibility: 10m"))
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("some of them", lambda: place.ask("/sim/stats")["notices"]["received"] > 200)
        self.assertEqual(place.down(), 0)
        queue = place.ask("/sim/stats")["notices"]
        self.assertGreater(queue["visible"], 0)  # in the middle of it
        self.assertEqual(queue["in_flight"], 0)
        place.up()
        self.arrived(place, 3000)

    def test_the_pause_between_two_receives(self):
        pause, orders = 0.3, 60
        place = self.deploy(orders, text=config(streams="orders.queue: {{interval_ms: 300ms}}"))
        place.up("--first")
        began = time.monotonic()
        place.ask("/sim/start", "POST")
        self.arrived(place, orders)
        self.assertGreaterEqual(time.monotonic() - began, (orders / 10 - 1) * pause)
        self.assertGreaterEqual(place.ask("/sim/stats")["requests"]["sqs.ReceiveMessage"], 6)

    def test_a_partly_failed_delete_is_repeated(self):
        place = self.deploy(200, "--faults", "delete_part=0.3")
        place.up("--first")
        place.ask("/sim/start", "POST")
        self.arrived(place, 200)
        place.ask("/sim/faults?set=none", "POST")

        def empty():
            queue = place.ask("/sim/stats")["notices"]
            return queue["deleted"] == queue["sent"] and not queue["visible"] + queue["in_flight"]
        wait_for("the last deletes", empty, 30)
        self.assertGreater(place.ask("/sim/stats")["faults"]["delete_part"], 0)

    def test_the_dry_run_shows_that_it_is_signed_and_no_secret(self):
        place = self.deploy(1, text=config("aws_session_token: ${{env:T_SESSION_TOKEN}}"))
        place.up("--first")
        shown = place.waybill("sync", "shop", "orders.queue", "--dry-run").stdout
        self.assertRegex(shown, r"Credential=\*\*\*/\d{8}/us-east-1/sqs/aws4_request, "
                         r"SignedHeaders=[a-z;-]*x-amz-security-token;x-amz-target, "
                         r"Signature=[0-9a-f]{8}\*\*\*\n")
        self.assertIn('"WaitTimeSeconds":20', shown)
        for name in ("ACCESS_KEY", "SECRET_KEY", "SESSION_TOKEN", "CLIENT_SECRET"):
            self.assertNotIn(place.environment["T_" + name], shown)


class Sync(Case):
    def complete(self, place):
        said = self.stream(place, "orders.sync")
        return not said.get("running", True) and said["complete_utc_us"]

    def test_a_run_of_the_last_hour_does_not_hide_the_days_before_it(self):
        place = self.deploy(5, "--search-lag", "0s", text=config(
            streams="orders.sync: {{first_ms: 1d, overlap_ms: 0}}").replace(
                "connector: amazon\n", "connector: amazon\n    limits: false\n"))
        place.up("--first")
        place.waybill("sync", "shop", "orders.sync")
        first = wait_for("the first run", lambda: self.complete(place))
        begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(first / 1e6 + 2))
        wait_for("the run to have room", lambda: time.time() - 155 > first / 1e6 + 3)
        place.waybill("sync", "shop", "orders.sync", "--from", begin)
        runs = wait_for("its end", lambda: [text for text in place.log("poller-1").splitlines()
                                            if "run.read" in text][1:])
        self.assertEqual(len(runs), 1)
        self.assertEqual(self.complete(place), first)  # what lies between is still to be read
        shown = place.waybill("sync", "shop", "orders.sync", "--dry-run").stdout
        self.assertIn("lastUpdatedAfter=" + time.strftime(
            "%Y-%m-%dT%H%%3A%M%%3A%SZ", time.gmtime(first // 1000000)), shown)
        place.waybill("sync", "shop", "orders.sync")
        wait_for("an ordinary run", lambda: (self.complete(place) or 0) > first)


class Pages(Case):
    """Lists whose pages cannot be read to their end: the run goes on, and says what holds it."""
    STREAMS = "orders.queue: {{enabled: false}}\norders.sync: {{first_ms: 1d, margin_ms: 0s}}"
    LIMITS = ("connector: amazon\n", "connector: amazon\n    limits: false\n"
                                     "    backoff_min_ms: 10ms\n    backoff_max_ms: 200ms\n")

    def begin(self, faults):
        place = self.deploy(30, "--search-lag", "0s", "--rate-scale", "off", text=config(
            "page_size: 10", self.STREAMS).replace(*self.LIMITS))
        place.ask("/sim/start", "POST")
        wait_for("the orders", lambda: place.ask("/sim/stats")["given"] == 30)
        given = time.time()  # a list is asked for by whole seconds: the last one is not in it
        wait_for("the second to be over", lambda: time.time() > given + 1)
        place.ask(f"/sim/faults?set={faults}", "POST")
        place.up("--first")
        place.waybill("sync", "shop", "orders.sync", "--full")
        return place

    def test_a_token_that_is_refused(self):
        place = self.begin("cursor_refused=1*3")
        self.arrived(place, 30)
        told = [json.loads(line) for line in place.log("poller-1").splitlines()
                if "slice.anew" in line]
        self.assertEqual(len(told), 1)
        self.assertIn("not valid", told[0]["why"])
        wait_for("the end", lambda: not self.stream(place, "orders.sync")["running"])
        self.assertEqual(self.stream(place, "orders.sync")["error"], "")

    def test_pages_without_end(self):
        place = self.begin("pages_never_end=1")
        wait_for("more than one try", lambda: self.stream(place, "orders.sync").get("begun_anew", 0) > 1)
        self.assertIn("no end", self.stream(place, "orders.sync")["error"])
        self.assertEqual(self.stream(place, "orders.sync")["complete_utc_us"], 0)
        refused = place.waybill("sync", "shop", "orders.sync", "--full", wanted=1)
        self.assertIn("under way already", refused.stderr)
        place.ask("/sim/faults?set=none", "POST")
        self.assertIn("begins", place.waybill("sync", "shop", "orders.sync", "--full",
                                              "--restart").stdout)
        self.arrived(place, 30)
        wait_for("the end", lambda: self.stream(place, "orders.sync")["complete_utc_us"])


class Older(Case):
    def test_the_v0_api_with_pages_of_items_and_a_session_token(self):
        place = self.deploy(120, "--changes", "1", "--items-page", "1", text=config(
            "orders_api: v0\nmarketplaces: [ATVPDKIKX0DER]\n"
            "aws_session_token: ${{env:T_SESSION_TOKEN}}"))
        place.up("--first")
        place.ask("/sim/start", "POST")
        self.arrived(place, 120)
        asked = place.ask("/sim/stats")["requests"]
        self.assertGreater(asked["orders.v0.getOrderItems"], 120 * 3 // 2)  # several pages each
        self.assertLess(asked["orders.v0.getOrders"], 120)  # many orders in one call


class Tokens(Case):
    def test_tokens_are_renewed_before_they_end(self):
        place = self.deploy(120, "--token-ttl", "3s", "--pace", "20")
        place.up("--first")
        place.ask("/sim/start", "POST")
        self.arrived(place, 120)
        said = place.ask("/sim/stats")
        self.assertGreater(said["requests"]["lwa.token"], 2)
        self.assertEqual(said["unauthorized"], 0)  # none was used after its end


if __name__ == "__main__":
    unittest.main(verbosity=1)
