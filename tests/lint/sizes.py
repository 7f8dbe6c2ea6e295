# SPDX-License-Identifier: Apache-2.0
"""The budgets: files of a folder, lines of a file and a function, nesting, parameters.

The layout is clang-format's (checked beside this), so a definition's brace stands alone in the
first column, and the depth of a statement is its indentation.
"""
import collections
import os
import re

import sources

FOLDER_MAX = 30  # C files: a folder of more is two folders
FILE_MAX = 600
FUNCTION_MAX, FUNCTION_MOST, MOST = 60, 40, 0.9
NESTING_MAX, PARAMETERS_MAX = 3, 5
CALLED_BY_A_LIBRARY = re.compile(r"\bMHD_\w+")  # which says what a function of its type is given
INDENT = 4

CONTROL = re.compile(r"^( +)(?:\} )?(?:if|for|while|switch|do)\b")
HEAD = re.compile(r"^(\w+)\((.*)\)\s*$", re.S)
# Tests may tell a long story; a header is no function.
LONG_STORIES = ("tests/",)


def parameters(head):
    """How many; the error that closes the list of whatever can fail is not counted, nor what a text
    is filled with."""
    depth, count = 0, 1
    head = re.sub(r",\s*(?:wb_err \*err|\.\.\.)$", "", head)
    for char in head:
        depth += char in "([{"
        depth -= char in ")]}"
        count += char == "," and depth == 0
    return count


def functions(lines):
    """Yields name, parameters, first line and last line of each body."""
    begin = None
    for at, line in enumerate(lines):
        if line == "{":
            begin = at
        elif line == "}" and begin is not None:
            start = begin
            while start > 0 and not re.match(r"^\w+\(", lines[start]):
                start -= 1
            match = HEAD.match("\n".join(lines[start:begin]))
            if match:
                yield match.group(1), match.group(2), begin + 1, at
            begin = None


def check_function(path, lines, function, problems):
    name, head, begin, end = function
    length = end - begin
    if length > FUNCTION_MAX and not path.startswith(LONG_STORIES):
        problems.append(f"{path}:{begin}: {name} has {length} lines, {FUNCTION_MAX} are allowed")
    if parameters(head) > PARAMETERS_MAX and not CALLED_BY_A_LIBRARY.search(head):
        problems.append(f"{path}:{begin}: {name} has {parameters(head)} parameters")
    for at in range(begin, end):
        match = CONTROL.match(lines[at])
        if match and len(match.group(1)) // INDENT > NESTING_MAX:
            problems.append(f"{path}:{at + 1}: {name} nests deeper than {NESTING_MAX}")
            break
    return length


def check_folders(paths, problems):
    counts = collections.Counter(os.path.dirname(path) for path in paths if path.endswith(".c"))
    problems += [f"{folder}: {count} C files, {FOLDER_MAX} are allowed"
                 for folder, count in sorted(counts.items()) if count > FOLDER_MAX]


def main():
    problems, lengths = [], []
    paths = sources.files(".c", ".h")
    check_folders(paths, problems)
    for path in paths:
        lines = sources.code(path).split("\n")
        if len(lines) - 1 > FILE_MAX:
            problems.append(f"{path}: {len(lines) - 1} lines, {FILE_MAX} are allowed")
        for function in functions(lines):
            length = check_function(path, lines, function, problems)
            if not path.startswith(LONG_STORIES):
                lengths.append(length)
    lengths.sort()
    if lengths:
        most = lengths[int(len(lengths) * MOST)]
        print(f"{len(lengths)} functions: half {lengths[len(lengths) // 2]}, nine in ten {most}, "
              f"longest {lengths[-1]} lines")
        if most > FUNCTION_MOST:
            problems.append(f"nine in ten functions must have at most {FUNCTION_MOST} lines")
    sources.finish(problems, len(paths))


main()
