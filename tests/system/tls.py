# SPDX-License-Identifier: Apache-2.0
"""Certificates made here, and targets behind them that count what they get."""
import http.server
import json
import os
import ssl
import subprocess
import threading

DAYS = "7"


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def make_authority(folder, name):
    """NAME.pem and NAME.key: who signs."""
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", name + ".key", "-out", name + ".pem", "-days", DAYS,
            "-subj", "/CN=" + name, "-addext", "keyUsage=critical,keyCertSign")


def make_certificate(folder, authority, host, name):
    """NAME.pem: of a server at `host`, with its key."""
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + host)
    with open(os.path.join(folder, name + ".ext"), "w", encoding="ascii") as file:
        file.write(f"subjectAltName=DNS:{host}\n")
    openssl(folder, "x509", "-req", "-in", name + ".csr", "-CA", authority + ".pem",
            "-CAkey", authority + ".key", "-CAcreateserial", "-days", DAYS,
            "-extfile", name + ".ext", "-out", name + ".crt")
    with open(os.path.join(folder, name + ".pem"), "w", encoding="ascii") as whole:
        for part in (".crt", ".key"):
            with open(os.path.join(folder, name + part), encoding="ascii") as file:
                whole.write(file.read())


class Target:
    """An HTTP server on a loopback port, with TLS if it has a certificate. `answer(handler)` says
    what it answers; `keys` are those of the records that reached it, `requests` how many did."""

    def __init__(self, certificate=None, answer=None):
        target = self
        self.keys, self.requests, self.lock = set(), 0, threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with target.lock:
                    target.requests += 1
                    target.keys.add(json.loads(body)["key"])
                (answer or say_done)(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that refuses us ends the handshake
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def say_done(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def say_moved(where):
    def answer(handler):
        handler.send_response(307)
        handler.send_header("Location", where())
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    return answer


def say_without_end(handler):
    """As long as somebody listens."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    try:
        while True:
            handler.wfile.write(chunk)
    except OSError:
        handler.close_connection = True
