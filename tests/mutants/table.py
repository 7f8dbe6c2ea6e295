# SPDX-License-Identifier: Apache-2.0
"""The table of mutants, read and applied. Its form is told at the head of mutants.def."""
import os

FIELDS = {"file": 1, "old": 99, "new": 99, "tests": 1, "does": 1, "lives": 1}
NEEDED = ("file", "old", "tests", "does")


class Mutant:
    """One change that must not go unnoticed."""

    def __init__(self, name, where):
        self.name = name
        self.where = where
        self.fields = {field: [] for field in FIELDS}

    @property
    def path(self):
        return self.fields["file"][0]

    @property
    def tests(self):
        return self.fields["tests"][0].split()

    @property
    def lives(self):
        """Why it may live; empty when it must die."""
        return "".join(self.fields["lives"])

    def places(self, lines):
        """Where in a file its old lines stand, without regard to how they are indented."""
        old = self.fields["old"]
        bare = [line.strip() for line in lines]
        return [at for at in range(len(bare)) if bare[at:at + len(old)] == old]

    def changed(self, text):
        """The file with the change in it."""
        lines = text.split("\n")
        at = self.places(lines)[0]
        lines[at:at + len(self.fields["old"])] = self.fields["new"]
        return "\n".join(lines)


def read_all(folder, problems):
    """The rows of all parts of the table."""
    return [mutant for name in sorted(os.listdir(folder)) if name.endswith(".def")
            for mutant in read(os.path.join(folder, name), problems)]


def read(path, problems):
    """The rows of one part; what is wrong with its form goes to `problems`."""
    mutants = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            if not line.startswith(" "):
                mutants.append(Mutant(text, f"{os.path.basename(path)}:{number}"))
                continue
            field, _, value = text.partition(" ")
            if not mutants or field not in FIELDS:
                problems.append(f"{path}:{number}: no such field: {field}")
            elif len(mutants[-1].fields[field]) == FIELDS[field]:
                problems.append(f"{path}:{number}: {field} stands there twice")
            else:
                mutants[-1].fields[field].append(value.strip())
    return mutants


def check(mutants, root, known, problems):
    """Each row can be applied, to one place, and its tests are there."""
    names = set()
    for mutant in mutants:
        where = f"{mutant.where}: {mutant.name}"
        missing = [field for field in NEEDED if not mutant.fields[field]]
        if missing:
            problems.append(f"{where}: no {', '.join(missing)}")
            continue
        if mutant.name in names:
            problems.append(f"{where}: a name that is taken")
        names.add(mutant.name)
        problems.extend(f"{where}: there is no test {test}" for test in mutant.tests if test not in known)
        full = os.path.join(root, mutant.path)
        if not os.path.isfile(full):
            problems.append(f"{where}: there is no file {mutant.path}")
            continue
        with open(full, encoding="utf-8") as file:
            places = len(mutant.places(file.read().split("\n")))
        if places != 1:
            problems.append(f"{where}: its old lines stand {places} times in {mutant.path}, not once")
