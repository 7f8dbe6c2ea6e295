#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the tests talk to and no Debian package has: moto, whose server speaks SQS.
# Usage: tests/peers.sh [build folder]. Repeated, it does nothing.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
venv=${1:-$root/build}/venv
want='moto[server,sqs,iam]==5.2.1'

if [ -x "$venv/bin/moto_server" ] && [ "$(cat "$venv/installed" 2>/dev/null)" = "$want" ]; then
    exit 0
fi
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "$want"
printf '%s' "$want" >"$venv/installed"
