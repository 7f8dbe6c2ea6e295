# SPDX-License-Identifier: Apache-2.0
"""An outside system is four folders of one name and a row of connectors.def: nothing else names it.

In C, CMake and scripts, comments aside. A proper name must not stand there at all. A name that is an
ordinary word as well names the system where it is a whole text, a folder of a path, a `connector:`,
or the end of a table's name. What names one all the same is a row below, with its reason; a row
that nothing needs any more is a problem, so the list can only become shorter, or longer on purpose.
"""
import re

import sources

ROWS = "actors/connectors/connectors.def"
FOLDERS = ("actors/connectors/", "tools/sim/systems/", "tests/fixtures/", "tests/unit/actors/connectors/")
ORDINARY = {"sample", "webhook"}

MODELS = "what the vendor publishes, against what we build, read and simulate: peers of their own"
SEEDS = "readers by the number that a seed begins with"
STORY = "the story that is told when none is chosen"
OWN = "a system test of that system"
TARGET = "a target as it is used: keys, batches, probes, results"
GOLDEN = "bytes of a golden file, which stay"
TWO = "two accounts on one queue, and other settings that only this one has"

# Which names, why, where. A folder ends with a slash: only of what is said to be the tests' stand-in.
EXCEPTIONS = [
    ("sample", "the tests' stand-in for any system", ("tests/",)),
    ("amazon lingxing temu", "each mutant names its file and its tests", ("tests/mutants/",)),
    ("sample", "the template that is copied", ("tools/new-system",)),
    ("amazon lingxing sample temu webhook", "names this list", ("tests/lint/systems.py",)),
    ("amazon", MODELS, (
        "tests/contract/CMakeLists.txt", "tests/contract/check_model.py",
        "tests/contract/check_requests.py", "tests/contract/print_requests.c",
        "tests/contract/sim_models.py", "tests/contract/test_examples.c",
        "tests/contract/test_sim.c", "tests/contract/test_sqs.c")),
    ("webhook", MODELS, ("tests/contract/test_sim.c",)),
    ("amazon", SEEDS, (
        "tests/fuzz/fuzz_answers.c", "tests/fuzz/fuzz_headers.c", "tests/fuzz/fuzz_notices.c")),
    ("lingxing", SEEDS, ("tests/fuzz/fuzz_answers.c",)),
    ("temu", SEEDS, ("tests/fuzz/fuzz_answers.c",)),
    ("webhook", SEEDS, ("tests/fuzz/fuzz_answers.c", "tests/fuzz/fuzz_headers.c")),
    ("amazon", OWN, (
        "tests/system/CMakeLists.txt", "tests/system/test_amazon.py", "tests/system/test_notices.py",
        "tests/system/sim_client.py", "tests/system/test_sim.py", "tests/system/test_sim_faults.py",
        "tests/system/echo.py")),
    ("lingxing", OWN, ("tests/system/CMakeLists.txt",)),
    ("temu", OWN, ("tests/system/CMakeLists.txt",)),
    ("temu webhook", OWN, ("tests/system/test_online.py",)),
    ("webhook", OWN, ("tests/system/test_prove.py",)),
    ("webhook", OWN, (
        "tests/system/receiver.py", "tests/system/test_webhook.py",
        "tests/system/test_target_answers.py", "tests/system/test_sample.py",
        "tests/system/test_invoices.py", "tests/system/test_reports.py", "tests/system/test_new_system.py")),
    ("amazon", STORY, (
        "tests/system/deployment.py", "tests/system/test_commands.py", "tests/system/test_custody.py",
        "tests/system/test_foreign.py", "tests/system/test_full.py", "tests/system/test_refusals.py",
        "tests/system/test_secrets.py", "tests/system/test_waybill.py", "tests/system/test_wire.py",
        "tests/unit/tools/proof/test_refused.py", "tools/benchmark/systems.py", "tools/floor/micro.c",
        "tools/floor/poll.c", "tools/proof/deployment.py", "tools/proof/direct.py")),
    ("lingxing temu", STORY, ("tests/web/test_pages.py",)),
    ("temu", "a part of a word that the browser knows", ("tests/web/browser.py",)),
    ("webhook", STORY, (
        "tests/system/deployment.py", "tests/system/test_changes.py", "tests/system/test_commands.py",
        "tests/system/test_custody.py", "tests/system/test_full.py", "tests/system/test_mapping.py", "tests/system/test_plan.py",
        "tests/system/test_refusals.py",
        "tests/system/test_secrets.py", "tests/system/test_tls.py", "tests/system/test_waybill.py",
        "tools/benchmark/systems.py", "tools/proof/deployment.py")),
    ("webhook", TARGET, (
        "tests/system/test_rules.py",
        "tests/unit/actors/mapper/mapper_kit.h", "tests/unit/actors/mapper/test_raw.c",
        "tests/unit/actors/runtime/config/test_config.c",
        "tests/unit/actors/runtime/config/test_document.c",
        "tests/unit/actors/runtime/pump/pump_kit.h", "tests/unit/actors/runtime/pump/target.c",
        "tests/unit/actors/runtime/pump/target.h", "tests/unit/actors/runtime/pump/test_age.c",
        "tests/unit/actors/runtime/pump/test_fair.c", "tests/unit/actors/runtime/pump/test_health.c",
        "tests/unit/actors/runtime/pump/test_plan.c", "tests/unit/actors/runtime/pump/test_release.c",
        "tests/unit/actors/runtime/pump/test_held.c", "tests/unit/actors/runtime/pump/test_push.c",
        "tests/unit/actors/runtime/pump/test_refused.c",
        "tests/unit/actors/runtime/pump/test_revisions.c",
        "tests/unit/actors/runtime/pump/test_take.c")),
    ("amazon", TWO, ("tests/unit/actors/runtime/config/test_config.c",)),
    ("amazon", GOLDEN, (
        "tests/unit/protocol/test_canonical.c", "tests/unit/protocol/test_envelope.c")),
]


