# SPDX-License-Identifier: Apache-2.0
"""Calls that have a safer one here, memory outside its one file, floats near money, sleeps."""
import re

import sources

# Tests of what passes with time, and with nothing else.
TIME_ITSELF = ("tests/unit/actors/runtime/process/test_log.c", "tests/unit/actors/runtime/loop/test_loop.c",
               "tests/unit/actors/runtime/outside/test_wakeups.c")

# What, where it is allowed, why.
ROWS = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|atoi|atol|atoll|atof|sscanf|gets)\s*\(",
     (), "use wb_text_*, wb_buf_* or snprintf"),
    (r"\b(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf)\s*\(",
     ("protocol/base/own.c", "actors/jq/", "tools/floor/"), "use wb_alloc, wb_realloc, wb_free"),
    (r"\bgoto\b", (), "let WB_AUTO release, and return"),
    (r"\b(sleep|usleep|nanosleep|thrd_sleep)\s*\(", ("tools/floor/",) + TIME_ITSELF,
     "wait for the event, with a deadline"),
    (r"\b(system|popen|tmpnam|tempnam|mktemp|alloca)\s*\(", ("tests/",),
     "not safe"),
    (r"\bNDEBUG\b", (), "asserts stay on"),
    (r"\bWB_AUTO\(\w+\)\s+(?:const )?(?:struct )?\w+\s*\**\w+;", (),
     "an early return would release what nobody has set: start it as NULL, -1 or {0}"),
]
FLOATS = re.compile(r"\b(float|double)\b")
FLOAT_FREE = ("protocol/records/", "protocol/canonical", "protocol/money", "actors/connectors/",
              "actors/mapper/", "actors/pusher/")


def main():
    problems, paths = [], sources.files(".c", ".h")
    for path in paths:
        whole = sources.code(path)
        for pattern, allowed, why in ROWS:
            if allowed and path.startswith(allowed):
                continue
            for match in re.finditer(pattern, whole):
                line = sources.line_of(whole, match.start())
                problems.append(f"{path}:{line}: {match.group(0).strip('( ')}: {why}")
        if path.startswith(FLOAT_FREE):
            for match in FLOATS.finditer(whole):
                line = sources.line_of(whole, match.start())
                problems.append(f"{path}:{line}: {match.group(0)}: amounts are minor units")
    for path in sources.files("CMakeLists.txt", ".cmake", "CMakePresets.json"):
        if "NDEBUG" in sources.text(path):
            problems.append(f"{path}: NDEBUG: asserts stay on")
    sources.finish(problems, len(paths))


main()
