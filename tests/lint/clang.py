# SPDX-License-Identifier: Apache-2.0
"""The other compiler has nothing to say either: every source of the build, looked at by clang."""
import shutil
import subprocess
import sys

import compiled


def main():
    if not shutil.which("clang"):
        sys.exit("clang is not installed; tools/install test does that")
    version = subprocess.run(["clang", "--version"], capture_output=True, text=True, check=True)
    compiled.run_all(
        "clang", lambda unit: ["clang", *unit.arguments, "-fsyntax-only", "-Werror", unit.path],
        version.stdout)


main()
