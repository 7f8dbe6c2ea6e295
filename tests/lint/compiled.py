# SPDX-License-Identifier: Apache-2.0
"""What a compiler's word on every source shares: the build's commands, and a memory of what was
clean, by the content of a source, of all that it includes, and of the command."""
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

import sources

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


class Unit:
    """One source, and how the build compiles it."""

    def __init__(self, path, arguments):
        self.path = path
        self.arguments = arguments


def arguments_of(row):
    """Without the compiler (and its launcher), the source and what it writes."""
    words = row.get("arguments") or shlex.split(row["command"])
    while words and not words[0].startswith("-"):
        words = words[1:]
    kept = []
    for word in words:
        if kept and kept[-1] == "-o":
            kept.pop()
        elif word != "-c" and not word.endswith(".c"):
            kept.append(word)
    return kept


def units():
    """Each source of the tree that the build compiles, once."""
    found = {}
    with open(os.path.join(sys.argv[2], "compile_commands.json"), encoding="utf-8") as file:
        for row in json.load(file):
            path = os.path.relpath(os.path.join(row["directory"], row["file"]), sources.root())
            if not path.startswith(".."):
                found.setdefault(path, Unit(path, arguments_of(row)))
    return [found[path] for path in sorted(found)]


class Content:
    """The digest of a source and of all of the tree that it includes."""

    def __init__(self):
        self.known = {}

    def look(self, path):
        """(digest, included paths) of one file; None = not of the tree."""
        if path not in self.known:
            try:
                with open(os.path.join(sources.root(), path), "rb") as file:
                    whole = file.read()
            except OSError:
                self.known[path] = None
            else:
                named = INCLUDE.findall(whole.decode("utf-8", "replace"))
                self.known[path] = (hashlib.sha256(whole).digest(), named)
        return self.known[path]

    def digest(self, unit, *more):
        seen, left = set(), [unit.path]
        while left:
            path = left.pop()
            found = self.look(path)
            if path not in seen and found:
                seen.add(path)
                left += found[1]
        whole = hashlib.sha256(repr((unit.path, unit.arguments, more)).encode())
        for path in sorted(seen):
            whole.update(path.encode() + b"\0" + self.look(path)[0])
        return whole.hexdigest()


def run_all(name, command, *more):
    """Runs `command(unit)` for each source that is not known to be clean. What it says is a
    problem. `more`: what else the answer depends on."""
    memory = os.path.join(sys.argv[2], "lint", name)
    os.makedirs(memory, exist_ok=True)
    content, problems, clean = Content(), [], set()
    every = units()

    def judge(unit):
        digest = content.digest(unit, *more)
        if os.path.exists(os.path.join(memory, digest)):
            return digest, ""
        run = subprocess.run(command(unit), cwd=sources.root(), capture_output=True, text=True,
                             check=False)
        said = run.stdout + (run.stderr if run.returncode else "")
        if run.returncode == 0 and not said.strip():
            with open(os.path.join(memory, digest), "w", encoding="ascii"):
                return digest, ""
        return digest, said or f"{unit.path}: ended with {run.returncode}"

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for digest, said in pool.map(judge, every):
            clean.add(digest)
            if said:
                problems.append(said.rstrip())
    for known in os.listdir(memory):
        if known not in clean:
            os.unlink(os.path.join(memory, known))
    sources.finish(problems, len(every))
