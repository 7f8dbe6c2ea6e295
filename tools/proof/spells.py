# SPDX-License-Identifier: Apache-2.0
"""spells - now and then every record is refused at one place, with a 400 or 422

Each record that meets with it is parked at once, until so many did that it must be their account;
then all of them have to come through by themselves, whoever is killed meanwhile. So it lasts until
the account is seen to be in trouble: of a shorter one nobody could tell that it was not the records.
(A 403 leaves it open whose it is: the fault refuse_all says that for as short as it likes.)
"""

PLACES = {"amazon": "/sim/orders?", "keyed": "/sim/target?name=keyed&",
          "probed": "/sim/target?name=probed&"}
WORD = "in a row"  # of the reason of an account that is stopped so
LASTS_S = 2.5
LOOK_S = 0.5
APART_S = 12
PART = (0.15, 0.75)  # of the time in which orders are given: later ones may be too few
KNOWN_S = 60  # by then, and all are through


class Spells:
    def __init__(self, sim, crew, rng, targets, seconds):
        self.sim = sim
        self.crew = crew
        self.rng = rng
        self.places = ["amazon", *targets]
        first, last = (share * seconds for share in PART)
        self.left = [first + APART_S * at for at in range(int((last - first) / APART_S) + 1)]
        self.place = None  # where it is so now
        self.begun_s = self.look_s = 0
        self.count = 0

    def tell(self, words):
        self.sim.post(PLACES[self.place] + words)

    def begin(self, now_s):
        self.left.pop(0)
        self.place = self.rng.choice(self.places)
        status = 400 if self.place == "amazon" else self.rng.choice((400, 422))
        self.tell(f"status={status}&page={self.rng.randint(0, 1)}")
        self.begun_s = now_s
        self.look_s = now_s + LASTS_S
        self.count += 1

    def end(self):
        self.tell("status=0&page=0")
        self.place = None

    def is_known(self):
        status = self.crew.ask("status") or {}
        return any(account["account"] == f"default/{self.place}" and account["suspended"]
                   and WORD in account["reason"]
                   for process in status.get("processes", []) if isinstance(process, dict)
                   for account in process.get("accounts", []))

    def step(self, now_s):
        if self.place is None:
            if self.left and now_s >= self.left[0]:
                self.begin(now_s)
        elif now_s >= self.look_s:
            self.look_s = now_s + LOOK_S
            if self.is_known():
                self.end()
            elif now_s >= self.begun_s + KNOWN_S:
                raise RuntimeError(f"{self.place} refuses all for {KNOWN_S} s, and nobody says so")
