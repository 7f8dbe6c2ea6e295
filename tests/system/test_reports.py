# SPDX-License-Identifier: Apache-2.0
"""A report of the made-up shop, from its creation to a webhook: each of its records arrives once,
whatever ends in between, and whatever goes wrong with it.

usage: test_reports.py FOLDER_OF_BINARIES
"""
import collections
import csv
import datetime
import gzip
import io
import json
import os
import sys
import unittest
import urllib.request

from deployment import TOP, Deployment, wait_for
from receiver import Receiver

BINARIES = os.path.abspath(sys.argv.pop(1))
GOODS = 40
ACCOUNTS = """\
  shop:
    connector: sample
    backoff_min_ms: 50ms
    backoff_max_ms: 200ms
    options:
      url: http://127.0.0.1:{port}/sample/1
      token: ${{env:T_TOKEN}}
      grant: ${{env:T_GRANT}}
      page_size: 10
      report_wait: 1s
    streams:
      orders: {{enabled: false}}
      metrics: {{interval_ms: 1h, margin_ms: 0ms}}
  target:
    connector: webhook
    options: {{url: "{target}", results: true, batch: 20}}
routes:
  - {{from: shop, kind: metric, to: target}}
"""


class Shop:
    """The shop's own API, asked by nobody of ours."""

    def __init__(self, port):
        self.base, self.token = f"http://127.0.0.1:{port}/sample/1", None
        self.token = self.json("POST", "/token", {"grant": "sample-grant-1"})["token"]

    def open(self, url, method="GET", body=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(url, method=method, headers=headers,
                                         data=json.dumps(body).encode() if body else None)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def json(self, method, path, body=None):
        return json.loads(self.open(self.base + path, method, body))

    def months(self, first, last):
        """What a report of these months says: by month and SKU, the rows."""
        made = self.json("POST", "/reports", {"report": "sales", "from": first, "to": last})["id"]
        done = wait_for("a report", lambda: (lambda it: it if it["state"] == "done" else None)(
            self.json("GET", f"/reports/{made}")))
        url = self.json("GET", f"/documents/{done['document']}")["url"]
        text = gzip.decompress(self.open(url)).decode()
        told = collections.defaultdict(list)
        for row in csv.DictReader(io.StringIO(text), delimiter="\t"):
            told[f"sales/{row['day'][:7]}/{row['sku']}"].append(row)
        return told


def money(row, name):
    return {"amount": row[name], "currency": row["currency"]}


def days_of(rows):
    return [{"day": row["day"], "units": int(row["units"]), "orders": int(row["orders"]),
             "units_refunded": int(row["refunded"]), "sales": money(row, "sales"),
             "refunds": money(row, "refunds")} for row in rows]


class Reports(unittest.TestCase):
    def deploy(self, killed_at=None, grant="8760h"):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.place = place = Deployment(BINARIES, orders=1, extra=(
            "--shop", "sample", "--erp", "webhook", "--accounts", "1", "--goods", str(GOODS), "--sample-grant", grant))
        self.addCleanup(place.close)
        with open(place.config, "w", encoding="utf-8") as file:
            file.write(TOP + ACCOUNTS.format(port=place.port, target=self.receiver.url))
        place.environment.update(T_TOKEN="sample-token-1", T_GRANT="sample-grant-1")
        place.environment["WB_KILL_DIR"] = self.kills = os.path.join(place.folder, "kills")
        os.mkdir(self.kills)
        if killed_at:
            self.plan(killed_at)

    def plan(self, point):
        with open(os.path.join(self.kills, "poller-1"), "w", encoding="ascii") as file:
            file.write(point)

    def planned(self, state):
        return os.path.exists(os.path.join(self.kills, "poller-1." + state))

    def counted(self):
        return self.place.ask("/sim/stats")["sample_reports"]

    def begin(self):
        self.place.up("--first")
        self.place.waybill("sync", "shop", "metrics")

    def expected(self):
        """By the shop itself. Runs read 31 days: the months in them."""
        today = datetime.datetime.now(datetime.timezone.utc)
        first = today - datetime.timedelta(days=31)
        return Shop(self.place.port).months(f"{first:%Y-%m}", f"{today:%Y-%m}")

    def all_arrived(self, told):
        wait_for("all records", lambda: len(self.receiver.records) >= len(told), 40)
        got = {record["external_id"]: record for _, record in self.receiver.records.values()}
        self.assertEqual(set(got), set(told))
        for name, rows in told.items():
            self.assertEqual(got[name]["days"], days_of(rows), name)
            self.assertEqual([got[name][key] for key in ("report", "month", "sku", "source")],
                             ["sales", rows[0]["day"][:7], rows[0]["sku"], "sample"])

    def each_once(self, told):
        self.all_arrived(told)
        self.assertEqual(len(self.receiver.took), len(told))
        self.assertEqual(self.receiver.problems, [])

    def test_whoever_is_killed_when(self):
        """In the creation, behind it, while it waits, with the whole file, between pieces."""
        points = ["poller.answered:1", "poller.stored:1", "poller.stored:1", "poller.spooled:1",
                  "poller.stored:3", "poller.stored:2"]
        self.deploy(killed_at=points[0])
        told = self.expected()
        before = self.counted()["reports"]
        self.begin()
        for point, after in zip(points, points[1:] + [None]):
            wait_for(f"{point} to come", lambda: self.planned("armed") or self.planned("fired"), 30)
            if after:
                self.plan(after)
            wait_for(point, lambda: self.planned("fired"), 30)
            os.unlink(os.path.join(self.kills, "poller-1.fired"))
        self.each_once(told)
        self.assertNotIn("authorisation", self.place.waybill_any("status"))
        # the answer of the first creation was lost; behind it the cursor has the report
        self.assertEqual(self.counted()["reports"] - before, 2)
        self.assertEqual(self.place.down(), 0)

    def faults(self, words):
        self.place.ask("/sim/faults?set=" + words, "POST")

    def runs_read(self):
        return self.place.log("poller-1").count('"event":"run.read"')

    def read_again(self):
        """A whole run more, to its end."""
        before = self.runs_read()
        self.place.waybill("sync", "shop", "metrics", "--full")
        wait_for("the run's end", lambda: self.runs_read() > before, 30)

    def test_what_goes_wrong_with_a_report(self):
        self.deploy()
        told = self.expected()
        before = self.counted()
        self.faults("sample_report_never=1*1,sample_report_fatal=1*1,sample_report_cancelled=1*1,"
                    "sample_row_broken=1*1,sample_url_ended=1*2")
        self.begin()
        self.each_once(told)
        wait_for("the run's end", self.runs_read, 30)
        struck = self.place.ask("/sim/stats")["faults"]
        for fault, times in (("never", 1), ("fatal", 1), ("cancelled", 1)):
            self.assertEqual(struck[f"sample_report_{fault}"], times, fault)
        self.assertEqual((struck["sample_row_broken"], struck["sample_url_ended"]), (1, 2))
        self.assertEqual(self.counted()["moved"] - before["moved"], 2)
        rows = [row for process in json.loads(self.place.waybill("parked", "list", "--json").stdout)["processes"]
                for row in process["rows"]]
        self.assertEqual(len(rows), 1, rows)
        self.assertIn("a row of the report", rows[0]["reason"])
        self.assertEqual(self.place.down(), 0)

    def test_a_grant_that_ends_soon_is_told(self):
        """By log and status, as long as nobody authorised again; one that is good for a year is not."""
        self.deploy(grant="240h")
        self.begin()
        wait_for("the run's end", self.runs_read, 30)
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=240)
        for start in ("first", "second"):
            with self.subTest(start):
                said = self.place.waybill_any("status")
                self.assertRegex(said, r"authorisation of account default/shop ends on "
                                       rf"{ends:%Y-%m-%d}: authorise again and set grant")
                self.assertEqual(self.place.log("keeper-1").count('"event":"grant.ends"'),
                                 1 if start == "first" else 2)
            self.assertEqual(self.place.down(), 0)
            if start == "first":  # nothing asks for a token now: the keeper knows it by itself
                self.place.up()

    def test_a_document_breaks_off_and_a_report_that_is_made_again_changes_nothing(self):
        self.deploy()
        told = self.expected()
        self.faults("half@sample.files=1*2,sample_no_ranges=1*1")
        self.begin()
        self.each_once(told)
        counted = self.counted()
        # whole again, for no ranges were known; then the rest alone
        self.assertEqual((counted["files"], counted["ranges"]), (4, 1))
        self.read_again()
        self.faults("sample_report_empty=1*1")
        self.read_again()
        self.assertEqual(self.counted()["reports"] - counted["reports"], 2)
        self.each_once(told)
        self.assertEqual(self.place.down(), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
