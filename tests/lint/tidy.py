# SPDX-License-Identifier: Apache-2.0
"""clang-tidy has nothing to say, by the rules in .clang-tidy."""
import shutil
import subprocess
import sys

import compiled
import sources

TOLD = "tests/lint/tidy.h"


def main():
    if not shutil.which("clang-tidy"):
        sys.exit("clang-tidy is not installed; tools/install test does that")
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True)
    rules = [sources.text(path) for path in sources.files(".clang-tidy") + [TOLD]]
    compiled.run_all(
        "tidy", lambda unit: ["clang-tidy", "--quiet", "--warnings-as-errors=*", unit.path, "--",
                              *unit.arguments, "-include", TOLD], version.stdout, rules)


main()
