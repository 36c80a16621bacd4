"""
One line on a terminal that tells how far a long command is; elsewhere nothing.

Imports the standard library only.
"""

import sys


class StatusLine:
    """Each text in the place of the one before."""

    def __init__(self) -> None:
        self._shown = ""
        self._on = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """This, from now on; the empty text takes the line away."""
        if self._on and text != self._shown:
            print(f"\r{text:<{len(self._shown)}}", end="\r" if not text else "", file=sys.stderr)
            sys.stderr.flush()
            self._shown = text
