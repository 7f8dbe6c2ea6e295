# SPDX-License-Identifier: Apache-2.0
"""Every record is refused at one place until its account is seen to be in trouble there, and by
nothing less: ended before, a few would be parked, and nobody could say that it was not they.

usage: test_spells.py TOOLS
"""
import random
import sys
import unittest

sys.path.insert(0, sys.argv.pop(1))
from proof.spells import KNOWN_S, LASTS_S, LOOK_S, Place, Spells, places_of_targets  # noqa: E402

IN_A_ROW = "5 different records in a row: 400: the record is not valid"


class Sim:
    def __init__(self):
        self.told = []
        self.rows = []

    def refused(self):
        return {"refused": self.rows}

    def refuse(self, count):
        """Once more, each of so many."""
        self.rows = [{"at": "p", "target": "keyed", "id": str(at),
                      "times": (self.rows[at]["times"] if at < len(self.rows) else 0) + 1}
                     for at in range(count)]

    def post(self, words):
        self.told.append(words)


class Crew:
    def __init__(self):
        self.account = {"account": "default/keyed", "suspended": False, "reason": ""}

    def ask(self, *words):
        return {"processes": [None, {"actor": "pusher", "accounts": [self.account]}]}


class Spell(unittest.TestCase):
    def setUp(self):
        self.sim, self.crew = Sim(), Crew()
        places = places_of_targets("shop", ("keyed",))[1:]
        self.spells = Spells(self.sim, self.crew, random.Random(1), places, 10)
        self.spells.step(0)
        self.assertEqual(self.sim.told, [])
        self.spells.step(2)
        self.assertRegex(self.sim.told.pop(), r"^/sim/target\?name=keyed&status=4(00|22)&page=[01]$")

    def is_over(self, now_s):
        self.spells.step(now_s)
        return self.sim.told == ["/sim/target?name=keyed&status=0&page=0"]

    def test_lasts_until_its_account_is_in_trouble(self):
        told = (("default/probed", True, IN_A_ROW), ("default/keyed", False, IN_A_ROW),
                ("default/keyed", True, "access refused"), ("default/keyed", True, IN_A_ROW))
        now_s = 2 + LASTS_S
        for account, suspended, reason in told:
            self.assertFalse(self.is_over(now_s - 0.01))
            self.crew.account = {"account": account, "suspended": suspended, "reason": reason}
            self.assertEqual(self.is_over(now_s), (account, suspended, reason) == told[-1])
            now_s += LOOK_S
        self.assertIsNone(self.spells.place)
        self.assertEqual(self.spells.count, 1)

    def test_of_a_list_ends_by_itself(self):
        self.spells.place = Place("lists", "/sim/place?name=lists&", (403,), ())
        self.spells.step(2 + LASTS_S)
        self.assertEqual(self.sim.told, ["/sim/place?name=lists&status=0&page=0"])
        self.assertIsNone(self.spells.place)

    def test_that_leaves_open_whose_it_is_ends_by_itself(self):
        self.spells.status = 403
        self.assertTrue(self.is_over(2 + LASTS_S))

    def test_that_nobody_notices_is_a_failure(self):
        self.sim.refuse(5)
        with self.assertRaises(RuntimeError):
            self.spells.step(2 + KNOWN_S)

    def test_nobody_has_to_notice_while_they_are_killed(self):
        self.sim.refuse(5)
        self.spells.step(KNOWN_S, killed=True)
        self.spells.step(2 * KNOWN_S - LOOK_S)
        self.assertEqual(self.sim.told, [])
        with self.assertRaises(RuntimeError):
            self.spells.step(2 * KNOWN_S)

    def test_that_too_few_met_with_is_none(self):
        self.sim.refuse(4)
        self.assertTrue(self.is_over(2 + KNOWN_S))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
