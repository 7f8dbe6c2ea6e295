# SPDX-License-Identifier: Apache-2.0
"""direct - orders from one seller to one or two targets, by a queue and by lists"""
from proof.deployment import SECRETS, write_config
from proof.killer import POINTS, RANDOM
from proof.ledger import Ledger
from proof.spells import KNOWN_S, places_of_targets

SIM_OPTIONS = ("--rate-scale", "4000", "--slow", "1500ms", "--late", "4s", "--lag", "300ms",
               "--notice-delay", "1s", "--token-ttl", "20s", "--search-lag", "1s", "--spell", "1s")
# Lists go up to a second or two ago, so that a run of half a minute reads hundreds of their pages.
SYNC = "{interval_ms: 3s, margin_ms: 2s, overlap_ms: 5s, slice_ms: 10s}"
PAGE_SIZE = 20
SETTLE_S = 120  # longest wait without any progress


class Direct:
    """What the proof is about by itself."""
    points, random = POINTS, RANDOM
    quiet_s = 0
    settle_s = SETTLE_S
    known_s = KNOWN_S
    kills_per_s = 2.5

    def __init__(self, targets):
        self.targets = targets
        self.url = None

    @staticmethod
    def sim_options():
        return SIM_OPTIONS

    def prepare(self, sim):
        self.url = sim.url
        for name in self.targets:
            sim.post(f"/sim/target?name={name}&mode={name}")

    @staticmethod
    def secrets():
        return SECRETS

    def write_config(self, path, state, stages):
        write_config(path, state, self.url, self.targets, stages=stages, sync=SYNC,
                     page_size=PAGE_SIZE)

    def spell_places(self):
        return places_of_targets("amazon", self.targets)

    def ledger(self, sim, crew):
        return Ledger(sim, crew, self.targets)

    def words(self, stats):
        return "at the target: " + "  ".join(
            f"{name} {stats['targets'].get(name, {}).get('newest', 0)}" for name in self.targets)

    def result(self, ledger):
        by_target = {}
        for name in self.targets:
            at = ledger.target(name)
            by_target[name] = {
                "records": at["records"], "versions": at["versions"],
                "lost": ledger.lost(name), "repeated": at["repeated"],
                "older_after_newer": at["older_after_newer"],
                "unknown_probed": ledger.unknown(name, "probed"),
                "unknown_resent": ledger.unknown(name, "resent"), "requests": at["requests"]}

        def over_all(key):
            return sum(row[key] for row in by_target.values())
        return {"lost": over_all("lost"), "repeated": over_all("repeated"),
                "older_after_newer": over_all("older_after_newer"),
                "unknown_probed": over_all("unknown_probed"),
                "unknown_resent": over_all("unknown_resent"), "targets": by_target}

    def open_records(self, sim, ledger, most):
        """(what is wrong, the record), of what is not where it is to be."""
        refused = ledger.refused
        found = []
        for name in self.targets:
            rows = [row for row in sim.missing(name) if row["id"] not in refused.kept_from(name)]
            found += [(f"missing at {name}", row["id"]) for row in rows[:most]]
        found += [(f"refused and not parked: {place}", order)
                  for place, order in refused.missing()[:most]]
        found += [(f"parked and not refused: {place}", order)
                  for place, order in refused.unexpected()[:most]]
        return [(what, f"default/amazon/order/{order}") for what, order in found]

    @staticmethod
    def table(result):
        """Heads and rows for people: a column a target."""
        names = list(result["targets"])
        keys = ("records", "versions", "lost", "repeated", "older_after_newer", "unknown_probed",
                "unknown_resent", "requests")
        return [("", *names), *((key.replace("_", " "),
                                 *(str(result["targets"][name][key]) for name in names))
                                for key in keys)]
