# SPDX-License-Identifier: Apache-2.0
"""The pages of the dashboard as they are served, and who is logged in there.

usage: test_session.py FOLDER_OF_BINARIES
"""
import hashlib
import http.client
import json
import os
import re
import sys
import unittest

from api import GATEWAY
from deployment import CONFIG, Deployment, wait_for

BINARIES = os.path.abspath(sys.argv.pop(1))
OPEN_GATEWAY = "gateway: {{listen: 0.0.0.0:0}}\n"


class Browser:
    """What a browser does of itself: it keeps the cookie and says which page it comes from."""

    def __init__(self, port):
        self.port, self.cookie, self.csrf = port, None, None

    def ask(self, method, path, body=None, origin=True, csrf=True, headers=()):
        given = dict(headers)
        if self.cookie:
            given["Cookie"] = f"other=1; {self.cookie}"
        if origin:
            given["Origin"] = f"http://127.0.0.1:{self.port}" if origin is True else origin
        if csrf and self.csrf:
            given["X-CSRF-Token"] = self.csrf if csrf is True else csrf
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request(method, path, body=json.dumps(body) if body is not None else None, headers=given)
        answer = link.getresponse()
        said = answer.read()
        link.close()
        return answer, said

    def told(self, wanted, method, path, **how):
        answer, said = self.ask(method, path, **how)
        assert answer.status == wanted, (method, path, answer.status, said)
        return answer, json.loads(said)

    def log_in(self, wanted=200, **how):
        answer, said = self.told(wanted, "POST", "/api/session", body=how)
        if wanted == 200:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
            self.csrf = said["csrf"]
        return answer, said


