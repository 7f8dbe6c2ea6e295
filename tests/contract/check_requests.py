#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every request that the Amazon connector builds against the published models, and every
signature with a second implementation of Signature Version 4.

Usage: check_requests.py PROGRAM FIXTURES. PROGRAM prints the requests (print_requests.c). Exit 77
when the models are not there."""

import copy
import datetime
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import urllib.parse

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PAGE_TOKEN = "a+b/c==%2B"
TOKEN_NAMES = {"paginationToken", "NextToken"}
OPERATIONS = {
    "orders.get": ("orders_2026-01-01", "getOrder"),
    "orders.search.2026": ("orders_2026-01-01", "searchOrders"),
    "orders.search.v0": ("ordersV0", "getOrders"),
    "orders.list50.v0": ("ordersV0", "getOrders"),
    "orders.items.v0": ("ordersV0", "getOrderItems"),
    "sqs.receive": ("sqs", "ReceiveMessage"),
    "sqs.delete": ("sqs", "DeleteMessageBatch"),
    "sqs.release": ("sqs", "ChangeMessageVisibilityBatch"),
    "lwa.refresh": ("lwa", "refresh_token"),
    "lwa.grantless": ("lwa", "client_credentials"),
}


class Bad(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Bad(why)


def find_operation(model, name):
    for path, methods in model["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and operation.get("operationId") == name:
                shared = methods.get("parameters", [])
                return path, method.upper(), shared + operation["parameters"]
    raise Bad(f"the model has no {name}")


def check_value(rule, text):
    kind = rule["type"]
    if kind == "array":
        items = text.split(",")
        need(len(items) <= rule.get("maxItems", 10**6), f"{rule['name']}: too many")
        for item in items:
            check_value(dict(rule["items"], name=rule["name"]), item)
        return
    need(text != "", f"{rule['name']} is empty")
    if kind == "integer":
        need(re.fullmatch(r"\d+", text), f"{rule['name']} is no integer")
        need(1 <= int(text) <= 100, f"{rule['name']} is out of range")
    if "enum" in rule:
        need(text in rule["enum"], f"{rule['name']}: {text} is not in the model")
    if rule.get("format") == "date-time" or re.search(r"(After|Before)$", rule["name"]):
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def check_pairs(values):
    for after, before in (
        ("createdAfter", "createdBefore"),
        ("lastUpdatedAfter", "lastUpdatedBefore"),
        ("CreatedAfter", "CreatedBefore"),
        ("LastUpdatedAfter", "LastUpdatedBefore"),
    ):
        if before in values:
            need(after in values, f"{before} without {after}")
            need(values[after] <= values[before], f"{before} is earlier than {after}")
    need(
        not ("lastUpdatedAfter" in values and "createdAfter" in values), "two kinds of time filter"
    )


def check_spapi(line, model, name):
    path, method, rules = find_operation(model, name)
    url = urllib.parse.urlsplit(line["url"])
    need(line["method"] == method, "method")
    need(url.scheme == "https" and url.netloc == model["host"], "host")
    pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(path))
    need(re.fullmatch(pattern, url.path), f"path {url.path} is not {path}")
    need(line["template"] == path, "the template is not the model's path")
    need(line["body"] == "", "a GET with a body is refused")
    values = {}
    for pair in filter(None, url.query.split("&")):
        key, _, raw = pair.partition("=")
        need(re.fullmatch(r"[A-Za-z0-9_.~,-]*(%[0-9A-F]{2}[A-Za-z0-9_.~,-]*)*", raw), f"{key} is not encoded")
        need(key not in values, f"{key} is there twice")
        values[key] = urllib.parse.unquote(raw)
    known = {rule["name"]: rule for rule in rules if rule["in"] == "query"}
    for key, value in values.items():
        need(key in known, f"the model has no parameter {key}")
        if key in TOKEN_NAMES:
            need(value == PAGE_TOKEN, f"{key} is not encoded exactly once")
        else:
            check_value(known[key], value)
    for rule in known.values():
        need(not rule.get("required") or rule["name"] in values, f"{rule['name']} is missing")
    check_pairs(values)
    headers = {key.lower(): value for key, value in line["headers"].items()}
    need(headers.get("x-amz-access-token") == "Atza|token", "no access token")
    need(re.fullmatch(r"\d{8}T\d{6}Z", headers.get("x-amz-date", "")), "x-amz-date")
    agent = headers.get("user-agent", "")
    need(len(agent) <= 500 and re.fullmatch(r".+/.+ \(Language=.+\)", agent), "user-agent")
    need("authorization" not in headers, "SP-API takes no Authorization")
    return values


def check_shape(service, name, value, where):
    shape = service["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        need(isinstance(value, dict), f"{where} is no object")
        for member in shape.get("required", []):
            need(member in value, f"{where}.{member} is missing")
        for member, inner in value.items():
            need(member in shape["members"], f"{where} has no member {member}")
            check_shape(service, shape["members"][member]["shape"], inner, f"{where}.{member}")
    elif kind == "list":
        need(isinstance(value, list), f"{where} is no list")
        for inner in value:
            check_shape(service, shape["member"]["shape"], inner, where)
    elif kind == "integer":
        need(isinstance(value, int) and not isinstance(value, bool), f"{where} is no integer")
    elif kind == "string":
        need(isinstance(value, str), f"{where} is no string")
        need("enum" not in shape or value in shape["enum"], f"{where}: {value} is not in the model")
    else:
        raise Bad(f"{where}: a shape of type {kind}")


def sigv4(line, headers, region):
    """The signature by the published rules, from the request alone."""
    url = urllib.parse.urlsplit(line["url"])
    signed = re.search(r"SignedHeaders=([^,]+)", headers["authorization"]).group(1).split(";")
    known = dict(headers, host=url.netloc)
    pairs = sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    canonical = "\n".join(
        [
            line["method"],
            urllib.parse.quote(url.path or "/", safe="/-_.~"),
            urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote),
            "".join(f"{name}:{' '.join(known[name].split())}\n" for name in signed),
            ";".join(signed),
            hashlib.sha256(line["body"].encode()).hexdigest(),
        ]
    )
    date = headers["x-amz-date"]
    scope = f"{date[:8]}/{region}/sqs/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = ("AWS4" + SECRET).encode()
    for part in (date[:8], region, "sqs", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return signed, hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check_sqs(line, service, name):
    operation = service["operations"][name]
    metadata = service["metadata"]
    headers = {key.lower(): value for key, value in line["headers"].items()}
    need(line["method"] == operation["http"]["method"], "method")
    need(urllib.parse.urlsplit(line["url"]).path == operation["http"]["requestUri"], "path")
    need(headers["x-amz-target"] == f"{metadata['targetPrefix']}.{name}", "x-amz-target")
    need(
        headers["content-type"] == f"application/x-amz-json-{metadata['jsonVersion']}",
        "content-type",
    )
    body = json.loads(line["body"])
    check_shape(service, operation["input"]["shape"], body, name)
    entries = body.get("Entries")
    if entries is not None:
        ids = [entry["Id"] for entry in entries]
        need(1 <= len(ids) <= 10 and len(set(ids)) == len(ids), "batch ids")
        need(all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", one) for one in ids), "batch ids")
    need(0 <= body.get("WaitTimeSeconds", 0) <= 20, "WaitTimeSeconds")
    need(1 <= body.get("MaxNumberOfMessages", 1) <= 10, "MaxNumberOfMessages")
    need(0 <= body.get("VisibilityTimeout", 0) <= 43200, "VisibilityTimeout")
    signed, signature = sigv4(line, headers, "us-east-2")
    must = {"content-type", "host", "x-amz-date", "x-amz-target"}
    if "x-amz-security-token" in headers:
        must.add("x-amz-security-token")
    need(must <= set(signed), "a header is not signed")
    need(headers["authorization"].endswith("Signature=" + signature), "signature")


def check_lwa(line, grant):
    fields = urllib.parse.parse_qs(line["body"], strict_parsing=True, keep_blank_values=True)
    headers = {key.lower(): value for key, value in line["headers"].items()}
    wanted = {"grant_type", "client_id", "client_secret"}
    wanted.add("refresh_token" if grant == "refresh_token" else "scope")
    need(set(fields) == wanted, "fields")
    need(fields["grant_type"] == [grant], "grant_type")
    need(fields.get("refresh_token", ["Atzr|a+b/c"]) == ["Atzr|a+b/c"], "the grant is mangled")
    need(line["method"] == "POST", "method")
    need(line["url"] == "https://api.amazon.com/auth/o2/token", "url")
    need(headers["content-type"].startswith("application/x-www-form-urlencoded"), "content-type")


def check(line, models):
    family, name = OPERATIONS[line["op"]]
    if family == "sqs":
        return check_sqs(line, models["sqs"], name)
    if family == "lwa":
        return check_lwa(line, name)
    return check_spapi(line, models[family], name)


def check_pages(lines, models):
    """All parameters but the token are the same on the next page."""
    for op in ("orders.search.2026", "orders.search.v0"):
        first, following = (
            check(next(x for x in lines if x["op"] == op and x["label"] == label), models)
            for label in ("first", "next")
        )
        need(set(following) - set(first) in ({"paginationToken"}, {"NextToken"}), f"{op}: pages")
        need(all(following[key] == first[key] for key in first), f"{op}: pages differ")


def damaged(lines):
    """Requests that must be refused: else this check could not fail."""
    by_op = {line["op"]: line for line in lines}

    def change(op, key, old, new):
        line = copy.deepcopy(by_op[op])
        need(old in line[key], f"{op}: nothing to damage")
        line[key] = line[key].replace(old, new)
        return line

    yield change("orders.get", "url", "includedData", "IncludedData")
    yield change("orders.get", "url", "FULFILLMENT", "FULFILMENT")
    yield change("orders.get", "url", "/orders/2026-01-01/", "/orders/v0/")
    yield change("orders.search.2026", "url", "paginationToken=a%2B", "paginationToken=a%252B")
    yield change("orders.search.v0", "url", "MarketplaceIds=", "marketplaceIds=")
    yield change("orders.list50.v0", "url", "AmazonOrderIds=", "AmazonOrderIds=1,")
    yield change("sqs.receive", "body", '"WaitTimeSeconds":20', '"WaitTimeSeconds":"20"')
    yield change("sqs.receive", "body", "QueueUrl", "queueUrl")
    yield change("sqs.delete", "body", "orders", "order5")
    yield change("sqs.release", "body", '"Id":"m1"', '"Id":"m0"')
    yield change("lwa.refresh", "body", "Atzr%7Ca%2Bb", "Atzr%7Ca+b")


def main():
    program, fixtures = sys.argv[1:]
    if not os.path.isdir(os.path.join(fixtures, "models")):
        print(f"skipped: Amazon's published models are not in {fixtures}")
        return 77
    models = {}
    for name in ("orders_2026-01-01", "ordersV0"):
        with open(os.path.join(fixtures, "models", name + ".json"), encoding="utf-8") as file:
            models[name] = json.load(file)
    path = os.path.join(fixtures, "aws", "sqs-2012-11-05.service-2.json")
    with open(path, encoding="utf-8") as file:
        models["sqs"] = json.load(file)
    out = subprocess.run([program], stdout=subprocess.PIPE, check=True, timeout=60).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    bad = 0
    missing = set(OPERATIONS) - {line["op"] for line in lines}
    if missing:
        print(f"not built: {sorted(missing)}")
        bad += 1
    for line in lines:
        try:
            check(line, models)
        except (Bad, KeyError, ValueError) as error:
            print(f"{line['op']} ({line['label']}): {error}")
            bad += 1
    try:
        check_pages(lines, models)
    except Bad as error:
        print(error)
        bad += 1
    refused = 0
    for line in damaged(lines):
        try:
            check(line, models)
            print(f"a damaged {line['op']} was taken: {line['url']} {line['body']}")
            bad += 1
        except (Bad, KeyError, ValueError):
            refused += 1
    print(f"{len(lines)} requests checked, {refused} damaged ones refused, {bad} problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
