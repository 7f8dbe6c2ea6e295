# SPDX-License-Identifier: Apache-2.0
"""receiver - a webhook target, written from docs/webhook.md and nothing else.

It checks the signature and its time, remembers keys of idempotency with their answers, and compares
revisions. A test gives `answer` to say something else than "done".
"""
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SKEW_S = 300


def signature_problem(header, secret, body, now=None):
    """"The signature": None when it is good."""
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    if "t" not in parts or "v1" not in parts:
        return "no signature"
    wanted = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, parts["v1"]):
        return "wrong signature"
    if abs((now or time.time()) - int(parts["t"])) > SKEW_S:
        return "stale signature"
    return None


class Server(ThreadingHTTPServer):
    """A client that is killed in mid-call is no news."""
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close(self):
        self.shutdown()
        self.server_close()


class Answering(BaseHTTPRequestHandler):
    """A handler that says nothing of its own: headers and body as given, on a kept connection."""
    protocol_version = "HTTP/1.1"

    def send(self, status, data, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Receiver:
    """Records by key, as (revision, record); `took` has (key, revision) of each that took effect."""

    def __init__(self, secret="", answer=None):
        self.secret, self.answer = secret, answer
        self.records, self.took, self.problems, self.requests = {}, [], [], 0
        self.known, self.lock = {}, threading.Lock()
        receiver = self

        class Handler(Answering):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.say(*receiver.post(self.headers, body))

            def do_GET(self):
                self.say(*receiver.probe(self.headers, self.path))

            def say(self, status, body, headers=()):
                if status is None:  # the connection ends without an answer
                    self.close_connection = True
                    return
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send(status, data, headers)

        self.server = Server(Handler)
        self.url = f"http://127.0.0.1:{self.server.port}/in"

    def close(self):
        self.server.close()

    def checked(self, headers, body):
        problem = self.secret and signature_problem(headers["X-Waybill-Signature"], self.secret, body)
        if problem:
            self.problems.append(problem)
        return not problem

    def one(self, headers, record):
        """"The one rule": what became of it."""
        key, revision = record["key"], record["revision"]
        if not 0 < revision < 2 ** 63:
            self.problems.append(f"revision {revision}")
        if record.get("idempotency_key") in self.known:
            return dict(self.known[record["idempotency_key"]])
        held = self.records.get(key)
        result = {"key": key, "status": "unchanged"}
        if held is None or held[0] < revision:
            self.records[key] = (revision, record["record"])
            self.took.append((key, revision))
            result = {"key": key, "status": "done", "id": f"ERP-{len(self.took)}"}
        self.known[record["idempotency_key"]] = result
        return dict(result)

    def told(self, headers, document):
        """The records of a request, whichever of the forms it has."""
        if "records" in document:
            return document["records"]
        if "X-Waybill-Key" in headers:  # style: bare
            return [{"key": headers["X-Waybill-Key"], "kind": headers["X-Waybill-Kind"],
                     "revision": int(headers["X-Waybill-Revision"]),
                     "idempotency_key": headers["Idempotency-Key"], "record": document}]
        if (headers["Idempotency-Key"] != document["idempotency_key"] or
                headers["X-Waybill-Revision"] != str(document["revision"])):
            self.problems.append("headers and body differ")
        return [document]

    def post(self, headers, body):
        with self.lock:
            self.requests += 1
            if not self.checked(headers, body):
                return 401, {}
            records = self.told(headers, json.loads(body))
            said = self.answer and self.answer(headers, records)
            if said:
                return said
            return 200, {"results": [self.one(headers, record) for record in records]}

    def probe(self, headers, path):
        """"The probe", at probe_url: .../records/{key}"""
        with self.lock:
            if not self.checked(headers, b""):
                return 401, {}
            key = urllib.parse.unquote(path.split("/records/", 1)[1])
            held = self.records.get(key)
            if not held:
                return 404, {}
            return 200, {"key": key, "revision": held[0], "id": "ERP-probed"}
