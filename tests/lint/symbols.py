# SPDX-License-Identifier: Apache-2.0
"""What the objects of the build say: which names with external linkage each source defines, and
which it takes from others. A call that was inlined is none here: what is said is said by the linker."""
import json
import os
import shlex
import subprocess
import sys

import sources

BATCH = 200
DEFINED, WANTED = "TDRBCVW", "U"


class Object:
    """Of one source, in all its objects."""

    def __init__(self):
        self.defines, self.wants = set(), set()


def rows():
    """(source, object) of each that the build compiles and the tree holds."""
    with open(os.path.join(sys.argv[2], "compile_commands.json"), encoding="utf-8") as file:
        for row in json.load(file):
            path = os.path.relpath(os.path.join(row["directory"], row["file"]), sources.root())
            if not path.startswith(".."):
                words = row.get("arguments") or shlex.split(row["command"])
                yield path, os.path.join(row["directory"], words[words.index("-o") + 1])


def listed(paths):
    """(object, name, letter) as nm prints them."""
    for begin in range(0, len(paths), BATCH):
        run = subprocess.run(["nm", "-A", "-f", "posix", *paths[begin:begin + BATCH]],
                             capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines():
            path, rest = line.split(": ", 1)
            name, letter = rest.split()[:2]
            yield path, name, letter


def read(problems):
    """Source -> Object. What is not built, or older than its source, is a problem."""
    found, source_of = {}, {}
    for path, built in sorted(rows()):
        if not os.path.isfile(built):
            problems.append(f"{built}: it is not built: build all before")
        elif os.path.getmtime(built) < os.path.getmtime(os.path.join(sources.root(), path)):
            problems.append(f"{built}: it is older than its source: build all before")
        else:
            source_of[built] = path
            found.setdefault(path, Object())
    for built, name, letter in listed(sorted(source_of)):
        if letter in DEFINED:
            found[source_of[built]].defines.add(name)
        elif letter in WANTED:
            found[source_of[built]].wants.add(name)
    return found
