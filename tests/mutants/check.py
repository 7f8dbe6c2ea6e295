# SPDX-License-Identifier: Apache-2.0
"""The table of mutants fits the tree: what it changes is there, once, and so are its tests.

Usage: check.py SOURCE BUILD"""
import os
import re
import sys

import table

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = re.compile(r"^add_test\(\[=*\[(.+?)\]=*\]", re.M)


def tests_of(build):
    """The names of all tests, by the files that ctest reads."""
    found = set()
    for folder, _, names in os.walk(os.path.join(build, "tests")):
        if "CTestTestfile.cmake" in names:
            with open(os.path.join(folder, "CTestTestfile.cmake"), encoding="utf-8") as file:
                found.update(TEST.findall(file.read()))
    return found


def main():
    root, build = sys.argv[1:3]
    problems = []
    mutants = table.read_all(HERE, problems)
    table.check(mutants, root, tests_of(build), problems)
    for problem in problems:
        print(problem)
    print(f"{len(mutants)} mutants, {len(problems)} problems")
    sys.exit(1 if problems or not mutants else 0)


main()
