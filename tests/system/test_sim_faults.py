# SPDX-License-Identifier: Apache-2.0
"""Every fault of the simulator really happens: by what a client sees of it, and by its own count.

usage: test_sim_faults.py PATH_TO_WAYBILL_SIM SOURCES
"""
import glob
import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sim_client import Sim  # noqa: E402

BINARY, SOURCES = sys.argv[1:3]
BROKEN = (OSError, http.client.HTTPException, ValueError)


def notices(sim):
    """All that can be received, none deleted."""
    found = []
    while messages := sim.receive():
        found += [json.loads(message["Body"]) for message in messages]
    return found


def until(happened, deadline_s=20):
    deadline = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"


def order_of(notice):
    return notice["Payload"]["OrderChangeNotification"]["AmazonOrderId"]


def changed_at(notice):
    return notice["Payload"]["OrderChangeNotification"]["OrderChangeTrigger"]["TimeOfOrderChange"]


def record(number=0, version=1):
    return {"key": f"t/a/order/{number}", "revision": version, "idempotency": f"k{number}-{version}",
            "marker": f"S-{number}-v{version}"}


def body(number=0):
    row = record(number)
    return {"key": row["key"], "revision": 1, "idempotency_key": row["idempotency"],
            "record": {"seller_order_id": row["marker"]}}


def probe(sim, number=0):
    key = urllib.parse.quote(record(number)["key"], safe="")
    return sim.call("GET", f"/erp/erp/records/{key}")[0]


def batch(sim, count=3):
    return sim.json("POST", "/erp/erp", json.dumps({"records": list(map(body, range(count)))}))


def get(sim, path):
    return sim.call("GET", path, headers={"x-amz-access-token": sim.token()[1]["access_token"]})


def read(sim, order):
    status, _, data = get(sim, f"/orders/2026-01-01/orders/{order}")
    return status, json.loads(data)


def page_of(sim, size=100, token=""):
    """A page of a list: status and body."""
    more = "&paginationToken=" + urllib.parse.quote(token, safe="") if token else ""
    status, _, data = get(sim, "/orders/2026-01-01/orders?createdAfter=2020-01-01T00:00:00Z"
                               f"&maxResultsPerPage={size}{more}")
    return status, json.loads(data)


def listed(sim):
    """The orders on the first page of a list."""
    return {order["orderId"] for order in page_of(sim)[1]["orders"]}


def bodies(sim):
    """The bodies of all notices, as they came."""
    found = []
    while messages := sim.receive():
        found += [message["Body"] for message in messages]
    return found


def refused(sim, at):
    return {row["id"]: row for row in sim.json("GET", "/sim/refused")[1]["refused"]
            if row["at"] == at}


