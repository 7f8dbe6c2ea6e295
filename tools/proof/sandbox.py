# SPDX-License-Identifier: Apache-2.0
"""sandbox - real accounts are asked: do we sign, page and pace as their vendors want it?

usage: tools/sandbox [SYSTEM]...          WAYBILL_SANDBOX_<SYSTEM>=FILE, a configuration with an
                                          account there and its secrets, for each system

Nothing of a system stands here: what there is to ask is what its connector has.

  ask    the harmless question of `waybill check --online`: signature, token, clock
  list   one of its lists, from the first page to the last, by pages as small as may be: what was read
         is read once, whole, and by more than one page when there is more than one holds
  again  the same list once more, at once: whoever counts our calls has nothing to say against it

Nothing is handed on: the configuration is copied without its routes, alone with this account, into
a state folder of its own, which is removed.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from arguments import Parser, number
from proof.deployment import Crew
from proof.own import Wrong, read

VARIABLE = "WAYBILL_SANDBOX_"
FILE = re.compile(r"(?<!\$)\$\{file:([^/}][^}]*)\}")
SMALLEST = re.compile(r"page_size: '0' is outside (\d+) to")
PAGE_SIZE = 20  # where no small number is told


class Failed(RuntimeError):
    """The account, or we, did what is not to be."""


def arguments():
    parser = Parser(prog="tools/sandbox", description="Ask real accounts: signature, limits, paging.")
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="these alone (all)")
    parser.add_argument("--days", type=number(1, most=365), default=1, metavar="N",
                        help="lists go so far back (1)")
    parser.add_argument("--wait", type=number(1, most=86400), default=600, metavar="S",
                        help="for a list, at most (600)")
    parser.add_argument("--bin", required=True, help="where the executables are")
    return parser.parse_args()


def systems_of(waybill):
    """All that there is a connector of."""
    page = subprocess.run([waybill, "check", "--reference"], capture_output=True, text=True,
                          check=True).stdout
    return re.findall(r"^## Connector (\S+)$", page, re.M)


def whole_paths(value, folder):
    """Files of secrets, as a configuration in another folder has to call them."""
    if isinstance(value, dict):
        return {key: whole_paths(each, folder) for key, each in value.items()}
    if isinstance(value, list):
        return [whole_paths(each, folder) for each in value]
    return FILE.sub(rf"${{file:{folder}/\1}}", value) if isinstance(value, str) else value


class Sandbox:
    """One account of one system."""

    def __init__(self, options, system, path):
        self.options, self.system, self.path = options, system, path
        self.waybill = os.path.join(options.bin, "waybill")
        answer = read(self.waybill, path)
        self.document = answer["document"]
        found = [row for row in answer["accounts"] if row["connector"] == system]
        if not found:
            raise Wrong(f"{path} has no account at {system}")
        self.name, self.reads = found[0]["account"], found[0]["reads"]

    def say(self, words):
        print(f"{self.system}: {words}", flush=True)

    def ask(self):
        ended = subprocess.run([self.waybill, "check", "--online", "--json", self.name, "--config",
                                self.path], capture_output=True, text=True, timeout=300, check=False)
        try:
            row = json.loads(ended.stdout)["accounts"][0]
        except (ValueError, LookupError):
            raise Failed(ended.stderr.strip() or "it could not be asked") from None
        if row["wrong"]:
            raise Failed(f"{self.name}: {row['text']}")
        self.say(f"{self.name} was asked: {row['verdict']} {row['text']}".rstrip())

    # --- a list ---

    def stream(self):
        """The first that is a list: a queue's goes on for ever, and is somebody's own."""
        lists = [name for name in self.reads if name.endswith((".sync", ".list"))] or self.reads
        if not lists:
            raise Failed(f"{self.name} reads no list: there is nothing to page")
        return lists[0]

    def write(self, folder, stream, page_size):
        account = dict(self.document["accounts"][self.name], window_msgs="512", paused="false")
        account["options"] = dict(account.get("options") or {})
        if page_size:
            account["options"]["page_size"] = str(page_size)
        back = f"{self.options.days}d"
        account["streams"] = {name: {"enabled": "false"} for name in self.reads}
        account["streams"][stream] = {"interval_ms": "1s", "first_ms": back}
        document = {"state": os.path.join(folder, "state"), "accounts": {self.name: account}}
        for name in ("zone", "ca_file", "tables"):
            if name in self.document:
                document[name] = self.document[name]
        path = os.path.join(folder, "waybill.yaml")
        base = os.path.dirname(os.path.abspath(self.path))
        with open(path, "w", encoding="utf-8") as file:
            json.dump(whole_paths(document, base), file, ensure_ascii=False)
        return path

    def smallest_page(self, folder, stream):
        """None: this system's pages are as large as it wants."""
        try:
            read(self.waybill, self.write(folder, stream, "0"))
        except Wrong as error:
            told = SMALLEST.search(str(error))
            return int(told.group(1)) if told else None
        return PAGE_SIZE

    def list(self):
        with tempfile.TemporaryDirectory(prefix="waybill-sandbox-") as folder:
            stream = self.stream()
            size = self.smallest_page(folder, stream)
            config = self.write(folder, stream, size)
            crew = Crew(self.options.bin, folder, config, os.path.join(folder, "state"))
            try:
                crew.start(first=True)
                first = self.run(crew, stream, 1)
                again = self.run(crew, stream, 2)
                self.look(crew)
            finally:
                crew.end()
        self.say(f"{stream}: {first['read']} read"
                 + (f", {max(-(-first['read'] // size), 1)} pages of {size}" if size else "")
                 + f"; again {again['read']}, nothing refused")
        if not first["read"]:
            self.say(f"there is nothing in its last {self.options.days} days: paging was not seen")

    def run(self, crew, stream, count):
        """The run of that number, when it has ended."""
        deadline = time.monotonic() + self.options.wait
        while time.monotonic() < deadline:
            if crew.up.poll() is not None:
                raise Failed(f"waybill up ended with {crew.up.returncode}")
            self.look(crew)
            runs = [run for monitor in (crew.ask("ledger", "--limit", "1000") or {}).get(
                        "monitors", []) for run in monitor.get("runs", [])
                    if run["stream"] == stream and run["status"] != "running"]
            runs.sort(key=lambda run: run["start"])
            if len(runs) >= count:
                return self.judged(runs[count - 1])
            time.sleep(0.2)
        raise Failed(f"{stream} did not end within {self.options.wait} s")

    @staticmethod
    def judged(run):
        if run["error"]:
            raise Failed(f"{run['stream']}: {run['error']}")
        sums = ("open", "handed_on", "unchanged", "stale", "merged", "filtered", "parked", "held")
        if run["read"] != sum(run[key] for key in sums):
            raise Failed(f"{run['stream']}: the ledger does not add up: {run}")
        return run

    def look(self, crew):
        """Is the account stopped?"""
        for process in (crew.ask("status") or {}).get("processes", []):
            for row in process.get("accounts", ()) if isinstance(process, dict) else ():
                if row["suspended"]:
                    raise Failed(f"{row['account']} was stopped: {row['reason']}")


def passed(options, system, path):
    try:
        sandbox = Sandbox(options, system, path)
        sandbox.ask()
        sandbox.list()
        return True
    except (Failed, Wrong) as error:
        print(f"{system}: {error}", file=sys.stderr)
        return False


def main():
    options = arguments()
    options.bin = os.path.abspath(options.bin)
    known = systems_of(os.path.join(options.bin, "waybill"))
    unknown = [name for name in options.systems if name not in known]
    if unknown:
        print(f"tools/sandbox: there is no system {unknown[0]}: {', '.join(known)}", file=sys.stderr)
        return 2
    good = True
    for system in options.systems or known:
        path = os.environ.get(VARIABLE + system.upper())
        if path:
            good = passed(options, system, os.path.expanduser(path)) and good
        else:
            print(f"{system}: not asked; {VARIABLE}{system.upper()}=FILE names a configuration with "
                  "an account of its sandbox, and its secrets")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
