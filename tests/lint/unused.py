# SPDX-License-Identifier: Apache-2.0
"""What a file gives to others is used by others: no name with external linkage that nobody takes, or
tests alone.

By the names that the linker knows. What its own file uses may be called by tests as well; what nobody
else takes at all is static. Exceptions are rows of a table, with the reason; a row that nothing needs
is a problem.
"""
import re

import sources
import symbols

SEEN = "what tests wait for, or look at: nothing of ours has to know it"
SHORTER = "tests wait less long, or have a smaller measure"
TEXT = "a configuration without a file, for tests and the fuzzer; what is read from files is the same"
GATEWAY = "of the gateway, which is the next to be built: judging a request that came in is pure"
KEY = "what a record is known by outside: held by tests against each kind's table"

EXCEPTIONS = [
    (SEEN, "wb_gate_look wb_http_running wb_spool_bytes wb_pump_jobs wb_process_unclean_ends"),
    (SHORTER, "wb_tend_rule wb_wires_silent"),
    (TEXT, "wb_config_parse"),
    (GATEWAY, "wb_hook_take wb_hook_query"),
    (KEY, "wb_record_external"),
]
# main, and what a compiler or a sanitizer adds; how a library calls an entry of ours.
NOT_OURS = re.compile(r"main$|_|LLVMFuzzer")


def own_uses(path, name):
    """How often its own file names it beside where it is defined."""
    return len(re.findall(rf"\b{name}\b", sources.code(path))) - 1


def check(path, name, takers, problems):
    """True: nothing is wrong with it."""
    if any(not taker.startswith("tests/") for taker in takers):
        return True
    own = own_uses(path, name)
    if own and takers:
        return True
    if own:
        problems.append(f"{path}: only this file uses {name}: make it static")
    elif takers:
        problems.append(f"{path}: only tests use {name}: {', '.join(sorted(takers)[:3])}")
    else:
        problems.append(f"{path}: nobody uses {name}")
    return False


def main():
    problems, takers = [], {}
    objects = symbols.read(problems)
    excepted = {name for _, names in EXCEPTIONS for name in names.split()}
    for path, held in objects.items():
        for name in held.wants:
            takers.setdefault(name, set()).add(path)
    for path in sorted(objects):
        if path.startswith("tests/"):
            continue
        for name in sorted(objects[path].defines):
            if NOT_OURS.match(name):
                continue
            found = []
            if check(path, name, takers.get(name, set()), found) or name not in excepted:
                problems += found
            else:
                excepted.discard(name)
    problems += [f"{name}: no exception is needed: take the row out" for name in sorted(excepted)]
    sources.finish(problems, len(objects))


main()
