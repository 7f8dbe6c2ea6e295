# SPDX-License-Identifier: Apache-2.0
"""goals - what is to be reached, each as a row: our figure, the floor's, the bound, and whether it holds.

Ratios are to the floor of the same run. Bounds that are absolute hold on the machine where the floor
is as in LIKE; elsewhere they are scaled by the floor's own figure.
"""

LIKE = {"p50_ms": 2.04, "p99_ms": 3.01, "cjson_us": 12.2}


def at(result, *path):
    """A figure deep in the result, or None."""
    for key in path:
        if not isinstance(result, dict) or key not in result:
            return None
        result = result[key]
    return result


def over(a, b):
    return a / b if a is not None and b else None


def scaled(bound, floor, like):
    return bound * max(1, floor / like) if floor else bound


def row(ours, floor, sense, bound, value=None):
    """`value` is what is held against the bound: `ours` unless told."""
    value = ours if value is None else value
    if value is None:
        return None
    met = value >= bound if sense == ">=" else value <= bound
    return {"ours": ours, "floor": floor, "value": value, "want": f"{sense} {bound:.3g}", "met": met}


def ratio(result, sense, bound, *path):
    ours, floor = (at(result, *[part.format(system) for part in path]) for system in
                   ("waybill", "floor"))
    return row(ours, floor, sense, bound, over(ours, floor)) if ours and floor else None


def absolute(result, sense, bound, *path):
    return row(at(result, *path), None, sense, bound)


def latency(result, name, bound):
    ours, floor = at(result, "paced_waybill", name), at(result, "paced_floor", name)
    return row(ours, floor, "<=", scaled(bound, floor, LIKE[name])) if ours else None


def idle_actor(result):
    pss = at(result, "idle_waybill", "pss_mib")
    return row(max(pss.values()), None, "<=", 5) if pss else None


def map_us(result):
    """Scaled by what cJSON alone takes for the same bytes in the same run."""
    ours = at(result, "map", "order bytes to canonical bytes")
    cjson = at(result, "map", "cJSON, parsing alone")
    return row(ours, cjson, "<=", scaled(15, cjson, LIKE["cjson_us"])) if ours else None


def burst(result, name):
    """In order: nobody waits much longer than twice what the middle one does."""
    some = at(result, name)
    return row(some["p99_ms"], None, "<=", 2 * some["p50_ms"] + 100) if some else None


def flat(result):
    some = at(result, "flat", "pss_mib_total")
    return row(some[-1], some[0], "<=", 1.1, some[-1] / some[0]) if some else None


def circle_memory(result):
    """The most that a backfill takes from its first tenth on."""
    pss = at(result, "backfill", "waybill", "pss_mib_total")
    return row(max(pss), pss[0], "<=", 1.2, max(pss) / pss[0]) if pss else None


def live_beside(result):
    """Of a live order beside a backfill, against one alone."""
    beside, alone = at(result, "live_beside", "p99_ms"), at(result, "live_alone", "p99_ms")
    return row(beside, alone, "<=", 1.2 * alone + 50) if beside and alone else None


def late(result):
    return absolute(result, "<=", 5, "shops_polled", "late_max_s")


def story_goals(result):
    """Those of --story. The middle run of each backfill is compared."""
    rows = {
        "shops_idle_percent": absolute(result, "<=", 5, "shops_idle", "percent"),
        "shops_memory_mib": absolute(result, "<=", 1024, "shops_idle", "pss_mib_total"),
        "shops_start_s": absolute(result, "<=", 5, "shops_idle", "ready_s"),
        "shops_late_s": late(result),
        "backfill_throughput": ratio(result, ">=", 0.5, "backfill", "{}", "orders_per_s"),
        "backfill_memory": circle_memory(result),
        "backfill_live_p99_ms": live_beside(result),
        "stock_changes_per_s": absolute(result, ">=", 5000, "stock", "changes_per_s"),
        "stock_reload_s": absolute(result, "<=", 2, "stock", "reload_s"),
        "stock_reload_restarts": absolute(result, "<=", 0, "stock", "restarts"),
        "stock_wanted_again": absolute(result, "<=", 1, "stock", "wanted_again"),
    }
    return {name: goal for name, goal in rows.items() if goal}


def goals(result):
    """Every goal that this run has figures for."""
    rows = {
        "drain_throughput": ratio(result, ">=", 0.65, "drain", "{}", "orders_per_s"),
        "drain_cpu": ratio(result, "<=", 1.6, "drain", "{}", "cpu_us_per_order"),
        "paced_p50_ms": latency(result, "p50_ms", 4),
        "paced_p99_ms": latency(result, "p99_ms", 8),
        "burst_quiet_p99_ms": burst(result, "burst_quiet"),
        "burst_busy_p99_ms": burst(result, "burst_busy"),
        "paced_cpu": ratio(result, "<=", 1.5, "paced_{}", "cpu_us_per_order"),
        "idle_percent": row(at(result, "idle_waybill", "percent"),
                            at(result, "idle_floor", "percent"), "<=", 0.3),
        "idle_1000_accounts_percent": absolute(result, "<=", 2, "idle_1000_accounts", "percent"),
        "known_records": absolute(result, ">=", 0.85, "known", "ratio"),
        "pss_mib": row(at(result, "drain", "waybill", "pss_mib_total"),
                       at(result, "drain", "floor", "pss_mib_total"), "<=", 80),
        "idle_actor_mib": idle_actor(result),
        "flat_memory": flat(result),
        "start_to_ready_s": absolute(result, "<=", 1, "start_to_ready", "seconds"),
        "kill_first_push_s": absolute(result, "<=", 1, "kill_all", "first_push_s"),
        "kill_p99_order_s": absolute(result, "<=", 2, "kill_all", "p99_order_s"),
        # who was received and not committed waits for the rest of the visibility time as well
        "kill_slowest_order_s": absolute(result, "<=", 2 + (at(result, "kill_all", "visibility_s")
                                                            or 0), "kill_all", "slowest_order_s"),
        "dead_target_cost": absolute(result, "<=", 0.05, "dead_target", "cost"),
        "source_limits": absolute(result, "<=", 1.1, "source_limits", "of_limits"),
        "map_us": map_us(result),
    }
    for in_flight in (64, 256):
        rows[f"slow_world_{in_flight}"] = row(
            at(result, f"slow_{in_flight}_waybill", "of_possible"),
            at(result, f"slow_{in_flight}_floor", "of_possible"), ">=", 0.93)
    return {name: goal for name, goal in rows.items() if goal}
