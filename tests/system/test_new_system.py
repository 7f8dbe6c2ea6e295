# SPDX-License-Identifier: Apache-2.0
"""A new outside system, from its name to a circle that runs: tools/new-system in a copy of the tree,
built there as far as it takes."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCES = sys.argv.pop(1)
NAME = "_".join(("acme", "depot")) # whole it may not stand here: a new name is in no line of the tree
LEFT = shutil.ignore_patterns("build", ".git", "state", "__pycache__", ".venv")
TESTS = rf"connectors\.{NAME}|contract\.connectors|systems\.tables"
LINTS = ("banned", "format", "layers", "pages", "sizes", "systems", "words")
ORDERS = 100

REFUSED = (("Acme", "is no name"), ("1a", "is no name"), ("a__b", "is no name"), ("a_", "is no name"),
           ("x", "is no name"), ("../x", "is no name"), ("a" * 25, "is no name"), ("switch", "a word of C"),
           ("sample", "the template's name"), ("sample_two", "the template's name"),
           ("webhook", "taken: actors/connectors/webhook is there"),
           ("envelope", "is a word of this tree (actors/"))


def run(*command, folder):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


class NewSystem(unittest.TestCase):
    def must(self, *command):
        ended = run(*command, folder=self.tree)
        self.assertEqual(ended.returncode, 0, f"{' '.join(command)}:\n{ended.stdout[-4000:]}")
        return ended.stdout

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.tree = os.path.join(self.scratch.name, "tree")
        shutil.copytree(SOURCES, self.tree, ignore=LEFT)

    def test_names_that_are_refused(self):
        for name, word in REFUSED:
            ended = run("tools/new-system", name, folder=self.tree)
            self.assertEqual(ended.returncode, 1, name)
            self.assertIn(word, ended.stdout)
        self.assertEqual(run("diff", "-rq", "-x", "build", "-x", ".git", "-x", "state", "-x", "__pycache__",
                             "-x", ".venv", SOURCES, self.tree, folder=self.tree).stdout, "")

    def test_from_its_name_to_its_circle(self):
        self.must("cmake", "-S", ".", "-B", "build/new", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                  "-DCMAKE_C_FLAGS=-O0")
        self.must("tools/new-system", NAME, "--binary-dir", "build/new")
        tests = re.findall(r"Test +#\d+: (\S+)", self.must("ctest", "--test-dir", "build/new", "-N", "-R", TESTS))
        self.assertGreaterEqual(len([test for test in tests if NAME in test]), 2, tests) # of both its sides
        self.must("cmake", "--build", "build/new", "-j", str(os.cpu_count() or 1), "--target", "binaries",
                  *(f"test.{test}" for test in tests))
        told = self.must("ctest", "--test-dir", "build/new", "-R", TESTS, "--output-on-failure")
        self.assertIn(f"0 tests failed out of {len(tests)}", told)
        for lint in LINTS: # what is wrong elsewhere is told by the lints themselves
            said = run(sys.executable, "-B", f"tests/lint/{lint}.py", ".", "build/new", folder=self.tree).stdout
            self.assertEqual([line for line in said.splitlines() if NAME in line], [], lint)
        self.assertNotIn("print it anew", run(sys.executable, "-B", "tests/lint/pages.py", ".", "build/new",
                                              folder=self.tree).stdout)
        last = json.loads(self.must("build/new/bin/waybill", "run", "--story", NAME, "--orders", str(ORDERS),
                                    "--until-done", "--json").splitlines()[-1])
        self.assertEqual(last["target"]["records"], ORDERS)
        self.assertEqual((last["lost"], last["parked"], last["target"]["repeated"]), (0, 0, 0))
        ended = run("tools/new-system", NAME, folder=self.tree)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("is taken", ended.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
