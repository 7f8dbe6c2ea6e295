# SPDX-License-Identifier: Apache-2.0
"""ledger - what reached the targets, by their own count, and what the processes say is open."""

from proof.refused import Refused

OUTCOMES = ("handed_on", "unchanged", "stale", "merged", "filtered", "parked", "held")


class Ledger:
    """One look at both sides."""

    def __init__(self, sim, crew, targets):
        self.stats = sim.stats()
        self.targets = targets
        self.refused = Refused(sim.refused(), crew.ask("parked", "list", "--limit", "1000"),
                               targets)
        self.status = crew.ask("status")
        self.runs = crew.ask("ledger", "--limit", "1000")
        self.answered = bool(self.status and self.runs)

    def processes(self):
        return self.status["processes"] if self.status else []

    def process(self, actor):
        return [p for p in self.processes() if isinstance(p, dict) and p.get("actor") == actor]

    def rows(self, name, *actors):
        return sum(p["store"]["rows"][name] for p in self.processes()
                   if p and "store" in p and (not actors or p["actor"] in actors))

    def target(self, name):
        return self.stats["targets"].get(name) or {
            "records": 0, "versions": 0, "repeated": 0, "older_after_newer": 0, "newest": 0,
            "requests": 0}

    def lost(self, name):
        """Of the orders given, those whose newest state is not at the target and may not be."""
        return (self.stats["given"] - self.target(name)["newest"]
                - len(self.refused.kept_from(name)))

    def missing(self):
        return sum(self.lost(name) for name in self.targets)

    def total(self):
        """The sums over all runs, by the monitor."""
        sums = dict.fromkeys(("read", "open", *OUTCOMES), 0)
        for monitor in (self.runs or {}).get("monitors", []):
            for key in sums:
                sums[key] += monitor.get("total", {}).get(key, 0)
        return sums

    def parked(self):
        return self.rows("parked")  # a record may have several

    def held(self):
        """Work that somebody still has: stored, wanted, or settled without anybody knowing."""
        return max(self.rows("jobs") + self.rows("outbox"), self.total()["held"],
                   self.total()["open"])

    def read_by_pollers(self):
        return sum(p["ledger"]["read"] for p in self.process("poller"))

    def balanced(self):
        total = self.total()
        return (total["read"] == sum(total[key] for key in OUTCOMES)
                and total["read"] == self.read_by_pollers())

    def unknown(self, target, how):
        return sum(row[how] for p in self.process("pusher") for row in p.get("unknown", [])
                   if row["target"].endswith("/" + target))

    def queue_left(self):
        notices = self.stats["notices"]
        return notices["visible"] + notices["in_flight"] + notices["delayed"]

    def stamp(self):
        """What stays the same when all is quiet."""

    def settled(self):
        return (self.answered and self.stats["done"] and not self.queue_left()
                and not self.missing() and not self.held() and self.balanced()
                and self.refused.same())

    def open_words(self):
        """What is not settled, for people."""
        if not self.answered:
            return "somebody does not answer"
        total = self.total()
        words = []
        for label, count in (("in the queue", self.queue_left()),
                             ("not at the target", self.missing()), ("held", self.held()),
                             ("refused and not parked", len(self.refused.missing())),
                             ("parked and not refused", len(self.refused.unexpected())),
                             ("elements parked too many", max(0, self.refused.elements
                                                              - self.refused.elements_most))):
            if count:
                words.append(f"{count} {label}")
        if not self.balanced():
            sums = " + ".join(f"{total[key]} {key}" for key in OUTCOMES if total[key])
            words.append(f"the ledger says {total['read']} read, the pollers "
                         f"{self.read_by_pollers()} = {sums}")
        if not self.stats["done"]:
            words.append("orders are still being given")
        return ", ".join(words)