class Faults(unittest.TestCase):
    def on(self, *options):
        sim = Sim(BINARY, "--rate-scale", "off", *options)
        self.addCleanup(sim.__exit__)
        return sim

    def set(self, sim, words):
        self.assertEqual(sim.call("POST", "/sim/faults?set=" + words)[0], 200)

    def struck(self, sim, name):
        self.assertGreater(sim.stats()["faults"].get(name, 0), 0, name)

    def test_each_is_documented_and_tried(self):
        """Here, or with the tests of its system."""
        said = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
        names = re.findall(r"^  (\w+) ", said.split("\nfaults:\n")[1], re.M)
        self.assertGreater(len(names), 20)
        with open(os.path.join(SOURCES, "docs/simulator.md"), encoding="utf-8") as file:
            page = file.read()
        cells = "".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.M))
        tests = [os.path.abspath(__file__)]
        tests += glob.glob(os.path.join(SOURCES, "tests/unit/actors/connectors/*/sim/*.c"))
        tried = ""
        for path in tests:
            with open(path, encoding="utf-8") as file:
                tried += file.read()
        for name in names:
            self.assertIn(f"`{name}`", cells)
            self.assertTrue(re.search(rf'[",]{name}[@="]', tried), f"nobody tries {name}")

    def made(self, sim):
        """A report of the sample's first seller."""
        asked = json.dumps({"report": "sales", "from": "2020-01", "to": "2020-01"})
        return "/sample/1/reports/" + sim.json("POST", "/sample/1/reports", asked)[1]["id"]

    def report(self, sim):
        """What became of one, and where its document is."""
        made = self.made(sim)
        until(lambda: sim.json("GET", made)[1]["state"] != "pending")
        told = sim.json("GET", made)[1]
        if "document" not in told:
            return told["state"], None
        place = sim.json("GET", "/sample/1/documents/" + told["document"])[1]["url"]
        return told["state"], place.split(sim.host)[1]

    def test_a_report_that_goes_wrong(self):
        sim = self.on("--shop", "sample", "--goods", "3", "--auth", "false")
        self.set(sim, "sample_report_never=1*1")
        never = self.made(sim)
        for fault, state in (("sample_report_fatal=1*1", "fatal"),
                             ("sample_report_cancelled=1*1", "cancelled"),
                             ("sample_report_empty=1*1", "empty"), ("none", "done")):
            self.set(sim, fault)
            self.assertEqual(self.report(sim)[0], state)
        self.assertEqual(sim.json("GET", never)[1]["state"], "pending")
        rows = self.lines(sim)
        self.set(sim, "sample_row_broken=1*1")
        more = self.lines(sim)
        self.assertEqual(len(more), len(rows) + 1)
        self.assertEqual([row for row in more if row in rows], rows)

    def lines(self, sim):
        return gzip.decompress(sim.call("GET", self.report(sim)[1])[2]).split(b"\n")[:-1]

    def test_a_document_that_goes_wrong(self):
        sim = self.on("--shop", "sample", "--goods", "3", "--auth", "false")
        _, path = self.report(sim)
        self.set(sim, "sample_url_ended=1*1")
        self.assertEqual(sim.call("GET", path)[0], 410)
        status, headers, whole = sim.call("GET", path)
        self.assertEqual((status, headers["Accept-Ranges"]), (200, "bytes"))
        rest = {"Range": "bytes=10-", "If-Range": headers["ETag"]}
        self.assertEqual([sim.call("GET", path, None, rest)[i] for i in (0, 2)], [206, whole[10:]])
        self.assertEqual(sim.call("GET", path, None, {**rest, "If-Range": '"another"'})[2], whole)
        self.set(sim, "sample_no_ranges=1*1")
        status, headers, again = sim.call("GET", path, None, rest)
        self.assertEqual((status, headers["Accept-Ranges"], again), (200, None, whole))

    def test_at_the_door_of_each_place(self):
        doors = {
            "sqs": lambda sim: sim.sqs("GetQueueUrl", {"QueueName": "q1"})[0],
            "lwa": lambda sim: sim.token()[0],
            "orders": lambda sim: sim.call("GET", "/orders/v0/orders/1")[0],
            "erp": lambda sim: sim.push(record())[0],
        }
        sim = self.on("--orders", "1", "--auth", "false")
        for place, knock in doors.items():
            for fault, wanted in (("429", (429,)), ("5xx", (500, 503)), ("cut", ()),
                                  ("cut_after", ()), ("half", ())):
                with self.subTest(f"{fault}@{place}"):
                    before = sim.stats()["faults"].get(fault, 0)
                    sim.call("POST", f"/sim/faults?set={fault}@{place}=1")
                    if wanted:
                        self.assertIn(knock(sim), wanted)
                    else:
                        with self.assertRaises(BROKEN):
                            knock(sim)
                    sim.call("POST", "/sim/faults?set=none")
                    self.assertEqual(sim.stats()["faults"][fault], before + 1)
                    self.assertIn(knock(sim), (200, 404))

    def test_slow_mute_and_late(self):
        sim = self.on("--orders", "1", "--slow", "400ms", "--late", "400ms")
        for fault in ("slow=1", "late=1"):
            sim.call("POST", f"/sim/faults?set={fault}")
            began = time.monotonic()
            self.assertEqual(sim.push(record())[0], 200)
            self.assertGreaterEqual(time.monotonic() - began, 0.4)
            sim.call("POST", "/sim/faults?set=none")
        sim.call("POST", "/sim/faults?set=mute@erp=1")
        sim.connection.timeout = 0.3
        sim.connection.close()
        with self.assertRaises(OSError):
            sim.push(record(1))
        sim.connection.timeout = 30
        sim.call("POST", "/sim/faults?set=none")
        until(lambda: probe(sim, 1) == 200)  # it was done
        for name in ("slow", "late", "mute"):
            self.struck(sim, name)

    def test_an_answer_comes_twice(self):
        sim = self.on("--orders", "0", "--faults", "twice=1")
        with socket.create_connection(("127.0.0.1", sim.port), timeout=30) as one:
            one.sendall(b"GET /erp/erp/records/none HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            while got.count(b"HTTP/1.1 404") < 2:
                got += one.recv(65536)
        self.struck(sim, "twice")

    def test_batches_are_refused_whole_or_in_part(self):
        sim = self.on("--orders", "3", "--faults", "refuse_batch=1")
        self.assertEqual(batch(sim)[0], 422)
        self.assertEqual(sim.push(record())[0], 200)  # one record is no batch
        sim.call("POST", "/sim/faults?set=refuse_batch=0,refuse_part=0.5")
        words = [row["status"] for _ in range(20) for row in batch(sim)[1]["results"]]
        self.assertEqual(set(words), {"retry", "done", "unchanged"})
        for name in ("refuse_batch", "refuse_part"):
            self.struck(sim, name)

    def test_the_target_forgets_doubles_and_lags(self):
        sim = self.on("--orders", "3", "--lag", "10m", "--faults", "forget_key=1")
        self.assertEqual([sim.push(record())[1]["results"][0]["status"] for _ in range(2)],
                         ["done", "done"])
        self.assertEqual(sim.stats()["targets"]["erp"]["repeated"], 1)
        sim.call("POST", "/sim/faults?set=forget_key=0,probe_lag=1")
        self.assertEqual(sim.push(record(1))[0], 200)
        self.assertEqual(probe(sim, 1), 404)
        soon = self.on("--orders", "3", "--lag", "200ms", "--faults", "probe_lag=1")
        self.assertEqual(soon.push(record(1))[0], 200)
        until(lambda: probe(soon, 1) == 200)
        sim.call("POST", "/sim/faults?set=probe_lag=0,apply_twice=1")
        sim.call("POST", "/sim/target?name=erp&mode=probed")
        before = sim.stats()["targets"]["erp"]
        self.assertEqual(sim.push(record(2))[0], 200)
        after = sim.stats()["targets"]["erp"]
        self.assertEqual(after["repeated"], before["repeated"])  # the world's doing, not the client's
        for name in ("forget_key", "probe_lag", "apply_twice"):
            self.struck(sim, name)

    def test_reads_lag_behind_the_notice(self):
        sim = self.on("--orders", "20", "--lag", "10m", "--faults", "read_lag=1")
        said = {order_of(notice): read(sim, order_of(notice))[0] for notice in notices(sim)[:4]}
        self.assertEqual(set(said.values()), {200, 404})  # only every other order may lag
        self.struck(sim, "read_lag")
        soon = self.on("--orders", "20", "--lag", "200ms", "--faults", "read_lag=1")
        orders = [order_of(notice) for notice in notices(soon)[:4]]
        until(lambda: {read(soon, order)[0] for order in orders} == {200})

    def test_update_times(self):
        sim = self.on("--orders", "20", "--changes", "1", "--faults", "same_second=1")
        times = {}
        for notice in notices(sim):
            times.setdefault(order_of(notice), []).append(changed_at(notice))
        same = [order for order, found in times.items() if len(set(found)) == 1]
        self.assertEqual(len(same), 10)  # never on an order whose reads may lag
        self.struck(sim, "same_second")
        late = self.on("--orders", "5", "--faults", "year_2099=1")
        self.assertTrue(all(changed_at(notice).startswith("2099") for notice in notices(late)))
        self.struck(late, "year_2099")

    def test_a_good_token_is_refused(self):
        sim = self.on("--orders", "1", "--faults", "token=1")
        status, answer = read(sim, order_of(notices(sim)[0]))
        self.assertEqual((status, answer["errors"][0]["code"]), (403, "Unauthorized"))
        self.struck(sim, "token")

    def test_notices_come_twice_late_and_out_of_order(self):
        sim = self.on("--orders", "10", "--faults", "notice_double=1")
        end, ids = time.monotonic() + 10, []
        while len(ids) < 20:
            self.assertLess(time.monotonic(), end)
            ids += [notice["NotificationMetadata"]["NotificationId"] for notice in notices(sim)]
        self.assertEqual((len(ids), len(set(ids))), (20, 10))
        self.struck(sim, "notice_double")
        late = self.on("--orders", "10", "--notice-delay", "10m", "--faults", "notice_late=1")
        self.assertEqual(notices(late), [])
        self.assertEqual(late.stats()["notices"]["delayed"], 10)
        self.struck(late, "notice_late")
        soon = self.on("--orders", "10", "--notice-delay", "200ms", "--faults", "notice_late=1")
        found = []
        while len(found) < 10:  # they become visible one after the other
            came = soon.receive(wait=20)
            self.assertTrue(came)
            found += came
        mixed = self.on("--orders", "40", "--ids", "rising", "--faults", "notice_reorder=0.3")
        orders = [order_of(notice) for notice in notices(mixed)]
        self.assertEqual(len(orders), 40)
        self.assertNotEqual(orders, sorted(orders))
        self.struck(mixed, "notice_reorder")

    def test_some_orders_are_refused_for_ever_and_told_by_id(self):
        sim = self.on("--orders", "40", "--search-lag", "0", "--faults", "refuse_one@orders=0.4")
        orders = {order_of(notice) for notice in notices(sim)}
        said = {order: {get(sim, path + order)[0] for _ in range(2) for path in
                        ("/orders/2026-01-01/orders/", "/orders/v0/orders/")} for order in orders}
        good = {order for order, statuses in said.items() if statuses == {200}}
        self.assertTrue(5 < len(good) < 35)
        self.assertEqual(set().union(*said.values()), {200, 400, 403})
        rows = refused(sim, "orders")
        self.assertEqual(set(rows), orders - good)
        for order, row in rows.items():
            self.assertEqual(said[order], {row["status"]})  # the same each time
            self.assertTrue(row["lasting"] and row["own"])
            self.assertEqual(row["times"], 4)
        self.assertTrue(any(row["page"] for row in rows.values()))
        self.assertEqual(listed(sim), good)
        self.struck(sim, "refuse_one")

    def test_some_records_are_refused_by_each_target_and_told_by_id(self):
        sim = self.on("--orders", "40", "--ids", "rising", "--faults", "refuse_one@erp=0.3")
        by_target, looks = [], set()
        for target in ("a", "b"):
            said = {n: sim.call("POST", f"/erp/{target}", json.dumps(body(n)))
                    for n in range(40)}
            rows = {row["id"]: row for row in refused(sim, "erp").values()
                    if row["target"] == target}
            words = {n: data for n, (status, _, data) in said.items()
                     if status != 200 or b'"refused"' in data}
            self.assertEqual(set(rows), {f"111-0000000-{n:07}" for n in words})
            self.assertEqual(len(words) + sim.stats()["targets"][target]["records"], 40)
            by_target.append(set(words))
            looks |= {(said[n][0], said[n][1]["Content-Type"]) for n in words}
        self.assertNotEqual(*by_target)
        self.assertEqual({status for status, _ in looks}, {200, 400, 403, 404, 422})
        self.assertIn((403, "text/html"), looks)
        self.struck(sim, "refuse_one")

    def test_a_request_with_a_refused_record_is_refused_whole(self):
        sim = self.on("--orders", "3", "--refuse-as", "403-page")
        sim.call("POST", "/sim/target?name=erp&status=404&bad=order/1")
        self.assertEqual(batch(sim)[0], 404)
        self.assertEqual(sim.stats()["targets"]["erp"]["records"], 0)
        self.assertEqual([row["target"] for row in refused(sim, "erp").values()], ["erp"])
        self.assertEqual(len(refused(sim, "erp")), 1)  # those beside it were not looked at
        sim.call("POST", "/sim/target?name=erp&status=0")
        sim.call("POST", "/sim/faults?set=refuse_one=1*2")
        status, headers, data = sim.call("POST", "/erp/erp", json.dumps(body(0)))
        self.assertEqual((status, headers["Content-Type"]), (403, "text/html"))
        self.assertIn(b"<html>", data)
        self.assertEqual([sim.call("POST", "/erp/erp", json.dumps(body(0)))[0]
                          for _ in range(2)], [403, 200])  # twice, and no more
        self.assertEqual([row["lasting"] for row in refused(sim, "erp").values()], [True, False])

    def test_every_record_is_refused_for_a_time(self):
        sim = self.on("--orders", "5", "--spell", "2s", "--refuse-as", "400", "--faults",
                      "refuse_all@orders=1*1")
        orders = [order_of(notice) for notice in notices(sim)]
        self.assertEqual({read(sim, order)[0] for order in orders}, {400})
        until(lambda: {read(sim, order)[0] for order in orders} == {200})
        sim.call("POST", "/sim/faults?set=refuse_all@orders=0,refuse_all@erp=1*1")
        self.assertEqual(batch(sim)[0], 400)
        until(lambda: batch(sim)[0] == 200)
        rows = refused(sim, "orders")
        self.assertEqual(set(rows), set(orders))
        self.assertFalse(any(row["lasting"] for row in rows.values()))
        self.struck(sim, "refuse_all")
        self.assertEqual(sim.stats()["faults"]["refuse_all"], 2)

    def test_page_tokens_are_refused(self):
        sim = self.on("--orders", "20", "--search-lag", "0")
        notices(sim)
        token = page_of(sim, 5)[1]["pagination"]["nextToken"]
        sim.call("POST", "/sim/faults?set=cursor_refused=1*2")
        for _ in range(2):
            status, answer = page_of(sim, 5, token)
            self.assertEqual((status, answer["errors"][0]["code"]), (400, "InvalidInput"))
        self.assertEqual(page_of(sim, 5, token)[0], 200)  # so many times, and no more
        sim.call("POST", "/sim/faults?set=cursor_refused=0.5")
        tokens = []
        while len(tokens) < 20:
            tokens.append(page_of(sim, 5)[1]["pagination"]["nextToken"])
        first = [page_of(sim, 5, token)[0] for token in tokens]
        self.assertEqual(set(first), {200, 400})
        self.assertEqual([page_of(sim, 5, token)[0] for token in tokens], first)  # for ever
        self.struck(sim, "cursor_refused")

    def test_pages_never_end(self):
        sim = self.on("--orders", "20", "--search-lag", "0", "--items-page", "1", "--faults",
                      "pages_never_end=1")
        order = order_of(notices(sim)[0])
        token, tokens, pages = "", set(), set()
        for _ in range(10):
            answer = page_of(sim, 5, token)[1]
            token = answer["pagination"]["nextToken"]
            tokens.add(token)
            pages.add(tuple(order["orderId"] for order in answer["orders"]))
        self.assertEqual((len(tokens), len(pages)), (10, 1))
        path, query, tokens = f"/orders/v0/orders/{order}/orderItems", "", set()
        for _ in range(5):
            payload = json.loads(get(sim, path + query)[2])["payload"]
            query = "?NextToken=" + urllib.parse.quote(payload["NextToken"], safe="")
            tokens.add(payload["NextToken"])
            pages.add(tuple(item["OrderItemId"] for item in payload["OrderItems"]))
        self.assertEqual((len(tokens), len(pages)), (5, 2))
        self.struck(sim, "pages_never_end")
        sim.call("POST", "/sim/faults?set=none")
        found = set()
        while token:  # what never ended goes through to its end
            answer = page_of(sim, 5, token)[1]
            token = answer["pagination"].get("nextToken")
            found |= {order["orderId"] for order in answer["orders"]}
        self.assertEqual(len(found), 20)

    def test_answers_come_as_gzip_unasked(self):
        sim = self.on("--orders", "1", "--title", "100000")
        order = order_of(notices(sim)[0])
        plain = get(sim, f"/orders/v0/orders/{order}/orderItems")[2]
        self.assertGreater(len(plain), 100000)
        sim.call("POST", "/sim/faults?set=gzip_unasked@orders=1,gzip_unasked@erp=1")
        _, headers, packed = get(sim, f"/orders/v0/orders/{order}/orderItems")
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed), plain)
        answer = sim.call("POST", "/erp/erp", json.dumps(body(0)))[2]
        self.assertEqual(json.loads(gzip.decompress(answer))["results"][0]["status"], "done")
        self.struck(sim, "gzip_unasked")

    def test_elements_of_a_list_are_no_records(self):
        sim = self.on("--orders", "5", "--search-lag", "0", "--faults", "element_unusable=1")
        order = order_of(notices(sim)[0])
        odd = [page_of(sim)[1]["orders"][5:] for _ in range(5)]
        self.assertEqual(odd, [[7], [None], ["an order"], [[]],
                               [{"lastUpdatedTime": "2026-01-01T00:00:00Z"}]])
        for path in ("?CreatedAfter=2020-01-01T00:00:00Z&MarketplaceIds=ATVPDKIKX0DER",
                     f"/{order}/orderItems"):
            payload = json.loads(get(sim, f"/orders/v0/orders{path}")[2])["payload"]
            rows = payload.get("Orders") or payload["OrderItems"]
            self.assertFalse(isinstance(rows[-1], dict) and "AmazonOrderId" in rows[-1])
        self.assertEqual(batch(sim)[1]["results"][3:], [7])
        self.struck(sim, "element_unusable")

    def test_texts_are_broken(self):
        sim = self.on("--orders", "30", "--search-lag", "0", "--faults", "broken_text=0.7")
        told = bodies(sim)
        self.assertTrue(0 < sum("\\ud83d" in text for text in told) < 30)
        sets = "includedData=RECIPIENT,FULFILLMENT"
        seen = {"half": 0, "bytes": 0, "time": 0, "whole": 0}
        for text in told:
            order = order_of(json.loads(text))
            data = get(sim, f"/orders/2026-01-01/orders/{order}?{sets}")[2]
            again = get(sim, f"/orders/2026-01-01/orders/{order}?{sets}")[2]
            self.assertEqual(data, again)  # the same each time
            window = json.loads(data.decode("latin-1"))["order"]["fulfillment"]["shipByWindow"]
            if b"\\ud83d" in data:
                seen["half"] += 1
            elif len(window["latestDateTime"]) == len("2026-01-02T03:04Z"):
                seen["time"] += 1
            elif b"\xfc" in data:
                self.assertRaises(UnicodeDecodeError, data.decode)
                seen["bytes"] += 1
            else:
                seen["whole"] += 1
        self.assertTrue(all(seen.values()), seen)
        page = get(sim, "/orders/2026-01-01/orders?createdAfter=2020-01-01T00:00:00Z")[2]
        self.assertTrue(b"\\ud83d" in page and b"\xfc" in page)
        answer = sim.call("POST", "/erp/erp", json.dumps({"records": list(map(body, range(30)))}))[2]
        self.assertTrue(b"\\ud83d" in answer and b"\xfc" in answer)
        self.struck(sim, "broken_text")

    def test_members_are_null(self):
        sim = self.on("--orders", "30", "--faults", "nulls=0.7")
        seen, half = {"SellerId": 0, "Summary": 0, "OrderItems": 0, "": 0}, {True: 0, False: 0}
        for notice in notices(sim):
            change = notice["Payload"]["OrderChangeNotification"]
            summary = change["Summary"] or {}
            empty = [name for name in ("SellerId", "Summary") if change[name] is None]
            empty += ["OrderItems"] if summary.get("OrderItems", "") is None else []
            seen[empty[0] if empty else ""] += 1
            path = f"/orders/2026-01-01/orders/{order_of(notice)}?includedData=PROCEEDS,BUYER"
            order = json.loads(get(sim, path)[2])["order"]
            nulls = order["buyer"]["buyerCompanyName"] is None
            half[nulls] += 1
            self.assertEqual("amount" not in order["proceeds"]["grandTotal"], nulls)
            self.assertEqual(order["orderItems"][0]["programs"] is None, nulls)
            total = json.loads(get(sim, f"/orders/v0/orders/{order_of(notice)}")[2])["payload"]
            self.assertEqual("Amount" not in total["OrderTotal"], nulls)
            self.assertEqual(total["BuyerInfo"] is None, nulls)
        self.assertTrue(all(seen.values()), seen)
        self.assertTrue(all(half.values()), half)
        rows = sim.json("POST", "/erp/erp", json.dumps({"records": list(map(body, range(30)))}))[1]
        self.assertEqual({row.get("reason", "") for row in rows["results"]}, {None, ""})
        self.struck(sim, "nulls")

    def test_notices_of_another_seller_come(self):
        sim = self.on("--orders", "3", "--search-lag", "0", "--faults", "other_seller=1")
        by_seller = {}
        for notice in notices(sim):
            seller = notice["Payload"]["OrderChangeNotification"]["SellerId"]
            by_seller.setdefault(seller, set()).add(order_of(notice))
        self.assertEqual(set(by_seller), {"ASIM000000", "ASIM999999"})
        own, other = by_seller["ASIM000000"], by_seller["ASIM999999"]
        self.assertEqual((len(own), len(other), len(own & other)), (3, 3, 0))
        for order in other:
            status, answer = read(sim, order)
            self.assertEqual((status, answer["errors"][0]["code"]), (403, "Unauthorized"))
            self.assertEqual(get(sim, f"/orders/v0/orders/{order}")[0], 403)
        self.assertEqual(set(refused(sim, "orders")), other)
        self.assertTrue(all(row["lasting"] and not row["own"]
                            for row in refused(sim, "orders").values()))
        self.assertEqual(listed(sim), own)
        self.struck(sim, "other_seller")

    def test_an_entry_of_a_delete_fails(self):
        sim = self.on("--orders", "10", "--faults", "delete_part=0.4")
        status, answer = sim.delete(sim.receive())
        self.assertEqual(status, 200)
        self.assertTrue(answer["Failed"] and answer["Successful"])
        self.assertEqual(len(answer["Failed"]) + len(answer["Successful"]), 10)
        self.struck(sim, "delete_part")


