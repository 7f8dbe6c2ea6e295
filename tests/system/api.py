# SPDX-License-Identifier: Apache-2.0
"""A deployment with a gateway, asked by HTTP."""
import http.client
import json
import unittest

from deployment import wait_for

GATEWAY = "gateway: {{listen: 127.0.0.1:0}}\n"


class ApiCase(unittest.TestCase):
    """Who inherits sets `place` (a Deployment), `port` and `key`."""
    place, port, key = None, None, None

    @classmethod
    def told_port(cls, instance="gateway-1"):
        for answer in json.loads(cls.place.waybill_any("status", "--json") or "{}").get("processes", []):
            if answer.get("instance") == instance:
                return answer.get("port")
        return None

    @classmethod
    def find_port(cls, instance="gateway-1"):
        return wait_for(f"the port of {instance}", lambda: cls.told_port(instance))

    def ask(self, path, method="GET", key=True, headers=(), body=None, port=None):
        """Status, headers, and the answer as JSON."""
        link = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        given = dict(headers, **({"Authorization": f"Bearer {self.key}"} if key is True else
                                 {"Authorization": f"Bearer {key}"} if key else {}))
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        link.request(method, path, body=body, headers=given)
        answer = link.getresponse()
        said = answer.read()
        link.close()
        return answer.status, answer.headers, json.loads(said) if said else None

    def told(self, path, **how):
        """The answer, which has to be 200."""
        status, _, said = self.ask(path, **how)
        self.assertEqual(status, 200, said)
        return said

    def refused(self, status, path, **how):
        got, headers, problem = self.ask(path, **how)
        self.assertEqual(got, status, problem)
        self.assertEqual(headers["Content-Type"], "application/problem+json")
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"])
        return headers, problem

    def wrong(self, path, *fields, **how):
        """Refused for these fields."""
        _, problem = self.refused(400, path, **how)
        self.assertEqual([row["field"] for row in problem["errors"]], list(fields))
