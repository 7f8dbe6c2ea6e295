# SPDX-License-Identifier: Apache-2.0
"""sim_client - starts a waybill-sim and talks to it: signed queue calls, tokens, orders, the target.

Standard library only, and written apart from the simulator: its signatures are computed here by the
published rules.
"""
import datetime
import hashlib
import hmac
import http.client
import json
import subprocess
import urllib.parse


class Sim:
    def __init__(self, binary, *options, env=None):
        self.process = subprocess.Popen([binary, *options], stdout=subprocess.PIPE, text=True, env=env)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.host = f"127.0.0.1:{self.port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.terminate()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        assert code == 0, f"waybill-sim ended with {code}"

    def call(self, method, path, body=None, headers=None):
        """(status, headers, bytes); a connection that broke is opened again by the next call."""
        try:
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def json(self, method, path, body=None, headers=None):
        status, _, data = self.call(method, path, body, headers)
        return status, json.loads(data) if data else None

    def stats(self):
        return self.json("GET", "/sim/stats")[1]

    def sqs(self, operation, arguments, **how):
        body = json.dumps(arguments).encode()
        return self.json("POST", "/", body, sign(self.host, operation, body, **how))

    def queue_url(self, name="q1"):
        return f"http://{self.host}/000000000000/{name}"

    def receive(self, most=10, wait=0, **more):
        arguments = {"QueueUrl": self.queue_url(), "MaxNumberOfMessages": most, "WaitTimeSeconds": wait}
        status, answer = self.sqs("ReceiveMessage", {**arguments, **more})
        assert status == 200, answer
        return answer.get("Messages", [])

    def delete(self, messages):
        entries = [{"Id": f"m{i}", "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
        return self.sqs("DeleteMessageBatch", {"QueueUrl": self.queue_url(), "Entries": entries})

    def token(self, account=1, **change):
        form = {"grant_type": "refresh_token", "refresh_token": f"Atzr|sim-{account}",
                "client_id": f"amzn1.application-oa2-client.sim{account}",
                "client_secret": f"sim-client-{account}", **change}
        return self.json("POST", "/auth/o2/token", urllib.parse.urlencode(form),
                         {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"})

    def push(self, record, target="erp", revision=None, key=None, idempotency=None):
        body = {"key": key or record["key"], "revision": revision or record["revision"],
                "kind": "order", "idempotency_key": idempotency or record.get("idempotency"),
                "record": {"seller_order_id": record["marker"]}}
        return self.json("POST", f"/erp/{target}", json.dumps(body))


def sign(host, operation, body, number=1, secret=None, token=None, skew_s=0, headers=None):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=skew_s)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    signed = {"content-type": "application/x-amz-json-1.0", "host": host, "x-amz-date": stamp,
              "x-amz-target": f"AmazonSQS.{operation}", **(headers or {})}
    if token:
        signed["x-amz-security-token"] = token
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/us-east-1/sqs/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + (secret or f"sim-secret-{number}")).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    signed["Authorization"] = (f"AWS4-HMAC-SHA256 Credential=AKIASIM{number}/{scope}, "
                               f"SignedHeaders={names}, Signature={signature}")
    return signed
