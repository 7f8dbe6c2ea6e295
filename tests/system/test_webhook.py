# SPDX-License-Identifier: Apache-2.0
"""The receiver that docs/webhook.md describes, against the real deployment: what is signed checks,
each revision takes effect once and in order, whatever becomes of the answers."""
import hmac
import json
import os
import sys
import unittest

from deployment import ROUTES, SHOP, Deployment, wait_for
from receiver import Receiver, signature_problem

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS, CHANGES = 20, 2
SECRET = "a secret of both sides"
TARGET = """\
  erp:
    connector: webhook
    backoff_min_ms: 50ms
    backoff_max_ms: 500ms
    options:
      url: URL
      secret: ${{env:T_WEBHOOK}}
      timeout: 2s
      settle: 500ms
OPTIONS
"""


def once(statuses):
    """Each key's first request is answered in the next of these ways, after it took effect or not."""
    seen = {}

    def answer(receiver):
        def say(headers, records):
            key = records[0]["key"]
            if key in seen:
                return None
            seen[key] = statuses[len(seen) % len(statuses)]
            status, takes_effect = seen[key]
            for record in records if takes_effect else ():
                receiver.one(headers, record)
            return status and (status, {}) if status else (None, b"")
        return say
    return answer


class Webhook(unittest.TestCase):
    def deliver(self, options="", answer=None, extra=("--changes", str(CHANGES), "--gap", "5")):
        """All orders are there in their last revision, and every request was as the page says."""
        erp = Receiver(SECRET)
        self.addCleanup(erp.close)
        erp.answer = answer and answer(erp)
        target = TARGET.replace("OPTIONS", "\n".join(
            "      " + line for line in options.splitlines())).replace("URL", erp.url)
        place = Deployment(BINARIES, orders=ORDERS, extra=extra, config=SHOP + target + ROUTES)
        self.addCleanup(place.close)
        place.environment["T_WEBHOOK"] = SECRET
        place.up("--first")
        pids = sorted(wait_for("their numbers", lambda: None not in place.pids() and place.pids()))
        place.ask("/sim/start", "POST")
        wait_for("all orders", lambda: len(erp.records) == ORDERS, 40)
        wait_for("the last change of each", lambda: self.newest(erp), 40)
        self.assertEqual(sorted(place.pids()), pids)  # nobody ended
        self.assertEqual(erp.problems, [])
        self.in_order(erp)
        return place, erp

    @staticmethod
    def newest(erp):
        """The seller's order number tells the version: S-<order>-v<version>."""
        return all(record["seller_order_id"].endswith(f"-v{CHANGES + 1}")
                   for _, record in list(erp.records.values()))

    def in_order(self, erp):
        last = {}
        for key, revision in erp.took:
            self.assertGreater(revision, last.get(key, 0))
            last[key] = revision

    def test_one_record_a_request(self):
        _, erp = self.deliver()
        record = next(iter(erp.records.values()))[1]
        self.assertEqual(record["lines"][0]["price"]["currency"], "USD")

    def test_bare(self):
        self.deliver("style: bare")

    def test_batches_with_results(self):
        self.deliver("batch: 5\nresults: true")

    def test_resend(self):
        """Answers that never come, half of them after the effect; 5xx; 429; what was not taken."""
        self.deliver("after_unknown: resend", once(
            [(None, True), (None, False), (500, True), (502, False), (429, False), (408, False)]))

    def test_probe(self):
        _, erp = self.deliver("after_unknown: probe\nprobe_url: URL/records/{{key}}", once(
            [(None, True), (None, False), (500, True), (500, False)]))
        keys = [record for record in erp.took]
        self.assertEqual(len(keys), len(set(keys)))

    def test_an_id_of_forty_kilobytes(self):
        """It ended the pusher, again and again: the mark did not fit its row."""
        def answer(erp):
            ids = iter([1, 254, 255, 256, 40000, 300000] * ORDERS)

            def say(headers, records):
                results = [erp.one(headers, record) | {"id": "i" * next(ids)} for record in records]
                return 200, {"results": results}
            return say

        place, erp = self.deliver("results: true", answer)
        shown = json.loads(place.waybill("why", next(iter(erp.records)), "--json").stdout)
        self.assertLessEqual(max(len(word) for word in json.dumps(shown).split('"')), 255)

    def test_the_signature_by_hand(self):
        """The reader itself: what is altered, late or not there is refused."""
        body, secret = b'{"a":1}', "k"
        mac = hmac.new(b"k", b"1767322800." + body, "sha256").hexdigest()
        good = f"t=1767322800,v1={mac}"
        self.assertIsNone(signature_problem(good, secret, body, 1767322800 + 299))
        self.assertEqual(signature_problem(good, secret, body, 1767322800 + 301), "stale signature")
        self.assertEqual(signature_problem(None, secret, body), "no signature")
        self.assertEqual(signature_problem(good, secret, body + b" "), "wrong signature")


if __name__ == "__main__":
    unittest.main(verbosity=1)
