# SPDX-License-Identifier: Apache-2.0
"""clang-format has nothing to say, and has reflowed no table of a comment into the text below it."""
import re
import shutil
import subprocess
import sys

import sources

BATCH = 50


# A row of a table is indented, and goes on indented; a list with dashes may follow a text.
RUN_TOGETHER = re.compile(r"^ \*   +\S.*\n( \* [a-z])", re.M)


def check_tables(path, problems):
    whole = sources.text(path)
    for match in RUN_TOGETHER.finditer(whole):
        problems.append(f"{path}:{sources.line_of(whole, match.start(1))}: a row of a table runs into "
                        "what is below it: indent its rest as far as its text")


def main():
    if not shutil.which("clang-format"):
        sys.exit("clang-format is not installed; tools/install test does that")
    problems, paths = [], sources.files(".c", ".h")
    for begin in range(0, len(paths), BATCH):
        run = subprocess.run(
            ["clang-format", "--dry-run", "-Werror", "--ferror-limit=1",
             *paths[begin:begin + BATCH]],
            cwd=sources.root(), capture_output=True, text=True, check=False)
        found = [line for line in run.stderr.splitlines() if ": error: " in line]
        problems += found
        if run.returncode and not found:
            problems.append(run.stderr)
    for path in paths:
        check_tables(path, problems)
    sources.finish(problems, len(paths))


main()
