# SPDX-License-Identifier: Apache-2.0
"""Each header compiles alone, with a guard that is its path."""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

import sources

FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", '-DWB_VERSION="0"', "-fsyntax-only", "-Wall", "-Wextra",
         "-Werror", "-Wno-pragma-once-outside-header", "-x", "c"]


def library_flags(build):
    """The folders of the libraries, as the build knows them."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = " ".join(row["command"] for row in json.load(file))
    return sorted(set(re.findall(r"-isystem (\S+)", commands)))


def guard_of(path):
    return "WB_" + re.sub(r"[^A-Z0-9]", "_", path.upper())


def check(path, folders):
    problems = []
    if f"#ifndef {guard_of(path)}\n" not in sources.text(path):
        problems.append(f"{path}: the guard is not {guard_of(path)}")
    command = ["cc", *FLAGS, "-I", sources.root()]
    for folder in folders:
        command += ["-isystem", folder]
    run = subprocess.run(command + [os.path.join(sources.root(), path)], capture_output=True,
                         text=True, check=False)
    if run.returncode:
        problems.append(f"{path}: does not compile alone: {run.stderr.splitlines()[0]}")
    return problems


def main():
    folders = library_flags(sys.argv[2])
    paths = [path for path in sources.files(".h") if not path.startswith("tests/")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda path: check(path, folders), paths))
    sources.finish([problem for some in found for problem in some], len(paths))


main()