def paths():
    """C, CMake and scripts; a script in tools/ has no ending."""
    found = sources.files(".c", ".h", ".def", ".py", ".sh", ".cmake", "CMakeLists.txt")
    return found + [path for path in sources.files("") if path.startswith("tools/")
                    and "." not in path and sources.text(path).startswith("#!")]


def code(path):
    if path.endswith((".c", ".h", ".def")):
        return sources.code(path, strings=True)
    return re.sub(r"(?m)(^|\s)#(?!!)[^\n]*", r"\1", sources.text(path))


def pattern(name):
    if name not in ORDINARY:
        return re.compile(re.escape(name), re.I)
    return re.compile(rf"([\"']){name}\1|\b{name}/|/{name}\b|connector: {name}\b|"
                      rf"\bwb_(?:connector|sim_system)_{name}\b|WB_CONNECTOR\({name}\)")


def is_at_home(path, name):
    return path == ROWS or path.startswith(tuple(folder + name + "/" for folder in FOLDERS))


def excuses(path, name):
    """The rows' own paths that let it stand there."""
    return [(name, place) for names, _, places in EXCEPTIONS if name in names.split()
            for place in places if path == place or (place.endswith("/") and path.startswith(place))]


def main():
    names = re.findall(r"WB_CONNECTOR\((\w+)\)", sources.code(ROWS))
    patterns = {name: pattern(name) for name in names}
    problems, used, every = [], set(), paths()
    for path in every:
        whole = code(path)
        for name in names:
            match = None if is_at_home(path, name) else patterns[name].search(whole)
            if match:
                excused = excuses(path, name)
                used.update(excused)
                if not excused:
                    problems.append(f"{path}:{sources.line_of(whole, match.start())}: names the system {name}")
    for listed, why, places in EXCEPTIONS:
        problems += [f"tests/lint/systems.py: {place} names no {name} any more: {why}"
                     for name in listed.split() for place in places if (name, place) not in used]
    sources.finish(problems, len(every))


if __name__ == "__main__":
    main()
