# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the files of the tree, C text without comments and strings, and the report."""
import os
import re
import sys

SKIPPED = {"build", ".git", "state", "__pycache__", ".venv"}


def root():
    return os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")


def files(*endings):
    """Paths relative to the root, sorted."""
    found = []
    for folder, folders, names in os.walk(root()):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root())
            if name.endswith(endings) and not os.path.islink(os.path.join(folder, name)):
                found.append(path)
    return found


def text(path):
    with open(os.path.join(root(), path), encoding="utf-8") as file:
        return file.read()


_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(path, strings=False):
    """The text with comments blanked, and what literals hold unless `strings`; lines stay."""
    def blank(match):
        token = match.group(0)
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token if strings else token[0] + " " * (len(token) - 2) + token[-1]
    return _TOKENS.sub(blank, text(path))


def line_of(whole, offset):
    return whole.count("\n", 0, offset) + 1


def finish(problems, checked):
    for problem in problems:
        print(problem)
    print(f"{checked} files, {len(problems)} problems")
    if not checked:
        sys.exit("nothing was checked")
    sys.exit(1 if problems else 0)
