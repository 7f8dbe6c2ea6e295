# SPDX-License-Identifier: Apache-2.0
"""An owned local is whole before the first return: WB_AUTO runs its destructor from the declaration on."""
import re

import sources

DECLARED = re.compile(r"^( +)WB_AUTO\(\w+\)\s+(?:const )?(?:struct )?\w+ (\**)(\w+)(?:\[[^\]]*\])?;", re.M)
END = re.compile(r"^}", re.M)
LEAVES = re.compile(r"\breturn\b|\bbreak\b|\bcontinue\b")


def check(path, problems):
    whole = sources.code(path)
    for match in DECLARED.finditer(whole):
        name, begin = match.group(3), match.end()
        end = END.search(whole, begin)
        rest = whole[begin:end.start() if end else len(whole)]
        # The first mention fills it (an initialiser, or the address handed to one).
        first = re.search(rf"\b{name}\b", rest)
        before = rest[:first.start()] if first else rest
        if LEAVES.search(before):
            line = sources.line_of(whole, match.start(3))
            problems.append(f"{path}:{line}: {name} may be released before it is filled")


def main():
    problems, paths = [], sources.files(".c", ".h")
    for path in paths:
        check(path, problems)
    sources.finish(problems, len(paths))


main()
