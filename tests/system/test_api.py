# SPDX-License-Identifier: Apache-2.0
"""The HTTP API of a deployment: who may, what is refused and how, and what is answered.

usage: test_api.py FOLDER_OF_BINARIES
"""
import os
import socket
import sys
import unittest

from api import GATEWAY, ApiCase
from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
ORDERS = 30


class Api(ApiCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Deployment(BINARIES, orders=ORDERS, config=CONFIG + GATEWAY)
        cls.addClassCleanup(cls.place.close)
        cls.key = cls.place.waybill("api-key", "add", "tester").stdout.strip()
        cls.place.up("--first")
        cls.port = cls.find_port()
        cls.place.ask("/sim/start", "POST")
        wait_for("all orders", lambda: cls.place.target().get("newest") == ORDERS, 60)

    # --- who may ---

    def test_who_may(self):
        self.assertEqual(self.ask("/api/health", key=None)[0], 200)
        for key in (None, "", "wb_tester_" + 64 * "0", self.key[:-1], self.key + "0",
                    self.key.replace("tester", "nobody"), "Basic abc"):
            headers, _ = self.refused(401, "/api/accounts", key=key)
            self.assertEqual(headers["WWW-Authenticate"], "Bearer")
        self.assertEqual(self.ask("/api/accounts")[0], 200)
        self.assertEqual(self.ask("/api/accounts", key=None, headers={"X-Api-Key": self.key})[0], 200)

    def test_a_revoked_key_counts_no_more(self):
        key = self.place.waybill("api-key", "add", "short").stdout.strip()
        self.place.waybill("api-key", "add", "short", wanted=1)
        wait_for("it counts", lambda: self.ask("/api/accounts", key=key)[0] == 200, 5)
        self.place.waybill("api-key", "revoke", "short")
        wait_for("it counts no more", lambda: self.ask("/api/accounts", key=key)[0] == 401, 5)
        self.place.waybill("api-key", "revoke", "short", wanted=1)
        names = [row["name"] for row in self.place.told("api-key", "list")["keys"]]
        self.assertEqual(names, ["tester"])
        folder = os.path.join(self.place.folder, "state", "api-keys")
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="ascii") as file:
                self.assertNotIn(self.key[-64:], file.read())

    # --- what is refused ---

    def test_what_there_is_not(self):
        self.refused(404, "/api/nothing")
        self.refused(404, "/api/accounts/")
        self.refused(404, "/%2e%2e/%2e%2e/etc/passwd", key=None)
        headers, _ = self.refused(405, "/api/accounts", method="DELETE")
        self.assertEqual(headers["Allow"], "GET")

    def test_wrong_fields_are_named(self):
        _, problem = self.refused(400, "/api/parked?limit=0&reason=" + 600 * "x")
        self.assertEqual([row["field"] for row in problem["errors"]], ["query.limit", "query.reason"])
        for query in ("limit=many", "limit=1&limit=2", "limt=1", "account=%zz", "account=%00",
                      "account=%ff"):
            self.refused(400, "/api/parked?" + query)

    # --- what is answered ---

    def test_accounts(self):
        _, _, said = self.ask("/api/accounts")
        self.assertEqual(said, {"accounts": self.place.told("accounts", "list")["accounts"], "silent": []})

    def test_why(self):
        key = self.place.told("records", "list", "--kind", "order", "--limit", "1")["records"][0]["record"]
        status, _, said = self.ask("/api/why/" + key.replace("/", "%2F"))
        self.assertEqual((status, said["record"], said["known"]), (200, key, True))
        for none in ("default%2Fshop%2Forder%2Fnone", 300 * "0", "%2F", "a%2Fb"):
            self.refused(404, "/api/why/" + none)

    def test_parked(self):
        _, _, said = self.ask("/api/parked?account=default/shop&limit=1")
        self.assertEqual(said, {"parked": [], "total": 0, "silent": []})

    def test_a_process_that_does_not_answer(self):
        pid = self.place.pid("poller-1")
        os.kill(pid, 19)
        try:
            self.refused(503, "/api/accounts")
        finally:
            os.kill(pid, 18)
        wait_for("it answers", lambda: self.ask("/api/accounts")[0] == 200, 20)

    # --- and nobody is in anybody's way ---

    def test_strangers_do_not_stop_it(self):
        links = []
        for _ in range(250):
            links.append(socket.create_connection(("127.0.0.1", self.port), timeout=5))
            try:
                links[-1].send(b"GET /api/hea")
            except OSError:
                pass  # closed as it came
        self.assertIn(self.place.told("status")["processes"][0]["instance"], "broker-1 enricher-1")
        for link in links:
            link.close()
        wait_for("room for others", lambda: self.ask("/api/health", key=None)[0] == 200, 20)


if __name__ == "__main__":
    unittest.main()
