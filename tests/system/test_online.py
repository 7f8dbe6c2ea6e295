# SPDX-License-Identifier: Apache-2.0
"""`waybill check --online`: what is wrong with an account is said in words, with and without a deployment."""
import json
import os
import sys
import unittest

from deployment import Deployment

BINARIES = os.path.abspath(sys.argv.pop(1))

MALL = """\
  {name}:
    connector: temu
    options:
      url: {url}/temu/openapi/router
      app_key: ${{env:T_APP_KEY}}
      app_secret: ${{env:{secret}}}
      access_token: ${{env:{token}}}
      mall_id: "{mall}"
"""
REST = """\
  closed: {{connector: webhook, options: {{url: 'http://127.0.0.1:1/erp', ask_url: 'http://127.0.0.1:1/'}}}}
  nowhere: {{connector: webhook, options: {{url: 'http://no-such-host.invalid/', ask_url: 'http://no-such-host.invalid/'}}}}
  untrusted: {{connector: webhook, options: {{url: 'https://127.0.0.1:{port}/', ask_url: 'https://127.0.0.1:{port}/'}}}}
  mute: {{connector: webhook, options: {{url: 'http://127.0.0.1:1/erp'}}}}
"""


def config(port, mall):
    url = f"http://127.0.0.1:{port}"
    shop = {"url": url, "secret": "T_APP_SECRET", "token": "T_ACCESS_TOKEN", "mall": mall}
    return ("state: state\nheartbeat_ms: 200ms\naccounts:\n" + MALL.format(name="shop", **shop) +
            MALL.format(name="other", **(shop | {"mall": "634418212345999"})) +
            MALL.format(name="unsigned", **(shop | {"secret": "T_WRONG"})) +
            MALL.format(name="ended", **(shop | {"token": "T_WRONG"})) + REST.format(port=port))


class Online(unittest.TestCase):
    def setUp(self):
        self.deployment = Deployment(BINARIES, orders=5, extra=("--shop", "temu", "--erp", "webhook"))
        self.addCleanup(self.deployment.close)
        self.deployment.environment["T_WRONG"] = "0123456789abcdef0123456789abcdef"
        with open(self.deployment.config, "w", encoding="utf-8") as file:
            file.write(config(self.deployment.port, self.deployment.environment["T_MALL_ID"]))

    def ask(self, *names, wanted):
        said = self.deployment.waybill("check", "--online", "--json", *names, wanted=wanted)
        return {row["account"].split("/")[1]: row for row in json.loads(said.stdout)["accounts"]}

    def test_each_account_by_itself(self):
        rows = self.ask(wanted=1)
        wanted = {"shop": ("good", ""), "other": ("wrong", "another shop"),
                  "unsigned": ("wrong", ""), "ended": ("wrong", ""),
                  "closed": ("wrong", "127.0.0.1:1: "), "nowhere": ("wrong", "no-such-host.invalid: "),
                  "untrusted": ("wrong", "127.0.0.1"), "mute": ("not asked", "no harmless question")}
        for name, (verdict, words) in wanted.items():
            self.assertEqual(rows[name]["verdict"], verdict, rows[name])
            self.assertIn(words, rows[name]["text"], rows[name])
            self.assertEqual(rows[name]["wrong"], verdict == "wrong", rows[name])
            self.assertNotIn(self.deployment.environment["T_ACCESS_TOKEN"], json.dumps(rows[name]))
        self.assertEqual(rows["shop"]["shop"], self.deployment.environment["T_MALL_ID"])
        self.assertEqual(rows["other"]["trouble"], "shop")
        self.assertIn("bg.order.list.v2.get", rows["shop"]["scopes"])
        self.assertTrue(rows["shop"]["expires"].startswith("20"))

    def test_those_that_are_named(self):
        rows = self.ask("shop", "mute", wanted=0)
        self.assertEqual(sorted(rows), ["mute", "shop"])
        table = self.deployment.waybill("check", "--online", "shop").stdout
        self.assertIn("good until", table)
        said = self.deployment.waybill("check", "--online", "nobody", wanted=2)
        self.assertIn("there is no account nobody", said.stderr)
        self.assertIn("one file", self.deployment.waybill("check", "a", "b", wanted=2).stderr)


if __name__ == "__main__":
    unittest.main()
