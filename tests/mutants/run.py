# SPDX-License-Identifier: Apache-2.0
"""Each mutant of the table, one after another, in a copy of the tree that is built and tested: the
tests that its row names have to fail.

Usage: run.py [-j COPIES] SOURCE [PART OF A NAME]...
Exit 0: of all mutants at least nine in ten died, and those that live are argued in the table.

As many copies as there are processors, if not told otherwise, under build/mutants; a second run
builds only what changed.
"""
import argparse
import concurrent.futures
import os
import queue
import shutil
import subprocess
import sys
import threading
import time

import table

HERE = os.path.dirname(os.path.abspath(__file__))
DIE_AT_LEAST = 0.9
BUILD_S, TEST_S = 900, 400


def run(command, folder, limit_s):
    """Exit code (None: took too long) and what it printed."""
    try:
        done = subprocess.run(command, cwd=folder, timeout=limit_s, check=False, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace")
    except subprocess.TimeoutExpired:
        return None, "took too long"
    return done.returncode, done.stdout


class Copy:
    """A tree of its own, with its build."""

    def __init__(self, root, number):
        self.root = os.path.join(root, "build", "mutants", str(number))
        self.refresh(root)
        code, said = run(["cmake", "--preset", "dev", "-DWB_WERROR=OFF"], self.root, BUILD_S)
        if code:
            sys.exit(f"the copy cannot be configured:\n{said[-3000:]}")
        _, said = run(["cmake", "--build", "--preset", "dev", "--target", "help"], self.root, BUILD_S)
        self.targets = {line.split(":")[0] for line in said.split("\n")}

    def refresh(self, root):
        """What git knows of, as it is in the tree; what did not change keeps its time."""
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                cwd=root, check=True, capture_output=True).stdout.decode()
        for name in filter(None, listed.split("\0")):
            source, target = os.path.join(root, name), os.path.join(self.root, name)
            if not os.path.isfile(source):
                continue
            with open(source, "rb") as file:
                wanted = file.read()
            if os.path.isfile(target):
                with open(target, "rb") as file:
                    if file.read() == wanted:
                        continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(source, target)
        shared = os.path.join(root, "..", "shared") # what the tests read beside the tree
        beside = os.path.join(os.path.dirname(self.root), "shared")
        if os.path.isdir(shared) and not os.path.lexists(beside):
            os.symlink(os.path.abspath(shared), beside)

    def build(self, tests):
        """Those that these tests need: one program each, or all of it."""
        wanted = [f"test.{test}" for test in tests]
        if not set(wanted) <= self.targets:
            wanted = ["all"]
        return run(["cmake", "--build", "--preset", "dev", "-j", "1", "--target", *wanted], self.root,
                   BUILD_S)

    def failed(self, tests):
        """The first of these tests that fails; None = all passed."""
        for test in tests:
            code, _ = run(["ctest", "--test-dir", "build/dev", "--no-tests=error", "-R",
                           "^" + test.replace(".", "\\.") + "$"], self.root, TEST_S)
            if code != 0:
                return test
        return None

    def judge(self, mutant):
        """What became of it: a word, and more about it."""
        path = os.path.join(self.root, mutant.path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(mutant.changed(text))
            code, said = self.build(mutant.tests)
            if code:
                return "broken", "it does not build:\n" + said[-1500:]
            by = self.failed(mutant.tests)
            return ("died", by) if by else ("lives", mutant.lives)
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)


class Judges:
    """Some copies of the tree; rows are taken in turn."""

    def __init__(self, root, mutants, copies):
        self.work = queue.Queue()
        self.copies = [Copy(root, number) for number in range(copies)]
        self.results = {}
        self.lock = threading.Lock()
        self.mutants = mutants

    def sound(self):
        """Without a change every test passes: else a failure would prove nothing."""
        tests = sorted({test for mutant in self.mutants for test in mutant.tests})
        with concurrent.futures.ThreadPoolExecutor(len(self.copies)) as pool:
            for code, said in pool.map(lambda copy: copy.build(tests), self.copies):
                if code:
                    sys.exit(f"the tree does not build:\n{said[-3000:]}")
        bad = self.copies[0].failed(tests)
        if bad:
            sys.exit(f"{bad} fails without any change: mend that first")
        print(f"{len(tests)} tests pass without a change", flush=True)

    def judge_all(self, copy):
        while True:
            try:
                mutant = self.work.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            word, more = copy.judge(mutant)
            with self.lock:
                self.results[mutant.name] = word
                print(f"{word:7} {mutant.name} ({time.monotonic() - began:.0f} s)"
                      f"{': ' + more if more else ''}", flush=True)

    def run(self):
        for mutant in self.mutants:
            self.work.put(mutant)
        threads = [threading.Thread(target=self.judge_all, args=(copy,)) for copy in self.copies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def verdict(mutants, results):
    """What is wrong with the whole."""
    wrong = []
    for mutant in mutants:
        word = results[mutant.name]
        if word == "broken":
            wrong.append(f"{mutant.name}: does not build")
        if word == "lives" and not mutant.lives:
            wrong.append(f"{mutant.name}: no test noticed ({mutant.fields['does'][0]})")
        if word == "died" and mutant.lives:
            wrong.append(f"{mutant.name}: it dies now, so take what argues for it out of the table")
    died = sum(word == "died" for word in results.values())
    if died < DIE_AT_LEAST * len(mutants):
        wrong.append(f"only {died} of {len(mutants)} died")
    print(f"{died} of {len(mutants)} mutants died")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, metavar="COPIES")
    parser.add_argument("source")
    parser.add_argument("parts", nargs="*")
    told = parser.parse_args()
    root, parts = os.path.abspath(told.source), told.parts
    problems = []
    mutants = [mutant for mutant in table.read_all(HERE, problems)
               if not parts or any(part in mutant.name for part in parts)]
    if problems or not mutants:
        sys.exit("\n".join(problems) or "no mutant of that name")
    judges = Judges(root, mutants, max(told.j, 1))
    judges.sound()
    judges.run()
    wrong = verdict(mutants, judges.results)
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
