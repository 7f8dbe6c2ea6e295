# SPDX-License-Identifier: Apache-2.0
"""Small disks in mounts that this process and its children alone see."""
import ctypes
import os
import subprocess

CLONE_NEWNS = 0x00020000


def own_mounts():
    """False: not allowed here."""
    libc = ctypes.CDLL(None, use_errno=True)
    return os.geteuid() == 0 and libc.unshare(CLONE_NEWNS) == 0 and subprocess.run(
        ["mount", "--make-rprivate", "/"], capture_output=True, check=False).returncode == 0


def mount(case, path, *words):
    subprocess.run(["mount", *words, path], check=True)
    case.addCleanup(subprocess.run, ["umount", "-l", path], check=True)


def small_disk(case, path, mib):
    """Until the test's end; a folder is made for it."""
    os.makedirs(path, 0o700, exist_ok=True)
    mount(case, path, "-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "tmpfs")


def read_only(case, path):
    mount(case, path, "--bind", path)
    subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)


class Ballast:
    """A file that leaves so much room on its disk."""

    def __init__(self, folder):
        self.folder = folder
        self.path = os.path.join(folder, "ballast")

    def leave(self, mib):
        self.drop()
        vfs = os.statvfs(self.folder)
        size = vfs.f_bavail * vfs.f_frsize - (mib << 20)
        with open(self.path, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    def drop(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
