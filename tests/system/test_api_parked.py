# SPDX-License-Identifier: Apache-2.0
"""What is parked, by the HTTP API: counted, sent again, dropped; and many who look at the overview cost as one.

usage: test_api_parked.py FOLDER_OF_BINARIES
"""
import http.client
import json
import os
import sys
import threading
import unittest
from urllib.parse import quote

from api import GATEWAY
from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 6
LOOKERS = 200
PAUSED = CONFIG.replace("  erp:\n", "  erp:\n    paused: true\n")


class Parked(unittest.TestCase):
    """The target is paused, so that orders wait there; some are set aside by hand."""

    def setUp(self):
        self.place = Deployment(BINARIES, orders=ORDERS, config=PAUSED + GATEWAY)
        self.addCleanup(self.place.close)
        self.keys = {role: self.place.waybill("api-key", "add", role, "--role", role).stdout.strip() for role in ("read", "operate")}
        self.place.up("--first")
        with open(self.place.state("run", "gateway-1.address"), encoding="ascii") as file:
            self.port = int(file.read().rsplit(":", 1)[1])
        wait_for("the gateway to hear of the others", lambda: all(
            self.ask("GET", path)[0] == 200 for path in ("/api/records", "/api/accounts", "/api/parked")), 20)
        self.place.ask("/sim/start", "POST")
        self.records = wait_for("all orders", lambda: self.all_records(), 60)

    def ask(self, method, path, body=None, role="operate"):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request(method, path, json.dumps(body) if body is not None else None, {"Authorization": f"Bearer {self.keys[role]}"})
        answer = link.getresponse()
        said = json.loads(answer.read())
        link.close()
        return answer.status, said

    def told(self, path):
        status, said = self.ask("GET", path)
        self.assertEqual(status, 200, said)
        return said

    def all_records(self):
        records = [row["record"] for row in self.told("/api/records?kind=order&limit=4")["records"]]
        page = self.told("/api/records?kind=order&limit=4")
        if "next" in page:
            records += [row["record"] for row in self.told(f"/api/records?kind=order&limit=4&after={quote(page['next'], safe='')}")["records"]]
        return sorted(records) if len(set(records)) == ORDERS else None

    def set_aside(self, record):
        wait_for("it waits there", lambda: self.place.waybill_ended("parked", "aside", "--record", record).returncode == 0, 30)

    def parked(self):
        return {row["record"]: row["id"] for row in self.told("/api/parked")["parked"]}

    def test_parked(self):
        for record in self.records[:3]:
            self.set_aside(record)
        counted = self.told("/api/parked/groups")
        self.assertEqual((counted["count"], counted["more"], counted["silent"]), (3, False, []))
        group = counted["groups"][0]
        self.assertEqual((len(counted["groups"]), group["account"], group["count"]), (1, "default/erp", 3))
        wait_for("the card tells it", lambda: [row["parked"] for row in self.told("/api/overview")["accounts"]
                                                if row["account"] == "default/erp"] == [3], 20)
        whole = {"account": group["account"], "reason": group["reason"], "count": 3, "until": group["last"]}

        # Whose role it is not, what is no filter, what has grown: nothing is changed.
        self.assertEqual(self.ask("POST", "/api/parked/drop", whole, role="read")[0], 403)
        for body in ({}, {"count": 3}, {"all": True}, {"all": True, "account": "default/erp", "count": 3}, {"all": False, "count": 1},
                     {**whole, "count": 0}, {**whole, "until": "yesterday"}, {**whole, "x": 1}, {**whole, "reason": 121 * "x"}):
            self.assertEqual(self.ask("POST", "/api/parked/drop", body)[0], 400, body)
        status, problem = self.ask("POST", "/api/parked/drop", {"all": True, "count": 2})
        self.assertEqual(status, 409)
        self.assertIn("3 fit it now", problem["detail"])
        for path in (f"/api/parked/{32 * '0'}/drop", f"/api/parked/{32 * 'x'}/retry"):
            self.assertEqual(self.ask("POST", path)[0], 404)
        self.assertEqual(len(self.parked()), 3)

        # One is dropped, once.
        one = self.parked()[self.records[0]]
        self.assertEqual(self.ask("POST", f"/api/parked/{one}/drop"), (200, {"changed": 1, "kept": 0, "why": "", "silent": []}))
        self.assertEqual(self.ask("POST", f"/api/parked/{one}/drop")[0], 404)

        # What came after it was counted stays; the rest goes.
        self.set_aside(self.records[3])
        self.assertEqual(self.ask("POST", "/api/parked/drop", whole)[1]["changed"], 2)
        self.assertEqual(list(self.parked()), [self.records[3]])

        # One is sent again, and waits as before.
        status, said = self.ask("POST", f"/api/parked/{self.parked()[self.records[3]]}/retry")
        self.assertEqual((status, said["changed"]), (200, 1))
        self.assertEqual(self.parked(), {})
        events = self.told("/api/why/" + quote(self.records[3], safe=""))["events"]
        self.assertIn("retried", [event["what"] for event in events])

        # A process that has to be asked is away: its part is as it was.
        self.set_aside(self.records[4])
        one = self.parked()[self.records[4]]
        pid = self.place.pid("pusher-1")
        os.kill(pid, 19)
        try:
            self.assertEqual(self.ask("POST", f"/api/parked/{one}/drop")[0], 503)
        finally:
            os.kill(pid, 18)

    def test_many_who_look_cost_as_one(self):
        def cpu(instance):
            with open(f"/proc/{self.place.pid(instance)}/stat", encoding="ascii") as file:
                words = file.read().rsplit(")", 1)[1].split()
            return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

        asked = wait_for("processes to be asked", lambda: self.told("/api/overview"), 20)
        taken = {row["instance"]: row["taken"] for row in asked["processes"]}
        got, refused, ended = [], [], threading.Event()

        def look():
            """As a browser: one connection, asked again at once; it is too many at most as it comes."""
            version, link = asked["version"], http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            while not ended.is_set():
                link.request("GET", f"/api/overview?after={version}", headers={"Authorization": f"Bearer {self.keys['read']}"})
                answer = link.getresponse()
                said = json.loads(answer.read())
                if answer.status == 200:
                    got.append(said["version"] > version)
                    version = said["version"]
                else:
                    refused.append((answer.status, version != asked["version"]))
                    ended.wait(0.3)
            link.close()

        lookers = [threading.Thread(target=look) for _ in range(LOOKERS)]
        for looker in lookers:
            looker.start()
        try:
            wait_for("a board for each", lambda: len(got) >= LOOKERS, 30)
            before, first = cpu("gateway-1"), len(got)
            wait_for("five more for each", lambda: len(got) >= first + 5 * LOOKERS, 60)
            used = cpu("gateway-1") - before
        finally:
            ended.set()
        for looker in lookers:
            looker.join()
        self.assertEqual([row for row in refused if row != (503, False)], [])
        self.assertEqual(set(got), {True})
        now = {row["instance"]: row["taken"] for row in self.told("/api/overview")["processes"]}
        self.assertLess(now["keeper-1"] - taken["keeper-1"], 60)  # not 5 times 200: one question serves all
        print(f"{len(got)} answers for {LOOKERS} who look: {1000 * used / (len(got) - first):.2f} ms of the gateway each")
        self.assertNotIn("path=/api/overview", self.place.log("gateway-1"))


if __name__ == "__main__":
    unittest.main()
