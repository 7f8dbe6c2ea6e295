# SPDX-License-Identifier: Apache-2.0
"""refused - which records the world refused for good, by its own memory, and which are parked.

Both are sets of (place, id): the place is a target's name, or SOURCE. In the end they are the same.
An element of a list that is no record has no id: what is parked of these is counted.
"""
from urllib.parse import unquote

SOURCE = "source"
ELEMENT_KINDS = 5  # the same bytes are parked once


def refused_for_good(rows):
    """Of what the simulator tells: not what was refused while everything was."""
    return {(row["target"] or SOURCE, row["id"]) for row in rows if row["lasting"]}


def parked_of(answer, targets):
    """Of what `waybill parked list` tells, and how many rows have no id; None when somebody did not
    answer, or told a part."""
    found, elements = set(), 0
    for process in (answer or {}).get("processes", []):
        if process.get("more", True):
            return None
        for row in process["rows"]:
            account = row["account"].rpartition("/")[2]
            order = unquote(row["record"].rpartition("/")[2])  # as in a key, which parts by slashes
            elements += not order
            if order:
                found.add((account if account in targets else SOURCE, order))
    return (found, elements) if answer else None


class Refused:
    def __init__(self, told, answer, targets):
        self.rows = told["refused"]
        self.wanted = refused_for_good(self.rows)
        self.elements_most = min(told["elements"], ELEMENT_KINDS)  # an answer may have been lost
        self.parked, self.elements = parked_of(answer, targets) or (None, 0)

    def missing(self):
        """Refused, and not parked."""
        return sorted(self.wanted - (self.parked or set()))

    def unexpected(self):
        """Parked, and not refused for good."""
        return sorted((self.parked or set()) - self.wanted)

    def same(self):
        return self.parked == self.wanted and self.elements <= self.elements_most

    def kept_from(self, target):
        """The orders of this world that cannot come there."""
        return {row["id"] for row in self.rows
                if row["own"] and row["lasting"] and row["target"] in ("", target)}
