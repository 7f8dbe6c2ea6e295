# SPDX-License-Identifier: Apache-2.0
"""clang-format has nothing to say."""
import shutil
import subprocess
import sys

import sources


def main():
    if not shutil.which("clang-format"):
        print("skipped: clang-format is not installed")
        sys.exit(77)
    problems, paths = [], sources.files(".c", ".h")
    for path in paths:
        run = subprocess.run(["clang-format", "--dry-run", "-Werror", path], cwd=sources.root(),
                             capture_output=True, text=True, check=False)
        if run.returncode:
            first = run.stderr.splitlines()
            problems.append(first[0] if first else f"{path}: not formatted")
    sources.finish(problems, len(paths))


main()
