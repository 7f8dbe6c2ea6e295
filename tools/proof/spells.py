# SPDX-License-Identifier: Apache-2.0
"""spells - now and then every record is refused at one place, with a 400 or 422

Each record that meets with it is parked at once, until so many did that it must be their account;
then all of them have to come through by themselves, whoever is killed meanwhile. So it lasts until
the account is seen to be in trouble: of a shorter one nobody could tell that it was not the records.
A 403 leaves it open whose it is, and parks nothing; so it lasts as long as it lasts. (The fault
refuse_all says it for still shorter.) So do refusals where lists are read, and no record behind them.
"""

WORD = "in a row"  # of the reason of an account that is stopped so
OPEN = 403         # a status that does not say whose it is, the record's or the account's
LASTS_S = 2.5
LOOK_S = 0.5
APART_S = 12
PART = (0.15, 0.75)  # of the time in which orders are given: later ones may be too few
KNOWN_S = 60  # by then, after the last kill: a process that has just begun has met with too few
ROW = 5       # so many different records that met with it make it the account's


class Place:
    """Where all may be refused: a lever's path, and the accounts of whom one is in trouble then."""

    def __init__(self, name, lever, statuses, accounts):
        self.name = name
        self.lever = lever
        self.statuses = statuses
        self.accounts = accounts  # none: nobody has to be


def places_of_targets(source, targets):
    """Orders are read from `source`, and go to each target, whose account has its name."""
    return [Place(source, "/sim/orders?", (400,), (source,)),
            *(Place(name, f"/sim/target?name={name}&", (400, 422), (name,)) for name in targets)]


class Spells:
    def __init__(self, sim, crew, rng, places, seconds, known_s=KNOWN_S):
        """known_s: what a killed process had under way may fill all places at a vendor for long."""
        self.known_s = known_s
        self.killed_s = 0  # when somebody was, last
        self.sim = sim
        self.crew = crew
        self.rng = rng
        self.places = places
        first, last = (share * seconds for share in PART)
        self.left = [first + APART_S * at for at in range(int((last - first) / APART_S) + 1)]
        self.place = None  # where it is so now
        self.status = self.begun_s = self.look_s = 0
        self.met = {}  # how often each record had been refused before it
        self.count = 0

    def tell(self, words):
        self.sim.post(self.place.lever + words)

    def begin(self, now_s):
        self.left.pop(0)
        self.place = self.rng.choice(self.places)
        self.status = self.rng.choice(self.place.statuses)
        self.tell(f"status={self.status}&page={self.rng.randint(0, 1)}")
        self.met = self.times()
        self.begun_s = now_s
        self.look_s = now_s + LASTS_S
        self.count += 1

    def end(self):
        self.tell("status=0&page=0")
        self.place = None

    def times(self):
        """How often each record was refused so far."""
        return {(row["at"], row["target"], row["id"]): row["times"]
                for row in self.sim.refused()["refused"]}

    def nobody_came(self):
        """Too few records met with it to tell: whoever brings them was not up for long enough."""
        return sum(times > self.met.get(name, 0) for name, times in self.times().items()) < ROW

    def is_known(self):
        if not self.place.accounts or self.status == OPEN:
            return True
        status = self.crew.ask("status") or {}
        keys = [f"default/{name}" for name in self.place.accounts]
        return any(account["account"] in keys and account["suspended"] and WORD in account["reason"]
                   for process in status.get("processes", []) if isinstance(process, dict)
                   for account in process.get("accounts", []))

    def step(self, now_s, killed=False):
        """killed: somebody was, since the last step."""
        if killed:
            self.killed_s = now_s
        if self.place is None:
            if self.left and now_s >= self.left[0]:
                self.begin(now_s)
        elif now_s >= self.look_s:
            self.look_s = now_s + LOOK_S
            late = now_s >= max(self.begun_s, self.killed_s) + self.known_s
            if self.is_known() or (late and self.nobody_came()):
                self.end()
            elif late:
                raise RuntimeError(f"{self.place.name} refuses all for {now_s - self.begun_s:.0f} s, "
                                   f"the last {self.known_s} without a kill, and nobody says so")
