# SPDX-License-Identifier: Apache-2.0
"""A state folder that cannot be used: told, with exit code 100, and nothing in it is touched."""
import hashlib
import os
import stat
import subprocess
import sys
import unittest

from deployment import Deployment, wait_for
from disks import own_mounts, read_only

BINARIES, STORE_FORMAT = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
# What a start may write whatever comes of it: its words, and who holds a lock.
OWN = ("log", "run", "up.lock", "lock", "lock.mdb")


class State(unittest.TestCase):
    @staticmethod
    def content(folder):
        """Every file, its digest and its rights."""
        found = {}
        for path, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name not in OWN]
            for name in folders + [name for name in names if name not in OWN]:
                whole = os.path.join(path, name)
                mode = os.lstat(whole).st_mode
                found[os.path.relpath(whole, folder)] = mode
                if stat.S_ISREG(mode):
                    with open(whole, "rb") as file:
                        found[os.path.relpath(whole, folder)] = (
                            mode, hashlib.file_digest(file, "sha256").hexdigest())
        return found

    def deploy(self, orders=5):
        place = Deployment(BINARIES, orders=orders)
        self.addCleanup(place.close)
        return place

    def used(self):
        place = self.deploy()
        place.up("--first")
        place.ask("/sim/start", "POST")
        wait_for("5 orders", lambda: place.target().get("records") == 5, 60)
        self.assertEqual(place.down(), 0)
        return place

    def refused(self, place, text, *words, how=Deployment.waybill_ended):
        before = self.content(place.state())
        ended = how(place, "up", *words)
        said = ended.stderr + ended.stdout
        self.assertEqual(ended.returncode, 100, said)
        self.assertRegex(said, text)
        self.assertEqual(self.content(place.state()), before)
        return said

    def works(self, place):
        """As if nothing had been."""
        place.up()
        self.assertEqual(place.down(), 0)

    def test_of_another_deployment(self):
        place = self.used()
        with open(place.config, "a", encoding="utf-8") as file:
            file.write("deployment: another\n")
        self.refused(place, "waybill.*another", "--only", "mapper-1")

    def test_of_another_number_of_shards(self):
        place = self.used()
        with open(place.config, "a", encoding="utf-8") as file:
            file.write("shards: 32\n")
        self.refused(place, "shards", "--only", "mapper-1")

    def test_of_a_newer_release(self):
        place = self.used()
        store = place.state("mapper-1")
        subprocess.run([STORE_FORMAT, store, "waybill", "7"], check=True)
        self.refused(place, "mapper-1 has format 7, of a newer release; this one knows [0-9]",
                     "--only", "mapper-1")

    def test_it_is_a_file(self):
        place = self.deploy(orders=1)
        with open(place.state(), "w", encoding="ascii") as file:
            file.write("not a folder")
        ended = place.waybill_ended("up", "--first")
        self.assertEqual(ended.returncode, 100, ended.stderr)
        self.assertIn(place.state(), ended.stderr)
        with open(place.state(), encoding="ascii") as file:
            self.assertEqual(file.read(), "not a folder")

    def test_damaged(self):
        place = self.used()
        with open(place.state("mapper-1", "data.mdb"), "r+b") as file:
            file.truncate(5000)
        self.refused(place, "mapper-1 is damaged", "--only", "mapper-1")

    def test_in_use_by_another_process(self):
        place = self.used()
        with subprocess.Popen(
                [place.path("waybill-mapper"), "--config", place.config, "--instance", "mapper-1"],
                env=place.environment, stderr=subprocess.DEVNULL) as other:
            try:
                wait_for("the other", lambda: place.pid("mapper-1") == other.pid)
                ended = place.waybill_ended("up", "--only", "mapper-1")
                self.assertEqual(ended.returncode, 100)
                self.assertRegex(ended.stderr, f"mapper-1 is in use by process {other.pid}")
                self.assertIsNone(other.poll())
            finally:
                other.terminate()
            self.assertEqual(other.wait(30), 0)
        self.works(place)

    @staticmethod
    def obeying(place, *words):
        """By who has to obey the rights of files: root has not, with its capabilities."""
        drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
        return subprocess.run(
            [*(drop if os.geteuid() == 0 else []), place.path("waybill"), *words],
            env=place.environment, cwd=place.folder, text=True, capture_output=True, timeout=60,
            check=False)

    def test_it_may_not_be_written(self):
        place = self.deploy(orders=1)
        os.mkdir(place.state(), 0o500)
        self.addCleanup(os.chmod, place.state(), 0o700)
        self.refused(place, f"{place.state()}.* cannot be (made|written): Permission denied",
                     "--first", how=self.obeying)
        self.assertEqual(os.listdir(place.state()), [])

    def test_a_store_may_not_be_written(self):
        place = self.used()
        for name in ("data.mdb", "lock"):
            with self.subTest(name):
                path = place.state("mapper-1", name)
                mode = stat.S_IMODE(os.lstat(path).st_mode)
                os.chmod(path, mode & 0o555)
                try:
                    self.refused(place, "mapper-1.*Permission denied", "--only", "mapper-1",
                                 how=self.obeying)
                finally:
                    os.chmod(path, mode)
        self.works(place)

    @unittest.skipUnless(own_mounts(), "mounts of our own are not allowed here")
    def test_on_a_disk_that_can_only_be_read(self):
        for path in ((), ("mapper-1",)):
            with self.subTest(path):
                place = self.used()
                read_only(self, place.state(*path))
                self.refused(place, "Read-only file system", "--only", "mapper-1")


if __name__ == "__main__":
    unittest.main(verbosity=1)