class Levers(unittest.TestCase):
    def test_what_a_target_is_told_to_say(self):
        with Sim(BINARY, "--orders", "3") as sim:
            sim.call("POST", "/sim/target?name=erp&status=429&retry_after=7")
            status, headers, _ = sim.call("POST", "/erp/erp", json.dumps({"key": "a"}))
            self.assertEqual((status, headers["Retry-After"]), (429, "7"))
            sim.call("POST", "/sim/target?name=erp&status=422&retry_after=0&bad=order/1")
            self.assertEqual(sim.push(record(0))[0], 200)
            self.assertEqual(sim.push(record(1))[0], 422)
            self.assertEqual(batch(sim)[0], 422)
            sim.call("POST", "/sim/target?name=erp&status=0&result=refused")
            self.assertEqual([row["status"] for row in batch(sim)[1]["results"]],
                             ["unchanged", "refused", "done"])
            sim.call("POST", "/sim/target?name=erp&bad=none&result=silent")
            self.assertEqual(sim.push(record(1))[1], {"results": []})
            self.assertEqual(probe(sim, 1), 200)  # done all the same
            sim.call("POST", "/sim/target?name=erp&result=unreadable")
            self.assertIn(b"<html>", sim.call("POST", "/erp/erp", json.dumps({"key": "a"}))[2])
            sim.call("POST", "/sim/target?name=erp&result=none")
            self.assertEqual(sim.push(record(2))[1]["results"][0]["status"], "unchanged")

    def test_what_the_orders_api_is_told_to_say(self):
        with Sim(BINARY, "--orders", "4", "--rate-scale", "off", "--search-lag", "0") as sim:
            orders = [order_of(notice) for notice in notices(sim)]
            sim.call("POST", f"/sim/orders?status=403&page=1&bad={orders[1]}")
            self.assertEqual([get(sim, f"/orders/2026-01-01/orders/{order}")[0] for order in orders],
                             [200, 403, 200, 200])
            status, headers, _ = get(sim, f"/orders/v0/orders/{orders[1]}/orderItems")
            self.assertEqual((status, headers["Content-Type"]), (403, "text/html"))
            self.assertEqual(set(refused(sim, "orders")), {orders[1]})
            self.assertEqual(listed(sim), set(orders) - {orders[1]})
            sim.call("POST", "/sim/orders?status=400&page=0&bad=none")
            self.assertEqual([read(sim, order)[1]["errors"][0]["code"] for order in orders],
                             ["InvalidInput"] * 4)
            self.assertEqual(listed(sim), set(orders))  # trouble of the API, not of an order
            sim.call("POST", "/sim/orders?status=0")
            self.assertEqual({read(sim, order)[0] for order in orders}, {200})

    def test_refusals_of_the_orders_api_tell_request_and_limit(self):
        with Sim(BINARY, "--orders", "1", "--auth", "false") as sim:
            for path, status, limit in (("/orders/2026-01-01/orders/1", 404, "0.500000"),
                                        ("/orders/2026-01-01/orders", 400, "0.005600")):
                got, headers, _ = sim.call("GET", path)
                self.assertEqual((got, headers["x-amzn-RateLimit-Limit"]), (status, limit))
                self.assertTrue(headers["x-amzn-RequestId"])

    def test_items_in_pages(self):
        with Sim(BINARY, "--orders", "20", "--items-page", "1", "--rate-scale", "off") as sim:
            headers = {"x-amz-access-token": sim.token()[1]["access_token"]}
            most = 0
            for notice in notices(sim):
                path = f"/orders/v0/orders/{order_of(notice)}/orderItems"
                items, token = [], ""
                while token is not None:
                    query = "?NextToken=" + urllib.parse.quote(token, safe="") if token else ""
                    payload = sim.json("GET", path + query, headers=headers)[1]["payload"]
                    self.assertEqual(len(payload["OrderItems"]), 1)
                    items += [item["OrderItemId"] for item in payload["OrderItems"]]
                    token = payload.get("NextToken")
                self.assertEqual(len(set(items)), len(items))
                most = max(most, len(items))
            self.assertEqual(most, 3)
            self.assertEqual(sim.call("GET", path + "?NextToken=x", headers=headers)[0], 400)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
