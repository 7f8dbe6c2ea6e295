#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the tests talk to and no Debian package has: moto, whose server speaks SQS, and
# axe-core, which looks for what keeps people out of a page.
# Usage: tests/peers.sh [build folder]. Repeated, it does nothing.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
venv=$build/venv
want='moto[server,sqs,iam]==5.2.1'
axe='axe-core@4.14.1'

if [ ! -x "$venv/bin/moto_server" ] || [ "$(cat "$venv/installed" 2>/dev/null)" != "$want" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$want"
    printf '%s' "$want" >"$venv/installed"
fi
if [ "$(cat "$build/axe/installed" 2>/dev/null)" != "$axe" ]; then
    rm -rf "$build/axe"
    mkdir -p "$build/axe"
    npm install --prefix "$build/axe" --no-save --no-audit --no-fund --silent --ignore-scripts "$axe"
    printf '%s' "$axe" >"$build/axe/installed"
fi