class Session(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Deployment(BINARIES, orders=1, config=CONFIG + GATEWAY)
        cls.addClassCleanup(cls.place.close)
        cls.place.waybill("dashboard", wanted=1)  # nobody is there
        cls.place.up("--first")

    def code(self, *words):
        """The address that the command prints: its port, and its code."""
        address = self.place.waybill("dashboard", *words).stdout.strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#code=([0-9a-f]{64})", address)
        self.assertTrue(found, address)
        return int(found[1]), found[2]

    def browser(self):
        return Browser(self.code()[0])

    # --- the pages ---

    def test_pages(self):
        browser = self.browser()
        answer, page = browser.ask("GET", "/")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        named = set(re.findall(rb'(?:src|href)="(/[^"]+)"', page))
        self.assertTrue({b"/app.js", b"/style.css"} <= named, named)
        types = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
        todo, total = sorted(name.decode() for name in named), len(page)
        for path in todo:
            answer, said = browser.ask("GET", path)
            self.assertEqual(answer.status, 200, path)
            self.assertEqual(answer.headers["Content-Type"], types[path.rsplit(".", 1)[1]])
            total += len(said)
            todo += [f"/{name.decode()}" for name in re.findall(rb'from "\./([^"]+)"', said)
                     if f"/{name.decode()}" not in todo]
        self.assertLess(total, 150 * 1024)
        for path in ["/"] + todo:
            answer, _ = browser.ask("GET", path)
            policy = answer.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
            again, said = browser.ask("GET", path, headers={"If-None-Match": answer.headers["ETag"]})
            self.assertEqual((again.status, said), (304, b""))
            self.assertEqual(browser.ask("GET", path, headers={"If-None-Match": '"x"'})[0].status, 200)
            head, said = browser.ask("HEAD", path)
            self.assertEqual((head.status, said, head.headers["ETag"]), (200, b"", answer.headers["ETag"]))
        self.assertEqual(browser.told(405, "POST", "/", body={})[0].headers["Allow"], "GET")
        for path in ("/index.html", "/app.js/", "//app.js", "/pages/app.js", "/../app.js"):
            browser.told(404, "GET", path)

    # --- by a code of this machine ---

    def test_a_code_opens_once(self):
        port, code = self.code()
        browser = Browser(port)
        browser.told(401, "GET", "/api/session")
        answer, said = browser.log_in(code=code)
        self.assertEqual((said["key"], said["role"]), ("", "admin"))
        for word in ("HttpOnly", "SameSite=Strict", "Path=/", f"waybill-{port}="):
            self.assertIn(word, answer.headers["Set-Cookie"])
        self.assertEqual(browser.told(200, "GET", "/api/session")[1], said)
        wait_for("it has heard of others", lambda: browser.ask("GET", "/api/accounts")[0].status == 200, 10)
        Browser(port).log_in(401, code=code)
        self.assertEqual(Browser(port).log_in(code=self.code("--role", "read")[1])[1]["role"], "read")

    def test_what_is_no_login(self):
        port, code = self.code()
        for body in ({}, {"key": "x", "code": code}, {"code": "short"}, {"kye": "x"}, {"key": ""}, {"key": 7}):
            Browser(port).log_in(400, **body)
        Browser(port).log_in(401, key="wb_x_" + 64 * "0")
        Browser(port).log_in(401, code=64 * "0")
        Browser(port).told(403, "POST", "/api/session", body={"code": code}, origin="http://evil.example")
        Browser(port).log_in(code=code)  # what was refused before did not use it up

    def test_tls_in_front_makes_the_cookie_secure(self):
        port, code = self.code()
        answer, _ = Browser(port).told(200, "POST", "/api/session", body={"code": code},
                                       headers={"X-Forwarded-Proto": "https"},
                                       origin=f"https://127.0.0.1:{port}")
        self.assertIn("; Secure", answer.headers["Set-Cookie"])

    # --- by a key ---

    def test_it_has_the_keys_role_and_ends_with_it(self):
        key = self.place.waybill("api-key", "add", "ann").stdout.strip()
        browser = self.browser()
        wait_for("it counts", lambda: browser.ask("POST", "/api/session", body={"key": key})[0].status == 200, 5)
        _, said = browser.log_in(key=key)
        self.assertEqual((said["key"], said["role"]), ("ann", "read"))
        self.place.waybill("api-key", "revoke", "ann")
        wait_for("it counts no more", lambda: browser.ask("GET", "/api/session")[0].status == 401, 5)
        browser.log_in(401, key=key)

    # --- what a session may change ---

    def test_changes_need_the_word_and_our_own_page(self):
        port, code = self.code()
        browser = Browser(port)
        browser.log_in(code=code)
        for how in ({"csrf": False}, {"csrf": 64 * "0"}, {"origin": "http://evil.example"}, {"origin": "null"},
                    {"origin": f"http://127.0.0.1:{port + 1}"}):
            _, problem = browser.told(403, "DELETE", "/api/session", **how)
            self.assertIn("X-CSRF-Token", problem["detail"])
        browser.told(200, "GET", "/api/session")
        answer, _ = browser.told(200, "DELETE", "/api/session")
        self.assertIn("Max-Age=0", answer.headers["Set-Cookie"])
        browser.told(401, "GET", "/api/session")

    def test_a_cookie_of_anything(self):
        port, code = self.code()
        browser = Browser(port)
        browser.log_in(code=code)
        good = browser.cookie
        for cookie in ("", "waybill", good[:-1], good + "0", good.replace("waybill", "waybil"), f"x{good}",
                       good.split("=")[0] + "=", ";;;=;", good.upper()):
            browser.cookie = cookie
            browser.told(401, "GET", "/api/session")
        browser.cookie = f"a=b;{good}"
        browser.told(200, "GET", "/api/session")

    def test_the_process_forgets(self):
        port, code = self.code()
        browser = Browser(port)
        browser.log_in(code=code)
        pid = self.place.pid("gateway-1")
        os.kill(pid, 9)
        wait_for("another one", lambda: self.place.pid("gateway-1") not in (None, pid), 20)
        self.assertEqual(self.code()[0], port)  # who looks at the pages finds it again
        browser.told(401, "GET", "/api/session")


class Elsewhere(unittest.TestCase):
    """It listens to other machines, too: codes open nothing."""

    def test_no_codes(self):
        place = Deployment(BINARIES, orders=1, config=CONFIG + OPEN_GATEWAY)
        self.addCleanup(place.close)
        place.up("--first")
        address = place.waybill("dashboard").stdout.strip()
        found = re.fullmatch(r"http://localhost:(\d+)/", address)
        self.assertTrue(found, address)
        code = 64 * "a"
        os.mkdir(place.state("run", "codes"))
        with open(place.state("run", "codes", hashlib.sha256(code.encode()).hexdigest()), "w", encoding="ascii") as file:
            file.write("admin")
        Browser(int(found[1])).log_in(401, code=code)
        key = place.waybill("api-key", "add", "ann").stdout.strip()
        wait_for("it counts", lambda: Browser(int(found[1])).ask("POST", "/api/session", body={"key": key})[0].status == 200, 5)


if __name__ == "__main__":
    unittest.main()
