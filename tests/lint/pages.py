# SPDX-License-Identifier: Apache-2.0
"""The pages keep up with the tree: links lead somewhere, printed pages are what the command prints,
what holds a record back is said as the command says it."""
import os
import re
import subprocess
import sys

import sources

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
# What the command prints from its tables.
PRINTED = {"docs/configuration.md": "--reference", "docs/records.md": "--records"}


def anchor(heading):
    kept = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
    return kept.strip().replace(" ", "-")


def check_links(path, problems):
    page = FENCE.sub("", sources.text(path))
    for link in LINK.findall(page):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, fragment = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if not os.path.exists(os.path.join(sources.root(), target)):
            problems.append(f"{path}: {link} leads nowhere")
        elif fragment and fragment not in map(anchor, HEADING.findall(sources.text(target))):
            problems.append(f"{path}: {target} has no heading {fragment}")


def check_printed(path, option, waybill, problems):
    printed = subprocess.run([waybill, "check", option], text=True, capture_output=True, check=False)
    if printed.returncode or printed.stdout != sources.text(path):
        problems.append(f"{path}: print it anew: waybill check {option} > {path}")


def check_waits(problems):
    """Each row of waits.def: its word in the page of the wire, the rest as a row for people."""
    operations, wire = sources.text("docs/operations.md"), sources.text("docs/wire.md")
    listed = re.search(r"`wait` \(([^)]*)\)", wire)
    words = re.split(r",\s*", listed.group(1)) if listed else []
    rows = re.findall(r'^WB_WAIT\(\w+, "([^"]*)", "([^"]*)", "([^"]*)"\)',
                      sources.text("protocol/waits.def"), re.M)
    if [word for word, _, _ in rows] != words:
        problems.append("docs/wire.md: the words of `wait` are not those of protocol/waits.def")
    for _, means, who in rows:
        if f"| {means} | {who} |" not in operations:
            problems.append(f"docs/operations.md: no row | {means} | {who} |")


def check_words(path, waybill, helps, problems):
    """`waybill COMMAND --option` in a page names a command and an option that there are."""
    for command, rest in re.findall(r"\bwaybill (\w+)((?: [^\s`|&;]+)*)", sources.text(path)):
        if command not in helps:
            shown = subprocess.run([waybill, command, "--help"], text=True, capture_output=True,
                                   check=False)
            helps[command] = shown.stdout if shown.returncode == 0 else None
        if helps[command] is None:
            continue  # a sentence: "waybill keeps ..."
        for option in re.findall(r"--[a-z][a-z-]*", rest):
            if option not in helps[command]:
                problems.append(f"{path}: waybill {command} has no {option}")


def main():
    problems, helps = [], {}
    pages = sources.files(".md")
    waybill = os.path.join(sys.argv[2], "bin", "waybill")
    for path in pages:
        check_links(path, problems)
    check_waits(problems)
    if os.path.exists(waybill):
        for path, option in PRINTED.items():
            check_printed(path, option, waybill, problems)
        for path in pages:
            check_words(path, waybill, helps, problems)
    else:
        problems.append(f"{waybill} is not built")
    sources.finish(problems, len(pages))


main()
