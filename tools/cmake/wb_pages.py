# SPDX-License-Identifier: Apache-2.0
"""Makes the C file that holds the pages of the dashboard.

usage: wb_pages.py OUT FILE...    index.html is the page at "/", every other file is at "/NAME"
"""
import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
HEAD = """/* made by tools/cmake/wb_pages.py: do not change it here */
#include "actors/gateway/pages.h"
"""


def literal(data):
    """Some bytes a line, as numbers: every compiler takes them, whatever they are."""
    numbers = [str(byte) for byte in data]
    return ",\n".join(",".join(numbers[at:at + 32]) for at in range(0, len(numbers), 32))


def main():
    out, *paths = sys.argv[1:]
    arrays, rows = [], []
    for number, path in enumerate(sorted(paths, key=os.path.basename)):
        name = os.path.basename(path)
        with open(path, "rb") as file:
            data = file.read()
        etag = hashlib.sha256(data).hexdigest()[:20]
        at = "/" if name == "index.html" else "/" + name
        arrays.append(f"static const unsigned char page_{number}[] = {{\n{literal(data)}}};\n")
        rows.append(f'    {{"{at}", "{TYPES[os.path.splitext(name)[1]]}", "\\"{etag}\\"", '
                    f"page_{number}, sizeof page_{number}}},\n")
    with open(out, "w", encoding="ascii") as file:
        file.write(HEAD + "\n".join(arrays) + "\nconst wb_page wb_pages[] = {\n" + "".join(rows) +
                   "    {0},\n};\n")


main()
