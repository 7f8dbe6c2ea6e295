# SPDX-License-Identifier: Apache-2.0
"""circle - a deployment between two systems that are simulated, as the simulator tells its accounts

No system's name stands here: --story has them, and the simulator knows what an account of each needs.
"""
import os

from .systems import Floor, Waybill, write_files

TARGET = "main"      # the ERP's account, in the simulator
FILE_ACCOUNTS = 500  # a file has a megabyte at most

NEVER = "cron: '0 0 1 1 *'"


def account_lines(account, settings, streams):
    """An account as the configuration has it; its secrets are files (secrets_of)."""
    lines = [f"  {account['name']}:", f"    connector: {account['connector']}",
             *(f"    {name}: {value}" for name, value in settings.items()), "    options:"]
    lines += [f"      {name}: {value}" for name, value in account["options"].items()]
    lines += [f"      {name}: ${{file:../secrets/{account['name']}.{name}}}"
              for name in account["secrets"]]
    if streams:
        lines += ["    streams:", *(f"      {name}: {{{how}}}" for name, how in streams.items())]
    return lines


def orders_stream(account):
    """The simulator names the one that brings orders first."""
    return next(iter(account["streams"]))


def routes_of(told, kinds):
    """`kinds`: name -> what a route of that kind has beside ("" or ", share: 50")."""
    return [f"  - {{from: '{route['from']}', kind: {route['kind']}, to: {route['to']}"
            f"{kinds[route['kind']]}}}"
            for route in told["routes"] if route["kind"] in kinds]


def secrets_of(account):
    """name -> text, of the files that hold them."""
    return {f"secrets/{account['name']}.{name}": value
            for name, value in account["secrets"].items()}


def files_of(told, shaped, kinds, head=()):
    """The configuration, cut into files: name -> text. `shaped(account)`: its settings and streams."""
    texts, accounts = {}, told["accounts"]
    for first in range(0, len(accounts), FILE_ACCOUNTS):
        lines = ["accounts:"]
        for account in accounts[first:first + FILE_ACCOUNTS]:
            lines += account_lines(account, *shaped(account))
            texts.update(secrets_of(account))
        texts[f"accounts/{first:06}.yaml"] = "\n".join(lines) + "\n"
    lines = ["deployment: bench", "state: state", "map_bytes: 64GiB", "include: [accounts/*.yaml]",
             *head, "routes:", *routes_of(told, kinds)]
    texts["waybill.yaml"] = "\n".join(lines) + "\n"
    return texts


class FloorCircle(Floor):
    """The floor between the two systems of a story, by the same configuration: one list, read once."""
    target = TARGET

    def __init__(self, bin_dir, folder, files, stream):
        config = write_files(folder, files)
        state = os.path.join(folder, "state")
        os.makedirs(state)
        self.launch([os.path.join(bin_dir, "waybill-floor"), "--config", config, "--stream", stream,
                     "--state", state])


class Circle(Waybill):
    """Waybill between the two systems of a story."""
    target = TARGET

    def __init__(self, bin_dir, folder, files):
        self.prepare(bin_dir, folder, files)
        self.start(first=True)
