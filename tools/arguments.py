# SPDX-License-Identifier: Apache-2.0
"""arguments - a parser that says in one line what is wrong, and numbers with bounds"""
import argparse


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def number(least, kind=int, most=None):
    """For `type`: a number from `least` to `most`, which may be open."""
    def read(text):
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"'{text}' is not a {'whole ' if kind is int else ''}number") from None
        if not value >= least or value > (float("inf") if most is None else most):
            raise argparse.ArgumentTypeError(
                f"'{text}' is " + (f"below {least}" if most is None else f"outside {least} to {most}"))
        return value
    return read
