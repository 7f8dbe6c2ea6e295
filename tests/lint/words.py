# SPDX-License-Identifier: Apache-2.0
"""Every file says its licence first and its purpose next; nothing half-done, and no path of one machine."""
import re

import sources

LICENCE = "SPDX-License-Identifier: Apache-2.0"
LEFTOVERS = re.compile(r"\b(TODO|FIXME|HACK|WIP)\b")
# Folders of whoever happens to build this; a temporary folder is everybody's.
MACHINE = re.compile(r"(?<![\w.])/(home|root|work|Users)/[\w.]")
# Pages that are not in this tree: what they say that matters stands here.
ELSEWHERE = re.compile(r"\b(design|requirements?|issue) \d+(\.\d+)?\b|\bdesign\.md\b", re.I)
# The licence names its own terms.
FREE = {"LICENSE", "tests/lint/words.py"}


def check_text(path, problems):
    for number, line in enumerate(sources.text(path).split("\n"), 1):
        if LEFTOVERS.search(line):
            problems.append(f"{path}:{number}: something is left to do: {line.strip()[:60]}")
        if MACHINE.search(line):
            problems.append(f"{path}:{number}: a path of one machine: {line.strip()[:60]}")
        if ELSEWHERE.search(line):
            problems.append(f"{path}:{number}: of a page that is not here: {line.strip()[:60]}")
        if line != line.rstrip():
            problems.append(f"{path}:{number}: blanks at the end of the line")


def check_head(path, problems):
    head = sources.text(path).split("\n")
    first = head[1] if head[0].startswith("#!") and len(head) > 1 else head[0]
    if LICENCE not in first:
        problems.append(f"{path}:1: the first line is not the licence")


def main():
    problems = []
    code = sources.files(".c", ".h", ".py", ".sh")
    paths = code + sources.files(".md", ".txt", ".cmake", ".def", ".json", ".yaml", ".yml")
    for path in paths:
        if path not in FREE:
            check_text(path, problems)
    for path in code:
        check_head(path, problems)
    sources.finish(problems, len(paths))


main()
