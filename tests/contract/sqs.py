#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts moto's SQS server on a free loopback port, makes a user and a role, turns its strict check
of signatures on, and runs the test program against it.

Usage: sqs.py VENV PROGRAM. The venv has a server from tests/peers.sh."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ALLOW_SQS = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'
)
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},'
    '"Action":"sts:AssumeRole"}]}'
)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def post(url, service, fields):
    request = urllib.request.Request(url, data=urllib.parse.urlencode(fields).encode())
    request.add_header(
        "Authorization",
        f"AWS4-HMAC-SHA256 Credential=setup/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host, Signature=none",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def between(text, tag):
    return re.search(f"<{tag}>([^<]*)</{tag}>", text).group(1)


def wait_for(url, server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return False
        try:
            urllib.request.urlopen(url + "/moto-api/", timeout=2).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def set_up(url):
    """The credentials, as the program's environment."""
    env = {}
    post(url, "iam", {"Action": "CreateUser", "UserName": "waybill"})
    post(
        url,
        "iam",
        {
            "Action": "PutUserPolicy",
            "UserName": "waybill",
            "PolicyName": "queues",
            "PolicyDocument": ALLOW_SQS,
        },
    )
    key = post(url, "iam", {"Action": "CreateAccessKey", "UserName": "waybill"})
    env["WB_USER_KEY"] = between(key, "AccessKeyId")
    env["WB_USER_SECRET"] = between(key, "SecretAccessKey")
    role = post(
        url,
        "iam",
        {"Action": "CreateRole", "RoleName": "reader", "AssumeRolePolicyDocument": TRUST},
    )
    post(
        url,
        "iam",
        {
            "Action": "PutRolePolicy",
            "RoleName": "reader",
            "PolicyName": "queues",
            "PolicyDocument": ALLOW_SQS,
        },
    )
    session = post(
        url,
        "sts",
        {"Action": "AssumeRole", "RoleArn": between(role, "Arn"), "RoleSessionName": "test"},
    )
    env["WB_ROLE_KEY"] = between(session, "AccessKeyId")
    env["WB_ROLE_SECRET"] = between(session, "SecretAccessKey")
    env["WB_ROLE_TOKEN"] = between(session, "SessionToken")
    strict = urllib.request.Request(
        url + "/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}
    )
    urllib.request.urlopen(strict, timeout=10).close()
    return env


def run(venv, program, log):
    url = f"http://127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [os.path.join(venv, "bin", "moto_server"), "-H", "127.0.0.1", "-p", url.rsplit(":", 1)[1]],
        stdout=log,
        stderr=log,
        env={k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")},
    )
    try:
        if not wait_for(url, server):
            print("the SQS server did not start")
            return 1
        env = dict(os.environ, WB_SQS_URL=url, **set_up(url))
        return subprocess.run([program], env=env, timeout=120, check=False).returncode
    finally:
        server.terminate()
        server.wait(timeout=10)


def main():
    venv, program = sys.argv[1:]
    if not os.path.exists(os.path.join(venv, "bin", "moto_server")):
        print(f"no SQS server in {venv}: tests/peers.sh installs it")
        return 1
    with tempfile.TemporaryFile() as log:
        code = run(venv, program, log)
        if code:
            log.seek(0)
            sys.stdout.write(log.read().decode(errors="replace")[-6000:])
    return code


if __name__ == "__main__":
    sys.exit(main())
