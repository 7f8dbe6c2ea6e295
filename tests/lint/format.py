# SPDX-License-Identifier: Apache-2.0
"""clang-format has nothing to say."""
import shutil
import subprocess
import sys

import sources

BATCH = 50


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
    sources.finish(problems, len(paths))


main()
