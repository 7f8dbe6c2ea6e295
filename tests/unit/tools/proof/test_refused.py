# SPDX-License-Identifier: Apache-2.0
"""What was refused is parked, by id and place, and nothing else is: who counts must see each way in
which that can be wrong.

usage: test_refused.py TOOLS
"""
import sys
import unittest

sys.path.insert(0, sys.argv.pop(1))
from proof.refused import Refused  # noqa: E402

TARGETS = ("keyed", "probed")


def refusal(order, target="", lasting=True, own=True):
    return {"at": "erp" if target else "orders", "target": target, "id": order, "own": own,
            "lasting": lasting}


def told(*rows, elements=0):
    return {"refused": rows, "elements": elements}


def answer(*rows, more=False):
    return {"processes": [{"rows": [{"account": f"default/{account}",
                                     "record": f"default/amazon/order/{order}"}
                                    for account, order in rows], "more": more}, {"rows": [],
                                                                               "more": False}]}


REFUSED = (refusal("1"), refusal("2", "keyed"), refusal("3", lasting=False),
           refusal("4", own=False))
PARKED = (("amazon", "1"), ("keyed", "2"), ("amazon", "4"))
# what is parked -> refused and not parked, parked and not refused
CASES = {
    "the same": (PARKED, [], []),
    "none": ((), [("keyed", "2"), ("source", "1"), ("source", "4")], []),
    "one too few": (PARKED[:2], [("source", "4")], []),
    "of a time in which all were refused": ((*PARKED, ("amazon", "3")), [], [("source", "3")]),
    "at the other target": ((("amazon", "1"), ("probed", "2"), ("amazon", "4")),
                            [("keyed", "2")], [("probed", "2")]),
    "as many, and another": ((("amazon", "1"), ("keyed", "5"), ("amazon", "4")),
                             [("keyed", "2")], [("keyed", "5")]),
}


class WhatWasRefused(unittest.TestCase):
    def test_is_parked_and_nothing_else(self):
        for label, (parked, missing, unexpected) in CASES.items():
            with self.subTest(label):
                found = Refused(told(*REFUSED), answer(*parked), TARGETS)
                self.assertEqual((found.missing(), found.unexpected()), (missing, unexpected))
                self.assertEqual(found.same(), not missing and not unexpected)

    def test_is_not_known_as_long_as_somebody_does_not_say_all(self):
        for said in (None, answer(*PARKED, more=True), {"processes": [{"error": "busy"}]}):
            self.assertFalse(Refused(told(*REFUSED), said, TARGETS).same())
        self.assertFalse(Refused(told(), None, TARGETS).same())

    def test_elements_without_an_id_are_counted(self):
        parked = (*PARKED, ("amazon", ""), ("amazon", ""))
        for elements, good in ((0, False), (1, False), (2, True), (100, True)):
            found = Refused(told(*REFUSED, elements=elements), answer(*parked), TARGETS)
            self.assertEqual((found.elements, found.same()), (2, good))
        parked = (*PARKED, *(("amazon", "") for _ in range(6)))
        self.assertFalse(Refused(told(*REFUSED, elements=100), answer(*parked), TARGETS).same())

    def test_does_not_come_to_the_targets(self):
        found = Refused(told(*REFUSED), answer(), TARGETS)
        self.assertEqual(found.kept_from("keyed"), {"1", "2"})
        self.assertEqual(found.kept_from("probed"), {"1"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
