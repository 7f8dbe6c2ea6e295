# SPDX-License-Identifier: Apache-2.0
"""What a person types wrongly, and Ctrl-C in the middle: one line that says what is wrong and what
would be right, the exit code of wrong use, and nothing left behind."""
import functools
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from deployment import wait_for, with_us

BINARIES = os.path.abspath(sys.argv.pop(1))
SOURCES = os.path.abspath(sys.argv.pop(1))
WAYBILL = [os.path.join(BINARIES, "waybill")]
SIM = [os.path.join(BINARIES, "waybill-sim")]
TEST = [os.path.join(SOURCES, "tools/test")]
INSTALL = [os.path.join(SOURCES, "tools/install")]
PROVE = ["python3", "-B", "-m", "proof", "--bin", BINARIES]
USAGE, CONFIG = 2, 100


class Case(unittest.TestCase):
    def setUp(self):
        # all temporary folders are made here, so that what is left behind shows
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def environment(self):
        return dict(os.environ, TMPDIR=self.folder, PYTHONPATH=os.path.join(SOURCES, "tools"))

    def processes(self):
        """Whose environment names our folder: all that descend from what we started."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if f"TMPDIR={self.folder}".encode() in file.read().split(b"\0"):
                        found.append(int(pid))
            except OSError:
                pass
        return found

    def nothing_left(self):
        self.assertEqual(self.processes(), [])
        self.assertEqual(os.listdir(self.folder), [])


class Wrong(Case):
    ROWS = [
        (WAYBILL, ("run", "--until-done=maybe"), USAGE, "--until-done: 'maybe' is neither"),
        (WAYBILL, ("run", "--orders", "5", "--orders", "6"), USAGE, "--orders stands there twice"),
        (WAYBILL, ("run", "5"), USAGE, "there is no place for 5"),
        (WAYBILL, ("sync", "shop"), USAGE, "a word is missing; usage: waybill sync ACCOUNT"),
        (WAYBILL, ("run", "--pace", "fast"), USAGE, "run: --pace: 'fast' is no number such as"),
        (WAYBILL, ("run", "--rate-scale", "-3"), USAGE, "run: --rate-scale: '-3' is no number"),
        (WAYBILL, ("run", "--faults", "weather=1"), USAGE, "there is no fault 'weather': see"),
        (WAYBILL, ("run", "--faults", "429=7"), USAGE, "'429=7': a chance is 0 to 1"),
        (WAYBILL, ("run", "--config", "no/such.yaml"), CONFIG, "no/such.yaml cannot be opened"),
        (WAYBILL, ("run", "--state", "no/such/folder"), CONFIG, "no/such/folder cannot be made"),
        (WAYBILL, ("run", "--state", "/dev/null"), CONFIG, "/dev/null is no folder"),
        (SIM, ("--pac", "3"), USAGE, "did you mean --pace?"),
        (SIM, ("--port", "70000"), USAGE, "'70000': is outside 0 to 65535"),
        (SIM, ("--start", "later"), USAGE, "is none of auto, manual"),
        (SIM, ("--slow", "1w"), USAGE, "no duration such as 250ms"),
        (TEST, ("--only",), USAGE, "--only needs a suite: unit, contract, system"),
        (TEST, ("--only=",), USAGE, "no suite none (unit, contract"),
        (TEST, ("--only", "units"), USAGE, "no suite units (unit, contract"),
        (TEST, ("--onyl", "unit"), USAGE, "there is no option --onyl; see --help"),
        (INSTALL, (), USAGE, "usage: tools/install build|test"),
        (PROVE, ("--kill-all",), USAGE, "--kill-all; see --help"),
        (PROVE, ("--kills",), USAGE, "--kills: expected one argument"),
        (PROVE, ("--kills", "-5"), USAGE, "--kills: '-5' is below 0"),
        (PROVE, ("--orders", "0"), USAGE, "--orders: '0' is outside 1 to 50000000"),
        (PROVE, ("--seconds", "nan"), USAGE, "--seconds: 'nan' is outside 0"),
        (PROVE, ("--target", "all"), USAGE, "choose from 'keyed', 'probed', 'both'"),
        (PROVE, ("--faults", "weather=1"), USAGE, "there is no fault 'weather': see"),
        (PROVE, ("--state", "/dev/null"), USAGE, "/dev/null cannot be written"),
        (PROVE, ("--show", "no/such/file"), USAGE, "no/such/file cannot be written: No such"),
        (PROVE, ("--config", "no/such/file"), CONFIG, "no/such/file cannot be opened: No such"),
        (PROVE, ("--config", "a", "--story", "b"), USAGE, "--story and --config exclude each other"),
        (PROVE, ("--bin", "/nowhere"), 1, "/nowhere/waybill-sim: No such file"),
    ]

    def test_one_line_says_what_is_wrong(self):
        for command, words, code, text in self.ROWS:
            with self.subTest(command=command[-1], words=words):
                ended = subprocess.run([*command, *words], env=self.environment(), text=True,
                                       cwd=self.folder, capture_output=True, timeout=60,
                                       stdin=subprocess.DEVNULL, check=False)
                self.assertEqual(ended.returncode, code, ended.stderr)
                self.assertIn(text, ended.stderr)
                self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
                self.assertEqual(ended.stdout, "")
                self.nothing_left()


class Interrupted(Case):
    """As a terminal does it: the signal comes to all of the group."""

    def interrupt(self, middle, *command):
        process = subprocess.Popen(command, env=self.environment(), cwd=SOURCES, text=True,
                                   start_new_session=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=with_us)
        try:
            wait_for("the middle", middle, 60)
            os.killpg(process.pid, signal.SIGINT)
            said = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.assertNotIn("Traceback", "".join(said))
        wait_for("the end of every process", lambda: not self.processes())
        self.nothing_left()
        return process.returncode

    def find(self, name):
        return glob.glob(os.path.join(self.folder, "**", name), recursive=True)

    def arrived(self):
        """Orders have reached the target."""
        for path in self.find("sim.ready"):
            with open(path, encoding="ascii") as file:
                port = json.load(file)["port"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sim/stats", timeout=10) as answer:
                targets = json.load(answer)["targets"].values()
            return any(target["records"] for target in targets)
        return False

    def test_run(self):
        self.assertEqual(self.interrupt(self.arrived, *WAYBILL, "run", "--json"), 0)

    def test_prove(self):
        ready = functools.partial(self.find, "pusher-1.ready")
        self.assertEqual(self.interrupt(ready, *PROVE, "--kills", "0", "--seconds", "600"), 130)


if __name__ == "__main__":
    unittest.main(verbosity=1)
