# SPDX-License-Identifier: Apache-2.0
"""/metrics as real Prometheus reads it: its own checker, its rules, and every panel of the dashboard.

usage: test_metrics.py FOLDER_OF_BINARIES ROOT_OF_THE_PROJECT
"""
import http.client
import json
import os
import socket
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

from api import GATEWAY, ApiCase
from deployment import CONFIG, Deployment, wait_for, with_us

BINARIES, ROOT = (os.path.abspath(word) for word in sys.argv[1:3])
del sys.argv[1:3]
ORDERS = 40
DEPLOY = os.path.join(ROOT, "deploy")
OPEN = "application/openmetrics-text;version=1.0.0"
PROMETHEUS = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: waybill
    authorization: {{credentials_file: {key}}}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Metrics(ApiCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Deployment(BINARIES, orders=ORDERS, config=CONFIG + GATEWAY)
        cls.addClassCleanup(cls.place.close)
        cls.key = cls.place.waybill("api-key", "add", "prometheus").stdout.strip()
        cls.place.up("--first")
        cls.port = cls.find_port()
        cls.place.ask("/sim/start", "POST")
        wait_for("all orders", lambda: cls.place.target().get("newest") == ORDERS, 60)
        cls.place.waybill("sync", "shop", "orders.sync")

    def scrape(self, accept=None, key=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        if accept:
            headers["Accept"] = accept
        link.request("GET", "/metrics", headers=headers)
        answer = link.getresponse()
        said = answer.read().decode()
        link.close()
        return answer.status, answer.headers["Content-Type"], said

    def test_the_checker_finds_nothing(self):
        status, kind, said = self.scrape()
        self.assertEqual((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"))
        check = subprocess.run(["promtool", "check", "metrics"], input=said, text=True,
                               capture_output=True, check=False)
        self.assertEqual((check.returncode, check.stdout + check.stderr), (0, ""))
        status, kind, said = self.scrape(accept=OPEN)
        self.assertEqual((status, kind.split(";")[0]), (200, "application/openmetrics-text"))
        self.assertTrue(said.endswith("\n# EOF\n"))
        self.assertEqual(self.scrape(key="wb_nobody_" + 64 * "0")[0], 401)

    def test_what_is_told_is_so(self):
        _, _, said = self.scrape()
        samples = dict(line.rsplit(" ", 1) for line in said.splitlines() if line[0] != "#")
        self.assertEqual(samples['waybill_delivered_total{process="pusher-1"}'], str(ORDERS))
        self.assertEqual(samples['waybill_up{process="mapper-1"}'], "1")
        self.assertEqual(samples['waybill_account_suspended{process="poller-1",account="default/shop"}'],
                         "0")
        self.assertNotIn("order", "".join(name for name in samples if "/order/" in name))

    def test_rules(self):
        for words in (["check", "rules", "rules.yml"], ["test", "rules", "rules.test.yml"]):
            run = subprocess.run(["promtool", *words], cwd=os.path.join(DEPLOY, "prometheus"),
                                 text=True, capture_output=True, check=False)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    # --- the real one ---

    def query(self, path, **query):
        url = f"http://127.0.0.1:{self.web}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def start(self):
        folder = os.path.join(self.place.folder, "prometheus")
        os.mkdir(folder)
        key, config = os.path.join(folder, "key"), os.path.join(folder, "prometheus.yml")
        with open(key, "w", encoding="ascii") as file:
            file.write(self.key)
        with open(config, "w", encoding="ascii") as file:
            file.write(PROMETHEUS.format(port=self.port, key=key,
                                         rules=os.path.join(DEPLOY, "prometheus", "rules.yml")))
        self.web = free_port()
        with open(os.path.join(folder, "log"), "wb") as log:
            process = subprocess.Popen(
                ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{self.web}"],
                stdout=log, stderr=log, preexec_fn=with_us)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for("Prometheus", self.is_ready, 60)

    def test_every_panel_and_rule_has_data(self):
        self.start()
        with open(os.path.join(DEPLOY, "grafana", "waybill.json"), encoding="ascii") as file:
            panels = json.load(file)["panels"]
        self.assertGreater(len(panels), 15)
        for panel in panels:
            for target in panel["targets"]:
                query = target["expr"].replace("$job", "waybill").replace("$__rate_interval", "5s")
                self.assertNotIn("$", query)
                wait_for(f"data of {panel['title']}: {query}",
                         lambda: self.query("/api/v1/query", query=query)["result"], 40)
        rules = [rule for group in self.query("/api/v1/rules")["groups"] for rule in group["rules"]]
        self.assertGreater(len(rules), 8)
        wait_for("rules that were looked at",
                 lambda: all(rule["health"] == "ok" for group in self.query("/api/v1/rules")["groups"]
                             for rule in group["rules"]), 40)
        firing = [alert["labels"]["alertname"] for alert in self.query("/api/v1/alerts")["alerts"]
                  if alert["state"] == "firing" and alert["labels"]["severity"] == "critical"]
        self.assertEqual(firing, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
