# SPDX-License-Identifier: Apache-2.0
"""echo - stands between Waybill and the simulator, and quotes back whatever it was told.

Secrets and people get names that can be looked for. Some calls are refused, in every way there is,
with the whole request in the refusal: header by header, the body, the token.
"""
import http.client
import json
import threading
import urllib.error
import urllib.request

from receiver import Answering, Server

SECRET, PERSON = "zqxs", "zqxp"  # in every secret, in everything personal
TOKEN = f"Atza|{SECRET}-access-token/+="
PEOPLE = {
    "name": f"{PERSON}name O'{PERSON}lastname",
    "addressLine1": f"77 {PERSON}street",
    "addressLine2": f"{PERSON}second floor",
    "city": f"{PERSON}city",
    "postalCode": f"{PERSON.upper()}-9901",
    "phone": f"+1 555 {PERSON}",
}
EMAIL = f"{PERSON}.buyer@marketplace.example"
BROKEN = '{"NotificationType": "' + PERSON + 'notice", "oh": '  # no JSON, with something personal
HANDLE = "a-handle-of-nobody"


def person(text):
    """The orders of the simulator, with people to be looked for."""
    document = json.loads(text)
    for order in [document["order"]] if "order" in document else document.get("orders", []):
        order["buyer"] = {"buyerEmail": EMAIL, "buyerName": PEOPLE["name"]}
        order["recipient"] = {"deliveryAddress": {**order.get("recipient", {}).get(
            "deliveryAddress", {"countryCode": "US"}), **PEOPLE}}
    return json.dumps(document).encode()


class Echo:
    def __init__(self, sim_port):
        self.sim = f"http://127.0.0.1:{sim_port}"
        self.seen, self.quoted, self.sent_broken = {}, [], False
        self.lock = threading.Lock()
        echo = self

        class Handler(Answering):
            def do_POST(self):
                self.body = self.rfile.read(int(self.headers["Content-Length"]))
                self.say()

            def do_GET(self):
                self.body = b""
                self.say()

            def say(self):
                try:
                    status, data, headers = (*echo.serve(self), ())[:3]
                except (OSError, http.client.HTTPException):  # the simulator has ended
                    self.close_connection = True
                    return
                self.send(status, data, headers)

        self.server = Server(Handler)
        self.port = self.server.port

    def close(self):
        self.server.close()

    def serve(self, request):
        quote = " ".join([request.path, *(f"{name}: {value}" for name, value in request.headers.items()),
                          request.body.decode(errors="replace")])
        if request.path.startswith("/refuse"):
            return self.refuse(request, quote)
        if request.path == "/auth/o2/token":
            return 200, json.dumps({"access_token": TOKEN, "token_type": "bearer",
                                    "expires_in": 3600}).encode()
        if request.path.startswith("/orders/") and request.path.count("/") == 4:
            said = self.order(request, quote)
            if said:
                return said
        return self.forward(request)

    def refuse(self, request, quote):
        """An account of which nothing is accepted: its codes are what it was told."""
        self.note("account")
        if "token" in request.path:
            secret = request.body.decode().split("client_secret=")[1].split("&")[0]
            return 400, json.dumps({"error": secret, "error_description": quote}).encode()
        token = request.headers.get("X-Amz-Security-Token", "")
        return 403, json.dumps({"__type": f"com.amazon#{token}", "message": quote}).encode()

    def order(self, request, quote):
        """The n-th order decides how its first reads are refused; None: they are not."""
        with self.lock:
            turn, times = self.seen.setdefault(request.path.split("?")[0], [len(self.seen), 0])
            self.seen[request.path.split("?")[0]][1] += 1
        message = f"{request.headers.get('x-amz-access-token')}: {quote}"
        body = json.dumps({"errors": [{"code": request.headers.get("x-amz-access-token"),
                                       "message": message}]}).encode()
        if turn % 6 == 1:
            self.note("refused order")
            return 400, body
        if turn % 6 in (2, 3, 4) and times == 0:
            self.note("order later")
            return {2: 500, 3: 429, 4: 403}[turn % 6], body
        if turn % 6 == 5 and times == 0:
            self.note("broken order")
            return 200, b'{"order": {"buyer": "' + PEOPLE["name"].encode()
        return None

    def note(self, what):
        with self.lock:
            self.quoted.append(what)

    def forward(self, request):
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
        call = urllib.request.Request(self.sim + request.path, request.body or None, headers)
        try:
            with urllib.request.urlopen(call, timeout=60) as answer:
                status, data, told = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as answer:
            status, data, told = answer.code, answer.read(), answer.headers
        if status == 200 and request.path.startswith("/orders/"):
            data = person(data)
        if status == 200 and "ReceiveMessage" in request.headers.get("X-Amz-Target", ""):
            data = self.with_broken(data)
        kept = ("content-type", "x-amzn-ratelimit-limit", "date")
        return status, data, [(name, value) for name, value in told.items() if name.lower() in kept]

    def with_broken(self, data):
        with self.lock:
            first, self.sent_broken = not self.sent_broken, True
        if not first:
            return data
        document = json.loads(data or b"{}")
        document.setdefault("Messages", []).append(
            {"MessageId": "a-message", "ReceiptHandle": HANDLE, "Body": BROKEN})
        return json.dumps(document).encode()
