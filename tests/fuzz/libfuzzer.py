# SPDX-License-Identifier: Apache-2.0
"""The preset `fuzz` builds, and libFuzzer runs every target for a few seconds."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(sys.argv[1])


def has_libfuzzer():
    """clang is there, and the runtime that stands in a package of its own (libclang-rt-dev)."""
    if not shutil.which("clang"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["clang", "-fsanitize=fuzzer,address", "-x", "c", "-", "-o", folder + "/probe"],
            input="int LLVMFuzzerTestOneInput(const char *d, long n) { return !d && n; }",
            text=True, capture_output=True, check=False)
    return run.returncode == 0


def main():
    if not has_libfuzzer():
        sys.exit("clang or its libFuzzer is not installed; tools/install test does that")
    jobs = str(os.cpu_count())
    for command in (["cmake", "--preset", "fuzz"],
                    ["cmake", "--build", "--preset", "fuzz", "--target", "fuzzers", "-j", jobs],
                    ["ctest", "--test-dir", "build/fuzz", "-L", "fuzz", "--output-on-failure",
                     "--no-tests=error", "-j", jobs]):
        run = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
        if run.returncode:
            sys.exit(f"{' '.join(command)} ended with {run.returncode}")


main()
