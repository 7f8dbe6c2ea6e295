#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_bus BROKER PUBLISHER - real brokers, a real publisher, and a reader written from the docs"""
import os
import signal
import subprocess
import sys
import tempfile
import time

try:
    import msgpack  # noqa: F401
    import zmq  # noqa: F401
except ImportError as missing:
    sys.exit(f"{missing}: tools/install test installs it")

import bus_reader

DEADLINE_S = 20
started = []


def start(*command):
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    started.append(process)
    return process


def check(what, condition):
    if not condition:
        raise AssertionError(what)


def wait_for(path):
    end = time.monotonic() + DEADLINE_S
    while not os.path.exists(path):
        check(f"{path} in time", time.monotonic() < end)
        time.sleep(0.01)


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    code = process.wait(DEADLINE_S)
    started.remove(process)
    process.stderr.close()
    return code


def read_until(reader, wanted):
    """Messages until `wanted(topic, header, body)` is true; returns that one."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        message = reader.read(timeout_s=1)
        if message and wanted(*message):
            return message
    raise AssertionError("not heard in time")


def check_event(topic, head, body):
    check(f"topic {topic}", topic == "record.mapper-1")
    check("kind", head["kind"] == bus_reader.EVENT)
    check("deployment", head["deployment"] == "waybill")
    check("instance", head["instance"] == "mapper-1")
    check("store id", len(head["store"]) == 16)
    check("incarnation", head["incarnation"] > 0)
    first = 2 * head["sequence"]
    check(f"body {body}", [event["record"] for event in body] ==
          [f"default/shop/order/{first}", f"default/shop/order/{first + 1}"])
    check("revisions keep all 64 bits", body[0]["revision"] == 2**64 - 1 - first)


def check_beat(topic, head, body, run_dir):
    check(f"topic {topic}", topic == "beat.map.mapper-1")
    check("kind", head["kind"] == bus_reader.BEAT)
    check("stage", body["stage"] == "map" and body["instance"] == "mapper-1")
    check("inlets", body["work"] == f"ipc://{run_dir}/mapper-1.work" and
          body["receipts"] == f"ipc://{run_dir}/mapper-1.receipts")
    check(f"claims {body['claims']}",
          bus_reader.claims(body["claims"]) == {1: 3, 3: 3, 5: 3, 6: 4})
    check("events by class", len(body["events"]) == len(bus_reader.CLASSES))
    check("pid", body["pid"] > 1 and body["ready"] is True and body["note"] == "running")
    check("store id", len(body["store"]) == 16)


def test_events_and_beats(reader, run_dir):
    topic, head, body = read_until(reader, lambda topic, *_: topic.startswith("record."))
    check_event(topic, head, body)
    reader.missed = 0
    seen = head["sequence"]
    while seen < head["sequence"] + 100:
        topic, now, body = read_until(reader, lambda topic, *_: topic.startswith("record."))
        check_event(topic, now, body)
        check("sequences ascend without holes", now["sequence"] == seen + 1)
        seen = now["sequence"]
    check("nothing missed", reader.missed == 0)
    topic, head, body = read_until(
        reader, lambda topic, head, body: topic.startswith("beat.") and body["events"][0] > 0)
    check_beat(topic, head, body, run_dir)


def test_a_base_in_use_is_refused(broker, run_dir):
    second = start(broker, "--run-dir", run_dir, "--instance", "broker-9")
    code = second.wait(DEADLINE_S)
    text = second.stderr.read()
    started.remove(second)
    second.stderr.close()
    check(f"exit 100, not {code}", code == 100)
    check(f"says why: {text}", "in use" in text)


def test_the_other_broker_is_enough(reader, broker):
    check("a broker ends cleanly", stop(broker) == 0)
    last = reader.last.copy()
    read_until(reader, lambda topic, head, _: topic.startswith("record.") and
               head["sequence"] > max(last.values()) + 50)


def main(broker, publisher):
    with tempfile.TemporaryDirectory(prefix="wb-bus-") as run_dir:
        bases = [f"ipc://{run_dir}/broker", f"ipc://{run_dir}/other"]
        first = start(broker, "--run-dir", run_dir)
        second = start(broker, "--bind", bases[1], "--run-dir", run_dir, "--instance", "broker-2")
        wait_for(f"{run_dir}/broker-1.ready")
        wait_for(f"{run_dir}/broker-2.ready")
        source = start(publisher, run_dir, *bases)
        reader = bus_reader.Reader(bases, ("record.", "beat.map."))
        try:
            test_events_and_beats(reader, run_dir)
            test_a_base_in_use_is_refused(broker, run_dir)
            test_the_other_broker_is_enough(reader, first)
            check("its ready file is gone", not os.path.exists(f"{run_dir}/broker-1.ready"))
            check("the publisher ends cleanly", stop(source) == 0)
            check("SIGINT ends a broker, too", stop(second, signal.SIGINT) == 0)
        finally:
            reader.close()
            for process in started:
                process.kill()
                sys.stderr.write(process.communicate()[1])
    print("bus: events, beats, claims, two brokers: ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
